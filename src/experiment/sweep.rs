//! Sweeps: stories over a grid of settings, with several seeds per cell.

use crate::model::{ModelInfo, Tokenizer};
use crate::sampling::PARAMETERS;
use crate::story::{Pen, Settings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Maximum number of stories in a sweep.
const MOST_RUNS: usize = 1_000_000;

/// A setting and its values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Axis {
    /// `temperature`, `top_p`, `strength` (of the adapter) or a parameter of the chain.
    pub name: String,
    pub values: Vec<f64>,
}

/// Base settings, and the axes along which they vary. Run r is (cell * prompts + prompt) * seeds + seed, where seeds count up from
/// `base.seed`. So every cell has the same prompts and seeds, and cells can be compared in pairs. The last axis changes
/// fastest from cell to cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Grid {
    pub base: Settings,
    pub axes: Vec<Axis>,
    /// The prompts of each cell. If empty, the prompt of `base`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<String>,
    /// Stories per cell and prompt.
    pub seeds: u32,
}

/// The default axes of a sweep.
pub const DEFAULT_AXES: &str = "temperature=0.2:2.0:7,top_p=0.5,0.7,0.9,0.95,1.0";

impl Default for Grid {
    /// Temperature by top-p, with eight stories of 96 tokens per cell.
    fn default() -> Self {
        let base = Settings { length: 96, ..Settings::default() };
        let axes = axes(DEFAULT_AXES).expect("axes that can be read");
        Self { base, axes, prompts: Vec::new(), seeds: 8 }
    }
}

/// Why a sweep cannot be run.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum GridError {
    #[error("{0:?} is not an axis of a grid; write NAME=FROM:TO:COUNT or NAME=VALUE,VALUE")]
    Axis(String),
    #[error("there is no setting {0:?} to sweep; the settings are {names}", names = axis_names().collect::<Vec<_>>().join(", "))]
    Unknown(String),
    #[error("the axis strength needs an adapter; give one with --adapter")]
    NoAdapter,
    #[error("the axis {0} is given twice")]
    Twice(String),
    #[error("{0}")]
    Value(String),
    #[error("a sweep needs at least one axis and one seed")]
    Empty,
    #[error("{name} has the value {value} twice")]
    ValueTwice { name: String, value: f64 },
    #[error("prompt {number} ({prompt:?}): {error}")]
    Prompt { number: usize, prompt: String, error: String },
    #[error("the prompt {0:?} is given twice")]
    PromptTwice(String),
    #[error("this sweep would have more than {MOST_RUNS} stories; use fewer values, prompts or seeds")]
    TooLarge,
}

/// Reads axes: `temperature=0.2:2.0:7,top_p=0.5,0.9,1.0`.
pub fn axes(text: &str) -> Result<Vec<Axis>, GridError> {
    let mut axes: Vec<Axis> = Vec::new();
    for piece in text.split(',') {
        let wrong = || GridError::Axis(piece.to_string());
        let value = match piece.split_once('=') {
            Some((name, value)) => {
                let name = name.trim().replace('-', "_");
                if axes.iter().any(|axis| axis.name == name) {
                    return Err(GridError::Twice(name));
                }
                axes.push(Axis { name, values: Vec::new() });
                value
            }
            None => piece,
        };
        let axis = axes.last_mut().ok_or_else(wrong)?;
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(wrong);
        match value.split(':').collect::<Vec<_>>()[..] {
            [one] => axis.values.push(number(one)?),
            [from, to, count] => {
                let (from, to) = (number(from)?, number(to)?);
                let count: u32 =
                    count.trim().parse().ok().filter(|count| (2..=1000).contains(count)).ok_or_else(wrong)?;
                let step = (to - from) / f64::from(count - 1);
                // Rounded, so that links stay readable; the ends stay exact.
                let at = |index| ((from + f64::from(index) * step) * 1e6).round() / 1e6;
                axis.values.extend((0..count).map(|index| if index + 1 == count { to } else { at(index) }));
            }
            _ => return Err(wrong()),
        }
    }
    Ok(axes)
}

/// Writes axes as [`axes`] reads them: evenly spaced values as FROM:TO:COUNT.
pub fn axes_text(all: &[Axis]) -> String {
    let one = |Axis { name, values }: &Axis| {
        let listed = || values.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
        let [from, .., to] = values[..] else { return format!("{name}={}", listed()) };
        let even = format!("{name}={from}:{to}:{}", values.len());
        let same = values.len() > 2 && axes(&even).is_ok_and(|read| read[0].values == *values);
        if same { even } else { format!("{name}={}", listed()) }
    };
    all.iter().map(one).collect::<Vec<_>>().join(",")
}

/// A setting that can be swept.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AxisDescription {
    pub name: &'static str,
    /// See [`axis_label`].
    pub label: String,
}

/// Every setting that can be swept.
pub fn axis_descriptions() -> Vec<AxisDescription> {
    axis_names().map(|name| AxisDescription { name, label: axis_label(name) }).collect()
}

fn axis_names() -> impl Iterator<Item = &'static str> {
    ["temperature", "top_p", "strength"].into_iter().chain(PARAMETERS.iter().map(|parameter| parameter.name))
}

/// The label of a setting that can be swept, as in the middle of a sentence: "top-p", "repetition penalty".
pub fn axis_label(name: &str) -> String {
    match name.rsplit_once('_') {
        // Top-p, min-p, top-k.
        Some((before, letter)) if letter.len() == 1 => format!("{}-{letter}", before.replace('_', " ")),
        _ => name.replace('_', " "),
    }
}

impl Grid {
    /// Checks every cell.
    pub fn check(&self) -> Result<(), GridError> {
        if self.axes.is_empty() || self.seeds == 0 || self.axes.iter().any(|axis| axis.values.is_empty()) {
            return Err(GridError::Empty);
        }
        let sizes = self.axes.iter().map(|axis| axis.values.len()).chain([self.each_prompt(), self.seeds as usize]);
        let runs = { sizes }.try_fold(1usize, |product, size| product.checked_mul(size));
        if runs.is_none_or(|runs| runs > MOST_RUNS) {
            return Err(GridError::TooLarge);
        }
        let mut seen = BTreeSet::new();
        if let Some(prompt) = self.prompts.iter().find(|prompt| !seen.insert(*prompt)) {
            return Err(GridError::PromptTwice(prompt.clone()));
        }
        for prompt in &self.prompts {
            let settings = Settings { prompt: prompt.clone(), ..self.base.clone() };
            settings.check().map_err(|error| GridError::Value(error.to_string()))?;
        }
        // Whether a value is valid does not depend on the others.
        for axis in &self.axes {
            let mut sorted = axis.values.clone();
            sorted.sort_by(f64::total_cmp);
            if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(GridError::ValueTwice { name: axis.name.clone(), value: pair[0] });
            }
            for &value in &axis.values {
                let mut settings = self.base.clone();
                set(&mut settings, &axis.name, value)?;
                settings.check().map_err(|error| GridError::Value(error.to_string()))?;
            }
        }
        Ok(())
    }

    /// Checks the prompts and forced tokens for a model whose engine has this context length.
    pub fn check_prompts(&self, tokenizer: &Tokenizer, model: &ModelInfo, context: usize) -> Result<(), GridError> {
        let prompts = if self.prompts.is_empty() { std::slice::from_ref(&self.base.prompt) } else { &self.prompts };
        for (index, prompt) in prompts.iter().enumerate() {
            let settings = Settings { prompt: prompt.clone(), ..self.base.clone() };
            if let Err(error) = Pen::new(context, tokenizer, model, settings) {
                let prompt = prompt.chars().take(40).collect();
                return Err(GridError::Prompt { number: index + 1, prompt, error: error.to_string() });
            }
        }
        Ok(())
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.axes.iter().map(|axis| axis.values.len()).product()
    }

    /// Number of prompts per cell.
    pub fn each_prompt(&self) -> usize {
        self.prompts.len().max(1)
    }

    /// Number of stories per cell.
    pub fn stories(&self) -> usize {
        self.each_prompt() * self.seeds as usize
    }

    /// Number of stories in the sweep.
    pub fn runs(&self) -> usize {
        self.cells() * self.stories()
    }

    /// The cell of a run.
    pub fn cell(&self, run: usize) -> usize {
        run / self.stories()
    }

    /// The prompt of a run, by number from 0.
    pub fn prompt(&self, run: usize) -> usize {
        run % self.stories() / self.seeds as usize
    }

    /// The values of the axes in a cell, in their order.
    pub fn values(&self, cell: usize) -> Vec<f64> {
        let mut rest = cell;
        let mut values: Vec<f64> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let value = axis.values[rest % axis.values.len()];
                rest /= axis.values.len();
                value
            })
            .collect();
        values.reverse();
        values
    }

    /// The settings of a story.
    ///
    /// # Panics
    /// If [`Self::check`] refuses the grid.
    pub fn settings(&self, run: usize) -> Settings {
        let mut settings = self.base.clone();
        settings.seed = settings.seed.wrapping_add((run % self.seeds as usize) as u32);
        if let Some(prompt) = self.prompts.get(self.prompt(run)) {
            settings.prompt.clone_from(prompt);
        }
        for (axis, value) in self.axes.iter().zip(self.values(self.cell(run))) {
            set(&mut settings, &axis.name, value).expect("a checked grid");
        }
        settings
    }
}

/// Sets the setting that an axis names.
fn set(settings: &mut Settings, name: &str, value: f64) -> Result<(), GridError> {
    match name {
        "temperature" => settings.temperature = value,
        "top_p" => settings.top_p = value,
        "strength" => settings.adapter.as_mut().ok_or(GridError::NoAdapter)?.strength = value,
        _ if settings.options.get(name).is_none() => return Err(GridError::Unknown(name.into())),
        _ => settings.options.set(name, value).map_err(|error| GridError::Value(error.to_string()))?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(text: &str, seeds: u32) -> Grid {
        Grid { base: Settings::default(), axes: axes(text).unwrap(), prompts: Vec::new(), seeds }
    }

    #[test]
    fn a_grid_by_hand() {
        let grid = grid("temperature=0.2:2.0:7,top_p=0.5,0.9,1.0", 8);
        assert_eq!(grid.check(), Ok(()));
        assert_eq!(grid.axes[0].values, [0.2, 0.5, 0.8, 1.1, 1.4, 1.7, 2.0]);
        assert_eq!((grid.cells(), grid.runs()), (21, 168));
        let settings = grid.settings(4 * 8 + 3);
        assert_eq!((settings.temperature, settings.top_p, settings.seed), (0.5, 0.9, 45));
        assert_eq!(grid.settings(167).temperature, 2.0);
        assert_eq!(grid.values(20), [2.0, 1.0]);
        let grid = super::tests::grid("min-p=0,0.1", 2);
        assert_eq!(grid.settings(2).options.get("min_p"), Some(0.1));
    }

    #[test]
    fn the_strength_of_an_adapter_is_an_axis() {
        let mut grid = grid("strength=0:1.5:4", 2);
        assert_eq!(grid.check(), Err(GridError::NoAdapter));
        grid.base.adapter = Some(crate::story::AdapterSetting { id: "poet@0123abcd".into(), strength: 1.0 });
        assert_eq!(grid.check(), Ok(()));
        assert_eq!(grid.settings(3).adapter.unwrap().strength, 0.5);
        grid.axes[0].values.push(1.6);
        assert!(matches!(grid.check(), Err(GridError::Value(_))));
    }

    #[test]
    fn prompts_stand_between_cells_and_seeds() {
        let prompts = ["A", "B", "C"].map(String::from).to_vec();
        let grid = Grid { prompts, ..grid("temperature=0,1", 2) };
        assert_eq!(grid.check(), Ok(()));
        assert_eq!((grid.runs(), grid.stories()), (12, 6));
        // (1 * 3 + 2) * 2 + 1
        let settings = grid.settings(11);
        assert_eq!((settings.temperature, settings.prompt.as_str(), settings.seed), (1.0, "C", 43));
        assert_eq!((grid.cell(8), grid.prompt(8)), (1, 1));
        let twice = Grid { prompts: vec!["A".into(), "A".into()], ..grid.clone() };
        assert_eq!(twice.check(), Err(GridError::PromptTwice("A".into())));
        let long = Grid { prompts: vec!["e".repeat(4001)], ..grid.clone() };
        assert!(matches!(long.check(), Err(GridError::Value(_))));
        let json = serde_json::to_value(super::tests::grid("temperature=0,1", 2)).unwrap();
        assert!(json.get("prompts").is_none(), "where there are none, nothing is said of them");
        assert!(serde_json::from_value::<Grid>(json).unwrap().prompts.is_empty());
    }

    #[test]
    fn axes_are_written_as_they_are_read() {
        for text in ["temperature=0.2:2:7,top_p=0.5,0.9,0.95", "top_k=40", "min_p=0,0.1", "temperature=2:0:3"] {
            assert_eq!(axes_text(&axes(text).unwrap()), text);
        }
        assert_eq!(axes_text(&axes("temperature=1,1.5,2").unwrap()), "temperature=1:2:3");
        let thirds = axes("temperature=0:1:4").unwrap();
        assert_eq!(axes(&axes_text(&thirds)).unwrap(), thirds);
    }

    #[test]
    fn what_is_no_grid_is_refused() {
        for text in [
            "",
            "0.5",
            "temperature",
            "temperature=",
            "temperature=a",
            "temperature=1:2",
            "temperature=0:2:1",
            "top_p=inf",
        ] {
            assert!(matches!(axes(text), Err(GridError::Axis(_))), "{text}");
        }
        assert_eq!(axes("top_p=0.5,top-p=0.6"), Err(GridError::Twice("top_p".into())));
        assert!(matches!(grid("heat=1", 1).check(), Err(GridError::Unknown(name)) if name == "heat"));
        assert!(matches!(grid("temperature=1,3", 1).check(), Err(GridError::Value(_))));
        assert!(matches!(grid("top_k=1.5", 1).check(), Err(GridError::Value(_))));
        assert_eq!(grid("temperature=1", 0).check(), Err(GridError::Empty));
        assert!(matches!(grid("top_p=0.5,1,0.5", 1).check(), Err(GridError::ValueTwice { value: 0.5, .. })));
        assert_eq!(grid("temperature=0:2:1000,top_p=0.1:1:1000", 8).check(), Err(GridError::TooLarge));
    }
}
