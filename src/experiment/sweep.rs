//! Sweeps: stories over a grid of settings, some seeds to each cell.

use super::Settings;
use crate::sampling::PARAMETERS;
use serde::{Deserialize, Serialize};

/// Stories of a sweep at most.
const MOST_RUNS: usize = 1_000_000;

/// A setting and the values that it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// `temperature`, `top_p`, `strength` (of the adapter) or a parameter of the chain.
    pub name: String,
    pub values: Vec<f64>,
}

/// Some settings, and what is changed in them. Run r is cell r / seeds with seed `base.seed + r % seeds`, so that every
/// cell has the same seeds and cells can be compared in pairs; the last axis changes from cell to cell first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    pub base: Settings,
    pub axes: Vec<Axis>,
    /// Stories of each cell.
    pub seeds: u32,
}

/// Why there is no such sweep.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum GridError {
    #[error("{0:?} is no axis of a grid: write NAME=FROM:TO:COUNT or NAME=VALUE,VALUE,...")]
    Axis(String),
    #[error("there is no setting {0:?} to sweep; there are temperature, top_p, strength, {names}", names = names())]
    Unknown(String),
    #[error("strength is that of an adapter: name one with --adapter")]
    NoAdapter,
    #[error("{0} stands in the grid twice")]
    Twice(String),
    #[error("{0}")]
    Value(String),
    #[error("a sweep needs at least one axis and one seed")]
    Empty,
    #[error("this sweep would have more than {MOST_RUNS} stories; make it coarser")]
    TooLarge,
}

fn names() -> String {
    PARAMETERS.iter().map(|parameter| parameter.name).collect::<Vec<_>>().join(", ")
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
                // Rounded, so that links stay readable; the ends stay what they are.
                let at = |index| ((from + f64::from(index) * step) * 1e6).round() / 1e6;
                axis.values.extend((0..count).map(|index| if index + 1 == count { to } else { at(index) }));
            }
            _ => return Err(wrong()),
        }
    }
    Ok(axes)
}

impl Grid {
    /// Checks every cell.
    pub fn check(&self) -> Result<(), GridError> {
        if self.axes.is_empty() || self.seeds == 0 || self.axes.iter().any(|axis| axis.values.is_empty()) {
            return Err(GridError::Empty);
        }
        let sizes = self.axes.iter().map(|axis| axis.values.len()).chain([self.seeds as usize]);
        let runs = { sizes }.try_fold(1usize, |product, size| product.checked_mul(size));
        if runs.is_none_or(|runs| runs > MOST_RUNS) {
            return Err(GridError::TooLarge);
        }
        // A value is right or wrong whatever the others are.
        for axis in &self.axes {
            for &value in &axis.values {
                let mut settings = self.base.clone();
                set(&mut settings, &axis.name, value)?;
                settings.check().map_err(|error| GridError::Value(error.to_string()))?;
            }
        }
        Ok(())
    }

    /// Cells of the grid.
    pub fn cells(&self) -> usize {
        self.axes.iter().map(|axis| axis.values.len()).product()
    }

    /// Stories of the sweep.
    pub fn runs(&self) -> usize {
        self.cells() * self.seeds as usize
    }

    /// What the axes are in a cell, in their order.
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
        let (cell, index) = (run / self.seeds as usize, run % self.seeds as usize);
        let mut settings = self.base.clone();
        settings.seed = settings.seed.wrapping_add(index as u32);
        for (axis, value) in self.axes.iter().zip(self.values(cell)) {
            set(&mut settings, &axis.name, value).expect("a checked grid");
        }
        settings
    }
}

/// Sets what an axis names.
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
        Grid { base: Settings::default(), axes: axes(text).unwrap(), seeds }
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
        grid.base.adapter = Some(crate::experiment::Adapter { id: "poet@0123abcd".into(), strength: 1.0 });
        assert_eq!(grid.check(), Ok(()));
        assert_eq!(grid.settings(3).adapter.unwrap().strength, 0.5);
        grid.axes[0].values.push(1.6);
        assert!(matches!(grid.check(), Err(GridError::Value(_))));
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
        assert_eq!(grid("temperature=0:2:1000,top_p=0.1:1:1000", 8).check(), Err(GridError::TooLarge));
    }
}
