//! The findings of a self-evaluation in words: what the numbers support, and no more.

use super::effects::LEVEL;
use super::{Effect, Effects, Method, Verdict};
use crate::metrics::written::short;
use crate::metrics::{describe, label_of};
use crate::statistics::{Interval, SignFlip, p_words};

/// Sentences to be shown. The last says what was not tested.
pub fn findings(found: &Effects) -> Vec<String> {
    let Effects { method, prompts, pairs, effects } = found;
    if effects.is_empty() {
        return vec!["There is nothing to compare yet.".into()];
    }
    let over = format!("{}, {}", count(*pairs, "pair"), count(*prompts, "prompt"));
    let mut said = vec![match method {
        Method::BestOf { drafts } => {
            format!("Best of {drafts} by score, against the mean of the other drafts: {over}.")
        }
        Method::Revise { redrafts, rounds } => format!(
            "Up to {} of {}, chosen by score, against as many chosen at random: {over}.",
            count(*rounds as usize, "round"),
            count(*redrafts as usize, "redraft")
        ),
    }];
    let few = too_few(*prompts, effects.len());
    if let Some(least) = few {
        said.push(format!(
            "With {} and {} compared, not even the clearest difference could be told from chance; {least} prompts are the least.",
            count(*prompts, "prompt"),
            count(effects.len(), "number")
        ));
    }
    said.push("The score is not compared: choosing by it makes it higher, which says nothing.".into());
    if effects.iter().all(|effect| effect.difference.mean == 0.0 && effect.p == 1.0) {
        said.push("Both arms have the same numbers throughout: chosen by score or at random, nothing differs.".into());
        return said;
    }
    if few.is_none() {
        let (within, outside): (Vec<&Effect>, Vec<&Effect>) = effects.iter().partition(|effect| effect.in_score);
        said.extend(of_group(&within, "Part of the score, so pushed by choosing", "what the score is made of"));
        said.extend(of_group(
            &outside,
            "Not part of the score, and different all the same",
            "what the score does not contain",
        ));
    }
    said.push("No person has read these stories for this: whether the chosen ones are better was not tested.".into());
    said
}

/// What differs in a group of numbers, and what cannot be told.
fn of_group(group: &[&Effect], differing: &str, all: &str) -> Vec<String> {
    if group.is_empty() {
        return Vec::new();
    }
    let words = |effect: &Effect| label_of(&effect.metric);
    let decided = group.iter().filter(|effect| effect.verdict != Verdict::Undecided);
    let decided: Vec<String> = decided
        .map(|effect| {
            let way = if effect.verdict == Verdict::Higher { "higher" } else { "lower" };
            format!("{} {way} by {}", words(effect), told(effect))
        })
        .collect();
    let undecided: Vec<String> =
        group.iter().filter(|effect| effect.verdict == Verdict::Undecided).map(|effect| words(effect)).collect();
    let mut said = Vec::new();
    match decided.is_empty() {
        true => said.push(format!("Of {all}, no number differs beyond chance ({}).", undecided.join(", "))),
        false => {
            said.push(format!("{differing}: {}.", decided.join("; ")));
            if !undecided.is_empty() {
                said.push(format!(
                    "Nothing can be said of {}: chance could have made their differences.",
                    undecided.join(", ")
                ));
            }
        }
    }
    said
}

/// A difference with its interval and p; without a sign, because the words give the direction.
fn told(effect: &Effect) -> String {
    let unit = describe(&effect.metric).map_or("", |found| found.metric.unit);
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    let p = p_words(effect.p_corrected, false);
    let interval = effect
        .difference
        .interval
        .map(|Interval { from, to }| format!("95% interval of judged − control {} to {}; ", short(from), short(to)));
    format!("{}{unit} ({}{p})", short(effect.difference.mean.abs()), interval.unwrap_or_default())
}

fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// If these are too few, the number of prompts from which on a difference could pass the corrected test.
fn too_few(prompts: usize, compared: usize) -> Option<usize> {
    let enough = |&prompts: &usize| SignFlip::smallest_p(prompts) * (compared as f64) < LEVEL;
    if enough(&prompts) { None } else { (prompts..1000).find(enough) }
}

#[cfg(test)]
mod tests {
    use super::super::effects::tests::{outcome, protocol};
    use super::super::{Outcome, effects};
    use super::*;

    fn said(outcomes: &[Outcome]) -> String {
        findings(&effects(&protocol(), outcomes)).join("\n")
    }

    #[test]
    fn words_say_what_the_numbers_support() {
        let outcomes: Vec<Outcome> = (0..12)
            .map(|prompt| {
                let noise = [0.1, -0.1][prompt % 2];
                let judged =
                    [("score", 0.7), ("novelty", 0.6), ("contextual_gain_bits", 0.8), ("distinct_2", 0.8 + noise)];
                let control = [("score", 0.5), ("novelty", 0.5), ("contextual_gain_bits", 1.0), ("distinct_2", 0.8)];
                outcome(prompt, &judged, &control)
            })
            .collect();
        let said = said(&outcomes);
        for words in [
            "Best of 4 by score, against the mean of the other drafts: 12 pairs, 12 prompts.",
            "The score is not compared",
            "Part of the score, so pushed by choosing: novelty higher by 0.100",
            "Not part of the score, and different all the same: contextual gain lower by 0.200 bits per token",
            "Nothing can be said of distinct word pairs",
            "was not tested",
        ] {
            assert!(said.contains(words), "{words:?} in\n{said}");
        }
        assert!(!said.contains("better,") && !said.contains("improve"));
    }

    #[test]
    fn too_few_prompts_and_equal_arms_are_told() {
        let few = said(&[
            outcome(0, &[("novelty", 0.7)], &[("novelty", 0.5)]),
            outcome(1, &[("novelty", 0.6)], &[("novelty", 0.5)]),
        ]);
        assert!(few.contains("With 2 prompts and 1 number ") && few.contains("6 prompts are the least"), "{few}");
        assert!(!few.contains("interval") && few.ends_with("was not tested."), "two prompts have none: {few}");
        let same = said(&[outcome(0, &[("novelty", 0.5)], &[("novelty", 0.5)])]);
        assert!(same.contains("nothing differs"), "{same}");
        assert!(said(&[]).contains("nothing to compare"));
        assert_eq!((too_few(12, 16), too_few(9, 16), too_few(5, 1)), (None, Some(10), Some(6)));
    }
}
