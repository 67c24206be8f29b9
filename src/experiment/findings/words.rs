//! Findings in words.

use super::{Comparison, ENOUGH_PROMPTS, LEVEL, units};
use crate::experiment::Grid;
use crate::metrics::written::signed;
use crate::statistics::{Interval, SignFlip, p_words};

/// Caveats of all findings of a sweep with this many stories written.
pub fn caveats(grid: &Grid, written: usize) -> Vec<String> {
    let mut caveats = Vec::new();
    if written < grid.runs() {
        let runs = grid.runs();
        caveats
            .push(format!("The sweep is not finished: this is based on {written} of {runs} stories, and can change."));
    }
    match grid.each_prompt() {
        1 => caveats.push("All stories begin with the same prompt: of other prompts this says nothing.".into()),
        prompts @ 2..ENOUGH_PROMPTS => caveats.push(format!(
            "All stories begin with one of {prompts} prompts, and what is compared are their seeds: of other prompts this says nothing."
        )),
        _ => {}
    }
    if grid.axes.len() > 1 {
        caveats.push(
            "Along one axis, stories are averaged over the others. Each number and axis is corrected for its own comparisons only."
                .into(),
        );
    }
    caveats
}

/// The findings about a number (`metric`) along an axis; both are labels.
pub fn sentences(grid: &Grid, metric: &str, axis: &str, comparisons: &[Comparison]) -> Vec<String> {
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
        // If only some of the stories have this number, probably the same share of more stories will.
        let needed = enough.unwrap_or_default() * units(grid);
        let (few, needed) = match grid.each_prompt() {
            ENOUGH_PROMPTS.. => ("prompts", needed.div_ceil(pairs)),
            prompts => ("seeds", needed.div_ceil(pairs * prompts)),
        };
        let stories = match (pairs, units(grid)) {
            (1, 1) => "1 pair of stories is".into(),
            (pairs, all) if pairs == all => format!("{pairs} pairs of stories are"),
            (pairs, all) => format!("{pairs} of {all} pairs of stories have it, which is"),
        };
        return vec![format!(
            "Too few {few} to say anything of {metric} along {axis}: {stories} not enough for {over}, however large the differences. Take {needed} {few} or more."
        )];
    }
    let seeds = match (grid.each_prompt(), grid.seeds) {
        (ENOUGH_PROMPTS.., _) => format!("these {} prompts", grid.each_prompt()),
        (1, seeds) => format!("these {seeds} seeds"),
        (prompts, seeds) => format!("these {seeds} seeds and {prompts} prompts"),
    };
    let test = |of: &[&Comparison]| {
        let p = of.iter().map(|comparison| comparison.corrected_p).fold(0.0, f64::max);
        let p = p_words(p, of.len() > 1);
        format!("paired sign-flip test, {p} after Holm’s correction over {over}, {pairs} pairs")
    };
    let listed =
        |of: &[&Comparison]| list(&of.iter().map(|comparison| comparison.value.to_string()).collect::<Vec<_>>());
    let (clear, unclear): (Vec<_>, Vec<_>) = comparisons.iter().partition(|comparison| comparison.significant);
    if clear.is_empty() {
        let p = comparisons.iter().map(|comparison| comparison.corrected_p).fold(1.0, f64::min);
        let which = if count > 1 { "any of " } else { "" };
        return vec![format!(
            "No difference in {metric} between {axis} {reference} and {which}{} can be told from {seeds} (paired sign-flip test, smallest {} after Holm’s correction over {over}, {pairs} pairs).",
            listed(&unclear),
            p_words(p, false)
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
        // No verb, because some labels are plural.
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
            let interval = difference.interval.map(|Interval { from, to }| (signed(from), signed(to)));
            let interval = interval.map(|(from, to)| format!(" (95% interval {from} to {to})")).unwrap_or_default();
            sentences.push(format!("The difference is largest at {value}: {}{interval}.", signed(difference.mean)));
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
