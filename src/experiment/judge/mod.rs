//! Self-evaluation: the model judges its own stories and improves them, compared with a control that chooses at random.
//!
//! "Judges" is a figure of speech: a fixed formula ranks the drafts (docs/methods.md, The judge's score). Nothing here wants anything,
//! and no person's taste is part of it.

mod agreement;
mod appraisal;
mod best_of;
mod drafts;
mod effects;
mod findings;
mod protocol;
mod redraft;
mod revise;

pub use agreement::{LEAST_RATINGS, RankAgreement, TooFewRatings, rank_agreement};
pub use appraisal::{Appraisal, Criterion, LeftOut, Standard, Weights, WeightsError};
pub use best_of::{BestOf, ChoiceRecord};
pub use drafts::{Bench, Draft, Drafts, Told};
pub use effects::{Effect, Effects, Outcome, Verdict, effects};
pub use findings::findings;
pub use protocol::{Judgement, Judging, Method, Process, Protocol, ProtocolError};
pub use revise::{Candidate, Revise, Revision, Round, SentenceTold, redraft_seed};

use crate::model::sha256_hex;
use crate::sampling::Random;

/// What a small step of judging came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something is left to do.
    More,
    /// Nothing can be done until the library has answered. Step again then.
    Waiting,
    /// Everything is done.
    Done,
}

/// The random generator of a control. Its seed is above those of stories, so that no story is drawn from the same
/// stream: 2^32 plus the first 32 bits of the SHA-256 of the words.
fn control_stream(words: &str) -> Random {
    Random::new((1 << 32) | u64::from(first_bits(words)))
}

/// The first 32 bits of the SHA-256 of the words.
fn first_bits(words: &str) -> u32 {
    // Eight hexadecimal digits always parse.
    u32::from_str_radix(&sha256_hex(words.as_bytes())[..8], 16).unwrap_or_default()
}

/// The place of the largest score; in a tie, the first. `scores` must not be empty.
fn best(scores: &[f64]) -> usize {
    (1..scores.len()).fold(0, |best, at| if scores[at] > scores[best] { at } else { best })
}

/// A random place among `count`, all equally likely.
fn any(count: usize, random: &mut Random) -> usize {
    // Rounding could turn a number just below 1 into `count` itself.
    ((random.uniform() * count as f64) as usize).min(count - 1)
}

#[test]
fn the_best_is_the_first_of_the_largest() {
    assert_eq!(best(&[0.5]), 0);
    assert_eq!(best(&[0.1, 0.7, 0.7, 0.2]), 1);
    assert_eq!(best(&[0.7, 0.1, 0.7]), 0);
}

#[test]
fn a_control_is_pinned_and_chooses_evenly() {
    let places = || {
        let mut random = control_stream("1 a prompt");
        (0..7000).map(|_| any(7, &mut random)).collect::<Vec<_>>()
    };
    assert_eq!(places(), places());
    for place in 0..7 {
        let count = places().iter().filter(|&&found| found == place).count();
        assert!((850..1150).contains(&count), "{count} times {place}");
    }
    assert_ne!(first_bits("1 a prompt"), first_bits("2 a prompt"));
}
