//! DRY, "don't repeat yourself": p-e-w 2024, text-generation-webui, pull request 5677.
//!
//! If the last n tokens have occurred before, the token that followed them there would continue the repetition:
//! `logit -= multiplier * base^(n - allowed_length)` for n >= `allowed_length`. If there are several such places, the
//! longest match counts. No match extends across a sequence breaker, and breakers themselves are never penalized.
//!
//! The choice of breakers follows llama.cpp, not the source: every token that contains one of four characters. In the source,
//! only the single token for each of these characters is a breaker.

use super::{Distribution, History};

/// A longer match counts as one of this length.
const LONGEST: usize = 50;

/// `breakers`: for each token whether it is one. `lengths`: scratch space, (vocabulary).
pub fn apply(
    distribution: &mut Distribution,
    history: History,
    breakers: &[bool],
    lengths: &mut [u32],
    multiplier: f64,
    base: f64,
    allowed_length: usize,
) {
    lengths.fill(0);
    for place in 1..history.len() {
        let next = history.token(place) as usize;
        let length = match_length(history, breakers, place);
        if !breakers[next] && length >= allowed_length {
            lengths[next] = lengths[next].max(length as u32);
        }
    }
    for (token, &length) in lengths.iter().enumerate().filter(|&(_, &length)| length > 0) {
        let exponent = f64::from(length) - allowed_length as f64;
        distribution.lower(token as u32, multiplier * libm::pow(base, exponent));
    }
}

/// How many tokens before this place match those at the end.
fn match_length(history: History, breakers: &[bool], place: usize) -> usize {
    let end = history.len();
    let matches = |&back: &usize| {
        let last = history.token(end - back);
        history.token(place - back) == last && !breakers[last as usize]
    };
    (1..=place.min(LONGEST)).take_while(matches).count()
}
