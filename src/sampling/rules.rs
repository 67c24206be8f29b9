//! The rules that a chain follows, by revision, so that a link or a saved story of an older revision still gives its tokens.

use super::{Order, Stage};
use serde::{Deserialize, Serialize};

/// A revision of the chain's rules. Links and settings name it by number; where they name none, it is the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(as = "u32"))]
#[serde(try_from = "u32", into = "u32")]
pub enum Rules {
    /// Up to December 2026. Top-nσ stands behind typical, penalties and DRY count the hidden token that begins a story, and
    /// limits are met to the last bit of a 32-bit weight.
    First,
    /// Top-nσ stands before all other truncation, the hidden token does not count, and limits are met to within a
    /// millionth.
    #[default]
    Second,
}

/// There is no such revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no revision {0} of the chain's rules")]
pub struct UnknownRules(u32);

impl Rules {
    /// What counts where nothing is said: there was no number before the second revision.
    pub fn first() -> Self {
        Self::First
    }

    /// Whether it is the revision that goes without saying.
    pub fn is_first(&self) -> bool {
        *self == Self::First
    }

    /// As links and settings write it, from 1.
    pub fn number(self) -> u32 {
        match self {
            Self::First => 1,
            Self::Second => 2,
        }
    }

    /// The order of the stages where none is given.
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

    /// Weights are 32-bit exponentials of 32-bit logits. What equals a limit by definition may miss it by some 1e-7, so a
    /// limit counts as met by whatever misses it by less than this share.
    pub(super) fn slack(self) -> f64 {
        match self {
            Self::First => 0.0,
            Self::Second => 1e-6,
        }
    }

    /// A limit that is met from above (`value >= limit`), moved by the slack.
    pub(super) fn lower(self, limit: f64) -> f64 {
        limit * (1.0 - self.slack())
    }

    /// A limit that is met from below (`value <= limit`), moved by the slack.
    pub(super) fn upper(self, limit: f64) -> f64 {
        limit * (1.0 + self.slack())
    }

    /// A share of the mass that tokens are to hold, moved by the slack. All of it stays all of it.
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
