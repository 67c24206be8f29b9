use crate::metrics::{Headlines, Lines, Metrics, Reference};
use crate::reading::{by_name, percentiles};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Numbers by name, and where they fall among human passages of that length.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Numbers {
    #[cfg_attr(test, ts(as = "BTreeMap<String, Option<f64>>"))]
    numbers: Map<String, Value>,
    percentiles: BTreeMap<String, f64>,
}

impl Numbers {
    /// The numbers of a struct, for a text of so many tokens.
    pub fn new(numbers: &impl Serialize, tokens: usize, reference: Option<&Reference>) -> Self {
        Self::named(by_name(numbers), tokens, reference)
    }

    /// Numbers that have their names, of a text of so many tokens.
    pub fn named(numbers: Map<String, Value>, tokens: usize, reference: Option<&Reference>) -> Self {
        let percentiles = reference.map(|reference| percentiles(&numbers, tokens, reference)).unwrap_or_default();
        Self { numbers, percentiles }
    }

    /// What can be measured while a story is written.
    pub fn of_story(metrics: &Metrics, text: &str, reference: Option<&Reference>) -> Self {
        let mut numbers = by_name(metrics);
        numbers.append(&mut by_name(&Lines::new(text)));
        let mut all = Self::named(numbers, metrics.tokens, reference);
        if let Some(reference) = reference {
            all.numbers.append(&mut by_name(&Headlines::new(metrics, reference)));
        }
        all
    }
}
