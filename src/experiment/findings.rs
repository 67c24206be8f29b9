//! From the numbers of a sweep to findings in words: what the data support, with the test used, and no more.

use super::statistics::{Estimate, SignFlip, holm};
use super::{Grid, axis_label};
use serde::Serialize;

/// Below this, after correction, a difference counts as told apart from chance.
const LEVEL: f64 = 0.05;

/// The mean of a number at one value of an axis, over all other axes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValueMean {
    pub value: f64,
    /// Seeds and prompts are resampled. None where nothing is measured.
    pub estimate: Option<Estimate>,
}

/// One value of an axis against the lowest one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    pub value: f64,
    pub reference: f64,
    /// Of the value minus the reference: one a seed and prompt, each a mean over the other axes.
    pub difference: Estimate,
    /// Of one such difference a seed and prompt.
    pub test: SignFlip,
    /// After Holm's correction over the comparisons of the axis.
    pub corrected_p: f64,
    pub significant: bool,
}

/// What a sweep tells of one number along one axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    pub metric: String,
    pub axis: String,
    /// By rising value.
    pub means: Vec<ValueMean>,
    /// By rising value, without the lowest. Those that share no seed and prompt with it are missing.
    pub comparisons: Vec<Comparison>,
    pub sentences: Vec<String>,
}

/// The mean of a number in each cell, where one story of it at least has the number. `values`: one a run.
pub fn cell_means(grid: &Grid, values: &[Option<f64>]) -> Vec<Option<Estimate>> {
    let cell = |values: &[Option<f64>]| Estimate::of(&values.iter().copied().flatten().collect::<Vec<_>>());
    values.chunks(grid.stories()).map(cell).collect()
}

/// What a number (`metric`, as people call it) does along an axis of the grid, by its place. `values`: one a run, none where it is not (yet)
/// measured. Every value of the axis is held against the lowest by a paired test ([`SignFlip`]): a pair is a seed and prompt,
/// its difference the mean over the other axes, because stories of one seed resemble each other from cell to cell.
pub fn finding(grid: &Grid, axis: usize, metric: &str, values: &[Option<f64>]) -> Finding {
    let steps = &grid.axes[axis].values;
    let inner: usize = grid.axes[axis + 1..].iter().map(|axis| axis.values.len()).product();
    let outer = grid.cells() / inner / steps.len();
    let blocks = grid.stories();
    // A story of a seed and prompt, at one place of the axis and one cell of the others.
    let number = |step: usize, other: usize, block: usize| {
        let cell = (other / inner * steps.len() + step) * inner + other % inner;
        values.get(cell * blocks + block).copied().flatten()
    };
    let mean = |numbers: Vec<f64>| (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64);
    let others = outer * inner;
    let mut order: Vec<usize> = (0..steps.len()).collect();
    order.sort_by(|&one, &other| steps[one].total_cmp(&steps[other]));
    let lowest = order[0];
    let means = order.iter().map(|&step| {
        let of = |block| mean((0..others).filter_map(|other| number(step, other, block)).collect());
        ValueMean { value: steps[step], estimate: Estimate::of(&(0..blocks).filter_map(of).collect::<Vec<_>>()) }
    });
    let means = means.collect();
    let compare = |&step: &usize| {
        let pair = |other, block| Some(number(step, other, block)? - number(lowest, other, block)?);
        let of = |block| mean((0..others).filter_map(|other| pair(other, block)).collect());
        let differences: Vec<f64> = (0..blocks).filter_map(of).collect();
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

/// What belongs to all findings of a sweep of which so many stories are written.
pub fn caveats(grid: &Grid, written: usize) -> Vec<String> {
    let mut caveats = Vec::new();
    if written < grid.runs() {
        let runs = grid.runs();
        caveats.push(format!(
            "The sweep is not finished: this stands on {written} of its {runs} stories, and can change."
        ));
    }
    if grid.each_prompt() == 1 {
        caveats.push("All stories begin with the same prompt: of other prompts this says nothing.".into());
    }
    if grid.axes.len() > 1 {
        caveats.push(
            "Along one axis, stories are averaged over the others. Each number and axis is corrected for its own comparisons only."
                .into(),
        );
    }
    caveats
}

fn sentences(grid: &Grid, metric: &str, axis: &str, comparisons: &[Comparison]) -> Vec<String> {
    let Some(first) = comparisons.first() else {
        return vec![format!("Nothing can be compared: no two stories of one seed have a value for {metric}.")];
    };
    let pairs = comparisons.iter().map(|comparison| comparison.test.pairs).max().unwrap_or_default();
    let (count, reference) = (comparisons.len(), first.reference);
    let over = match count {
        1 => "one comparison".into(),
        count => format!("{count} comparisons"),
    };
    if SignFlip::smallest_p(pairs) * count as f64 > LEVEL {
        let enough = (pairs + 1..).find(|&more| SignFlip::smallest_p(more) * count as f64 <= LEVEL);
        // Where only some of the stories have this number, it is likely to be so with more seeds, too.
        let seeds = (enough.unwrap_or_default() * grid.stories()).div_ceil(pairs * grid.each_prompt());
        let stories = match (pairs, grid.stories()) {
            (1, 1) => "1 pair of stories is".into(),
            (pairs, all) if pairs == all => format!("{pairs} pairs of stories are"),
            (pairs, all) => format!("{pairs} of {all} pairs of stories have it, which is"),
        };
        return vec![format!(
            "Too few seeds to say anything of {metric} along {axis}: {stories} not enough for {over}, however large the differences. Take {seeds} seeds or more."
        )];
    }
    let seeds = match (grid.each_prompt(), grid.seeds) {
        (1, seeds) => format!("these {seeds} seeds"),
        (prompts, seeds) => format!("these {seeds} seeds and {prompts} prompts"),
    };
    let test = |of: &[&Comparison]| {
        let p = of.iter().map(|comparison| comparison.corrected_p).fold(0.0, f64::max);
        let p =
            if p < 0.001 { "p < 0.001".into() } else { format!("p {} {p:.3}", if of.len() > 1 { "≤" } else { "=" }) };
        format!("paired sign-flip test, {p} after Holm’s correction over {over}, {pairs} pairs")
    };
    let listed =
        |of: &[&Comparison]| list(&of.iter().map(|comparison| comparison.value.to_string()).collect::<Vec<_>>());
    let (clear, unclear): (Vec<_>, Vec<_>) = comparisons.iter().partition(|comparison| comparison.significant);
    if clear.is_empty() {
        let p = comparisons.iter().map(|comparison| comparison.corrected_p).fold(1.0, f64::min);
        let which = if count > 1 { "any of " } else { "" };
        return vec![format!(
            "No difference in {metric} between {axis} {reference} and {which}{} can be told from {seeds} (paired sign-flip test, smallest p = {p:.3} after Holm’s correction over {over}, {pairs} pairs).",
            listed(&unclear)
        )];
    }
    let name = capital(metric);
    let mut sentences = Vec::new();
    for (up, word) in [(false, "lower"), (true, "higher")] {
        let those: Vec<&Comparison> =
            clear.iter().copied().filter(|comparison| (comparison.test.mean_difference > 0.0) == up).collect();
        let Some(from) = those.first() else { continue };
        let to_the_end = comparisons[comparisons.len() - those.len()..].iter().eq(those.iter().copied());
        let told = test(&those);
        // Without a verb: some numbers are named in the plural.
        sentences.push(match (to_the_end && those.len() == clear.len(), those.len()) {
            (true, 2..) => {
                format!("{name}: significantly {word} from {axis} {} on than at {reference} ({told}).", from.value)
            }
            _ => format!("{name}: significantly {word} at {axis} {} than at {reference} ({told}).", listed(&those)),
        });
        let largest = those
            .iter()
            .max_by(|one, other| one.test.mean_difference.abs().total_cmp(&other.test.mean_difference.abs()));
        if let Some(Comparison { value, difference, .. }) = largest {
            sentences.push(format!(
                "The difference is largest at {value}: {} (95% interval {} to {}).",
                signed(difference.mean),
                signed(difference.from),
                signed(difference.to)
            ));
        }
    }
    if !unclear.is_empty() {
        let which = if unclear.len() > 1 { "any of " } else { "" };
        sentences.push(format!(
            "No difference between {axis} {reference} and {which}{} can be told from {seeds}.",
            listed(&unclear)
        ));
    }
    sentences
}

/// "1, 2 and 3".
fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// A number with its sign and about three digits.
fn signed(number: f64) -> String {
    let decimals = match number.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{:.decimals$}", number.abs());
    let zero = text.bytes().all(|byte| b"0.".contains(&byte));
    let sign = if zero {
        ""
    } else if number < 0.0 {
        "−"
    } else {
        "+"
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Settings, axes};
    use crate::sampling::Random;

    fn grid(text: &str, seeds: u32) -> Grid {
        Grid { base: Settings::default(), axes: axes(text).unwrap(), prompts: Vec::new(), seeds }
    }

    /// One value a run: what an effect gives for its cell, and noise of the story's own.
    fn made(grid: &Grid, noise: f64, effect: impl Fn(&[f64]) -> f64) -> Vec<Option<f64>> {
        let mut random = Random::new(7);
        (0..grid.runs())
            .map(|run| Some(effect(&grid.values(grid.cell(run))) + noise * (random.uniform() - 0.5)))
            .collect()
    }

    #[test]
    fn an_effect_is_found_where_it_is() {
        let grid = grid("temperature=0.2:2:7,top_p=0.5,0.9,1", 8);
        let values = made(&grid, 0.2, |cell| if cell[0] > 1.3 { 0.5 } else { 1.0 });
        let found = finding(&grid, 0, "coherence", &values);
        let clear: Vec<f64> = found.comparisons.iter().filter(|it| it.significant).map(|it| it.value).collect();
        assert_eq!(clear, [1.4, 1.7, 2.0]);
        assert_eq!(
            found.sentences[0],
            "Coherence: significantly lower from temperature 1.4 on than at 0.2 (paired sign-flip test, p ≤ 0.047 after Holm’s correction over 6 comparisons, 8 pairs)."
        );
        assert!(found.sentences[1].starts_with("The difference is largest at "), "{:?}", found.sentences);
        let difference = found.comparisons[5].difference;
        assert!(difference.from < -0.4 && difference.to > -0.6, "{difference:?}");
        assert_eq!(
            found.sentences[2],
            "No difference between temperature 0.2 and any of 0.5, 0.8 and 1.1 can be told from these 8 seeds."
        );
        assert_eq!(found.means.len(), 7);
        let mean = found.means[6].estimate.unwrap();
        assert!(mean.from < 0.5 && 0.5 < mean.to && mean.to - mean.from < 0.1, "{mean:?}");
        // The other axis has no effect: nothing is found along it.
        let none = finding(&grid, 1, "coherence", &values);
        assert!(none.comparisons.iter().all(|it| !it.significant));
        assert!(none.sentences[0].starts_with(
            "No difference in coherence between top-p 0.5 and any of 0.9 and 1 can be told from these 8 seeds"
        ));
    }

    #[test]
    fn effects_that_go_both_ways_are_told_apart() {
        let grid = grid("temperature=0,0.5,1", 10);
        let found = finding(&grid, 0, "surprise", &made(&grid, 0.1, |cell| [0.0, 1.0, -1.0][(cell[0] * 2.0) as usize]));
        assert!(found.sentences[0].starts_with("Surprise: significantly lower at temperature 1 than at 0 ("));
        assert!(found.sentences[2].starts_with("Surprise: significantly higher at temperature 0.5 than at 0 ("));
        assert!(found.sentences[0].contains("p = 0.004 after Holm’s correction over 2 comparisons, 10 pairs"));
    }

    #[test]
    fn values_are_compared_in_their_order_whatever_the_grid_says() {
        let grid = grid("top_p=1,0.5,0.9,temperature=1,0.5", 12);
        let values = made(&grid, 0.0, |cell| cell[0] * 10.0 + cell[1]);
        let found = finding(&grid, 0, "novelty", &values);
        assert_eq!(found.means.iter().map(|mean| mean.value).collect::<Vec<_>>(), [0.5, 0.9, 1.0]);
        assert_eq!(found.means[0].estimate.unwrap().mean, 5.75);
        assert_eq!(found.comparisons[1].difference.mean, 5.0);
        assert_eq!(finding(&grid, 1, "novelty", &values).comparisons[0].difference.mean, 0.5);
        assert_eq!(cell_means(&grid, &values)[1].unwrap().mean, 10.5);
    }

    #[test]
    fn too_few_seeds_are_called_so() {
        let grid = grid("temperature=0,1,2", 4);
        let found = finding(&grid, 0, "coherence", &made(&grid, 0.0, |cell| -cell[0]));
        assert_eq!(
            found.sentences,
            [
                "Too few seeds to say anything of coherence along temperature: 4 pairs of stories are not enough for 2 comparisons, however large the differences. Take 7 seeds or more."
            ]
        );
        // Half of the stories lack the number: twice as many seeds are needed.
        let eight = Grid { seeds: 8, ..grid.clone() };
        let mut values = made(&eight, 0.0, |cell| -cell[0]);
        (0..24).filter(|run| run % 8 > 3).for_each(|run| values[run] = None);
        let words = &finding(&eight, 0, "coherence", &values).sentences[0];
        assert!(words.contains("4 of 8 pairs of stories have it, which is not enough"), "{words}");
        assert!(words.ends_with("Take 14 seeds or more."), "{words}");
        // Two prompts double the pairs: 8 are enough.
        let grid = Grid { prompts: vec!["A".into(), "B".into()], ..grid };
        let found = finding(&grid, 0, "coherence", &made(&grid, 0.0, |cell| -cell[0]));
        assert!(found.comparisons.iter().all(|it| it.significant && it.test.pairs == 8), "{found:?}");
        assert_eq!(caveats(&grid, grid.runs()), [""; 0]);
    }

    #[test]
    fn what_is_missing_is_left_out_of_pairs() {
        let grid = grid("temperature=0,1,top_p=0.5,1", 8);
        let mut values = made(&grid, 0.1, |cell| cell[0]);
        // The stories of one seed at temperature 0 were too short.
        (values[0], values[8]) = (None, None);
        let found = finding(&grid, 0, "coherence", &values);
        assert_eq!(found.comparisons[0].test.pairs, 7);
        assert!(found.comparisons[0].significant);
        let nothing = finding(&grid, 0, "novelty", &[None; 32]);
        assert_eq!(
            nothing.sentences,
            ["Nothing can be compared: no two stories of one seed have a value for novelty."]
        );
        assert!(cell_means(&grid, &[None; 32]).iter().all(Option::is_none));
        assert!(caveats(&grid, 31)[0].contains("31 of its 32 stories"));
    }

    /// Along an axis without any effect, something is found in few of many sweeps: the correction holds.
    #[test]
    fn nothing_is_found_where_nothing_is() {
        let grid = grid("temperature=0.2:2:7", 10);
        let mut random = Random::new(11);
        let sweeps = 200;
        let wrong = (0..sweeps).filter(|_| {
            // Stories of one seed resemble each other.
            let seeds: Vec<f64> = (0..10).map(|_| random.uniform()).collect();
            let values: Vec<_> = (0..grid.runs()).map(|run| Some(seeds[run % 10] + random.uniform())).collect();
            finding(&grid, 0, "coherence", &values).comparisons.iter().any(|it| it.significant)
        });
        let wrong = wrong.count();
        assert!(wrong <= sweeps * 8 / 100, "{wrong} of {sweeps}");
    }
}
