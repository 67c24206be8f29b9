//! The order in which the stages of the chain run.

use super::Stage;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// All stages of the chain in the order they run, each exactly once.
///
/// Written as a list of their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Stage>")]
pub struct Order([Stage; Stage::ALL.len()]);

/// Why an order was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    #[error("there is no stage {0:?}")]
    Unknown(String),
    #[error("an order must name every stage, and {} is missing", .0.name())]
    Missing(Stage),
    #[error("an order must name every stage once only, and one is named twice")]
    Twice,
}

impl Order {
    /// The stages, in this order.
    pub fn stages(&self) -> &[Stage] {
        &self.0
    }

    /// Whether it is the usual order, that of [`Stage::ALL`].
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Reads a comma list of names, as [`Display`](fmt::Display) writes it.
    ///
    /// # Errors
    /// If a stage is unknown, missing or named twice.
    pub fn parse(text: &str) -> Result<Self, OrderError> {
        let stage = |name: &str| {
            let named = Stage::ALL.into_iter().find(|stage| stage.name() == name);
            named.ok_or_else(|| OrderError::Unknown(name.into()))
        };
        text.split(',').map(str::trim).map(stage).collect::<Result<Vec<_>, _>>()?.try_into()
    }
}

impl TryFrom<Vec<Stage>> for Order {
    type Error = OrderError;

    fn try_from(stages: Vec<Stage>) -> Result<Self, OrderError> {
        if let Some(missing) = Stage::ALL.into_iter().find(|stage| !stages.contains(stage)) {
            return Err(OrderError::Missing(missing));
        }
        Ok(Self(stages.try_into().map_err(|_| OrderError::Twice)?))
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
