//! States the findings of a sweep in words: what the data support, with the test used, and no more.

mod words;

pub use words::caveats;

use super::{Grid, axis_label};
use crate::statistics::{Estimate, SignFlip, holm};
use serde::Serialize;
use words::sentences;

/// A difference is significant if its corrected p is below this.
const LEVEL: f64 = 0.05;
/// With this many prompts or more, the units of the tests are prompts: stories of one prompt resemble each other, and findings over prompts
/// generalize to similar prompts. With fewer, a test over prompts could find nothing, so each seed of each prompt is a unit.
const ENOUGH_PROMPTS: usize = 8;

/// The mean of a number at one value of an axis, over all other axes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ValueMean {
    pub value: f64,
    /// Units are resampled; see [`finding`]. None if nothing is measured.
    pub estimate: Option<Estimate>,
}

/// One value of an axis compared with the lowest.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Comparison {
    pub value: f64,
    pub reference: f64,
    /// The value minus the reference: one difference per unit, each a mean over the other axes.
    pub difference: Estimate,
    /// The test of these differences.
    pub test: SignFlip,
    /// After Holm's correction over the comparisons of the axis.
    pub corrected_p: f64,
    pub significant: bool,
}

/// What a sweep found about one number along one axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Finding {
    pub metric: String,
    pub axis: String,
    /// In ascending order of values.
    pub means: Vec<ValueMean>,
    /// In ascending order of values, without the lowest. Values that share no unit with it are missing.
    pub comparisons: Vec<Comparison>,
    pub sentences: Vec<String>,
}

/// The mean of a number in each cell; none for a cell in which no story has it. `values`: one per run.
pub fn cell_means(grid: &Grid, values: &[Option<f64>]) -> Vec<Option<Estimate>> {
    let cell = |values: &[Option<f64>]| Estimate::of(&values.iter().copied().flatten().collect::<Vec<_>>());
    values.chunks(grid.stories()).map(cell).collect()
}

/// How a number (`metric` is its label) changes along an axis of the grid, given by its place. `values`: one per run, none if it is not
/// (yet) measured. Every value of the axis is compared with the lowest by a paired test ([`SignFlip`]) over units. A unit is a prompt or, with
/// fewer than eight prompts, a seed of a prompt. Its difference is the mean over the other axes and the seeds of the prompt, because stories
/// of one seed or prompt resemble each other from cell to cell.
pub fn finding(grid: &Grid, axis: usize, metric: &str, values: &[Option<f64>]) -> Finding {
    let steps = &grid.axes[axis].values;
    let inner: usize = grid.axes[axis + 1..].iter().map(|axis| axis.values.len()).product();
    let outer = grid.cells() / inner / steps.len();
    let blocks = grid.stories();
    let each = blocks / units(grid);
    // The number of a story, by the place on the axis, the cell of the other axes, and the seed and prompt.
    let number = |step: usize, other: usize, block: usize| {
        let cell = (other / inner * steps.len() + step) * inner + other % inner;
        values.get(cell * blocks + block).copied().flatten()
    };
    let mean = |numbers: Vec<f64>| (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64);
    let others = outer * inner;
    // Stories of a unit: the places on the other axes, and the seeds.
    let stories =
        |unit: usize| (0..others).flat_map(move |other| (0..each).map(move |seed| (other, unit * each + seed)));
    let mut order: Vec<usize> = (0..steps.len()).collect();
    order.sort_by(|&one, &other| steps[one].total_cmp(&steps[other]));
    let lowest = order[0];
    let means = order.iter().map(|&step| {
        let of = |unit| mean(stories(unit).filter_map(|(other, block)| number(step, other, block)).collect());
        ValueMean { value: steps[step], estimate: Estimate::of(&(0..units(grid)).filter_map(of).collect::<Vec<_>>()) }
    });
    let means = means.collect();
    let compare = |&step: &usize| {
        let pair = |(other, block)| Some(number(step, other, block)? - number(lowest, other, block)?);
        let of = |unit| mean(stories(unit).filter_map(pair).collect());
        let differences: Vec<f64> = (0..units(grid)).filter_map(of).collect();
        let (difference, test) = Estimate::of(&differences).zip(SignFlip::of(&differences))?;
        let (value, reference) = (steps[step], steps[lowest]);
        Some(Comparison { value, reference, difference, test, corrected_p: test.p, significant: false })
    };
    let mut comparisons: Vec<Comparison> = order[1..].iter().filter_map(compare).collect();
    let corrected = holm(&comparisons.iter().map(|comparison| comparison.test.p).collect::<Vec<_>>());
    for (comparison, p) in comparisons.iter_mut().zip(corrected) {
        (comparison.corrected_p, comparison.significant) = (p, p <= LEVEL);
    }
    let axis = grid.axes[axis].name.clone();
    let sentences = sentences(grid, metric, &axis_label(&axis), &comparisons);
    Finding { metric: metric.into(), axis, means, comparisons, sentences }
}

/// Number of units per prompt list; see [`ENOUGH_PROMPTS`].
fn units(grid: &Grid) -> usize {
    if grid.each_prompt() >= ENOUGH_PROMPTS { grid.each_prompt() } else { grid.stories() }
}

#[cfg(test)]
mod tests;
