//! The order in which the stages of the chain run.

use super::Stage;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// All stages of the chain in the order they run, each exactly once.
///
/// Serialized as a list of their names. A list may leave out stages, for example those added after it was written: they get
/// their default places (see [`complete`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "Array<Stage>"))]
#[serde(try_from = "Vec<Stage>")]
pub struct Order([Stage; Stage::ALL.len()]);

/// Why an order was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    #[error("there is no stage {0:?}")]
    Unknown(String),
    #[error("an order must not name a stage twice")]
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

    /// Reads names separated by commas, as [`Display`](fmt::Display) writes them.
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

/// Adds the missing elements of `all` to `named`. `all` is in the default order. Each missing element goes directly after the one that
/// it follows in `all`; the first of all goes to the beginning.
pub(super) fn complete<T: Copy + PartialEq>(mut named: Vec<T>, all: &[T]) -> Vec<T> {
    for (index, missing) in all.iter().enumerate().filter(|(_, one)| !named.contains(one)).collect::<Vec<_>>() {
        // The element before it is present: it was named, or it has just been added.
        let before = index.checked_sub(1).and_then(|index| named.iter().position(|one| *one == all[index]));
        named.insert(before.map_or(0, |place| place + 1), *missing);
    }
    named
}

impl TryFrom<Vec<Stage>> for Order {
    type Error = OrderError;

    fn try_from(stages: Vec<Stage>) -> Result<Self, OrderError> {
        // There are too many only if one is named twice.
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
