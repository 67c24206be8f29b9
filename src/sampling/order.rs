//! The order in which the stages of the chain run.

use super::Stage;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// All stages of the chain in the order they run, each exactly once.
///
/// Written as a list of their names. A list may leave stages out, as one does that was written before there was such a stage:
/// they get their default places (see [`complete`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "Array<Stage>"))]
#[serde(try_from = "Vec<Stage>")]
pub struct Order([Stage; Stage::ALL.len()]);

/// Why an order was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    #[error("there is no stage {0:?}")]
    Unknown(String),
    #[error("an order names a stage once only, and one is named twice")]
    Twice,
}

impl Order {
    pub(super) const fn of(stages: [Stage; Stage::ALL.len()]) -> Self {
        Self(stages)
    }

    /// The stages, in this order.
    pub fn stages(&self) -> &[Stage] {
        &self.0
    }

    /// Reads a comma list of names, as [`Display`](fmt::Display) writes it.
    ///
    /// # Errors
    /// If a stage is unknown or named twice.
    pub fn parse(text: &str) -> Result<Self, OrderError> {
        let stage = |name: &str| {
            let named = Stage::ALL.into_iter().find(|stage| stage.name() == name);
            named.ok_or_else(|| OrderError::Unknown(name.into()))
        };
        text.split(',').map(str::trim).map(stage).collect::<Result<Vec<_>, _>>()?.try_into()
    }
}

/// Adds to `named` what it leaves out of `all`, which is in the default order: each directly behind the one that it follows by
/// default, the first of all at the beginning.
pub(super) fn complete<T: Copy + PartialEq>(mut named: Vec<T>, all: &[T]) -> Vec<T> {
    for (index, missing) in all.iter().enumerate().filter(|(_, one)| !named.contains(one)).collect::<Vec<_>>() {
        // What it follows is there: either it was named, or it was added before.
        let before = index.checked_sub(1).and_then(|index| named.iter().position(|one| *one == all[index]));
        named.insert(before.map_or(0, |place| place + 1), *missing);
    }
    named
}

impl TryFrom<Vec<Stage>> for Order {
    type Error = OrderError;

    fn try_from(stages: Vec<Stage>) -> Result<Self, OrderError> {
        // More than there are only if one is named twice.
        Ok(Self(complete(stages, &Stage::ALL).try_into().map_err(|_| OrderError::Twice)?))
    }
}

impl FromStr for Order {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Self, OrderError> {
        Self::parse(text)
    }
}

impl Default for Order {
    fn default() -> Self {
        Self(Stage::ALL)
    }
}

impl fmt::Display for Order {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.0.map(Stage::name).join(","))
    }
}
