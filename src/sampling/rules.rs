//! The rules of the chain, by revision, so that links and saved stories of an older revision still give the same tokens.

use super::{Order, Stage};
use serde::{Deserialize, Serialize};

/// A revision of the chain's rules. Links and settings store its number; without a number, it is the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(as = "u32"))]
#[serde(try_from = "u32", into = "u32")]
pub enum Rules {
    /// Until December 2026. Top-nσ comes after typical, penalties and DRY count the hidden token that begins a story, and
    /// limits are compared to the last bit of a 32-bit weight.
    First,
    /// Top-nσ comes before all other truncation, the hidden token does not count, and limits are compared with a tolerance
    /// of a millionth.
    #[default]
    Second,
}

/// There is no such revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no revision {0} of the chain's rules")]
pub struct UnknownRules(u32);

impl Rules {
    /// The revision if no number is given: numbers began with the second revision.
    pub fn first() -> Self {
        Self::First
    }

    /// Whether it is the revision that is not written.
    pub fn is_first(&self) -> bool {
        *self == Self::First
    }

    /// The number in links and settings, from 1.
    pub fn number(self) -> u32 {
        match self {
            Self::First => 1,
            Self::Second => 2,
        }
    }

    /// The order of the stages if none is given.
    pub fn default_order(self) -> Order {
        match self {
            Self::First => {
                use Stage::*;
                Order::of([
                    Penalties,
                    Dry,
                    DiffSampling,
                    Temperature,
                    TopK,
                    TopP,
                    MinP,
                    Typical,
                    TopNSigma,
                    Epsilon,
                    Eta,
                    Xtc,
                    Mirostat,
                ])
            }
            Self::Second => Order::default(),
        }
    }

    /// Whether penalties and DRY count the hidden token that begins a story.
    pub fn count_begin_token(self) -> bool {
        self == Self::First
    }

    /// Relative tolerance of limits. Weights are 32-bit exponentials of 32-bit logits, so a value that equals a limit by definition
    /// may miss it by about 1e-7.
    pub(super) fn slack(self) -> f64 {
        match self {
            Self::First => 0.0,
            Self::Second => 1e-6,
        }
    }

    /// A lower limit (`value >= limit`), moved by the slack.
    pub(super) fn lower(self, limit: f64) -> f64 {
        limit * (1.0 - self.slack())
    }

    /// An upper limit (`value <= limit`), moved by the slack.
    pub(super) fn upper(self, limit: f64) -> f64 {
        limit * (1.0 + self.slack())
    }

    /// A share of the mass, moved by the slack. 1 stays 1.
    pub(super) fn share(self, share: f64) -> f64 {
        if share < 1.0 { share - self.slack() } else { share }
    }
}

impl TryFrom<u32> for Rules {
    type Error = UnknownRules;

    fn try_from(number: u32) -> Result<Self, UnknownRules> {
        [Self::First, Self::Second].into_iter().find(|rules| rules.number() == number).ok_or(UnknownRules(number))
    }
}

impl From<Rules> for u32 {
    fn from(rules: Rules) -> Self {
        rules.number()
    }
}
