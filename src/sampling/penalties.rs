//! Penalties on tokens that have occurred.
//!
//! Repetition, over prompt and story: a logit above 0 is divided by the penalty, one below 0 multiplied by it (Keskar et
//! al. 2019, "CTRL", arXiv 1909.05858, where the logits are positive; the rule for negative ones is that of the Hugging
//! Face library). Then presence and frequency, over the story: `logit -= presence + frequency * count` if `count > 0`
//! (OpenAI's API).

use super::{Distribution, History};

/// `counts`: scratch space, (vocabulary).
pub fn apply(
    distribution: &mut Distribution,
    history: History,
    counts: &mut [u32],
    repetition: f64,
    presence: f64,
    frequency: f64,
) {
    // 1 plus the number of occurrences in the story; 0 for a token that occurs in neither prompt nor story.
    counts.fill(0);
    for &token in history.prompt.iter().chain(history.story) {
        counts[token as usize] = 1;
    }
    for &token in history.story {
        counts[token as usize] += 1;
    }
    for (token, &count) in counts.iter().enumerate().filter(|&(_, &count)| count > 0) {
        let (token, in_story) = (token as u32, count - 1);
        let logit = distribution.logit(token);
        let repeated = if logit > 0.0 { logit / repetition } else { logit * repetition };
        let said = if in_story > 0 { presence + frequency * f64::from(in_story) } else { 0.0 };
        distribution.lower(token, logit - repeated + said);
    }
}
