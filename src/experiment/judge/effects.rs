//! What judging did: the numbers of the judged stories against those of stories chosen at random. Not the score: it is higher by
//! construction. Of best of n, what a choice at random can be expected to give is known, the mean of the other drafts; so that is what
//! is compared, and the luck of the control's draw adds no noise.
//!
//! Seeds of one prompt are not independent, so their differences are averaged first, and prompts are the units: resampled for the
//! interval, flipped in the test. Holm's correction covers all numbers together.

use super::{Criterion, Judgement, Method, Protocol};
use crate::metrics::mean;
use crate::statistics::{Estimate, SignFlip, holm};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A difference is significant if its corrected p is below this.
pub const LEVEL: f64 = 0.05;

/// The numbers that are compared: what the score's parts stand on first, each with its criterion, then what the score does not contain.
/// One of each kind: every further number makes all differences harder to tell from chance.
const COMPARED: [(&str, Option<Criterion>); 8] = [
    ("coherence", Some(Criterion::Coherence)),
    ("novelty", Some(Criterion::Novelty)),
    ("relevance_bits", Some(Criterion::Relevance)),
    ("surprise", None),
    ("contextual_gain_bits", None),
    ("sentence_overlap", None),
    ("distinct_2", None),
    ("tokens", None),
];

/// What the analysis needs of a [`Judgement`]; read from its JSON as well.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeOutcome"))]
pub struct Outcome {
    pub prompt: usize,
    pub judged: Numbers,
    pub control: Numbers,
    pub baseline: BTreeMap<String, f64>,
}

/// The numbers of a story by name; null if it has no value.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeNumbers"))]
pub struct Numbers {
    pub numbers: BTreeMap<String, Option<f64>>,
}

impl Outcome {
    /// The outcome of a judgement.
    pub fn new(judgement: &Judgement) -> Self {
        let numbers = |told: &super::Told| {
            let numbers = told.numbers.iter().map(|(name, value)| (name.clone(), value.as_f64()));
            Numbers { numbers: numbers.collect() }
        };
        let (judged, control) = (numbers(&judgement.judged), numbers(&judgement.control));
        Self { prompt: judgement.prompt, judged, control, baseline: judgement.baseline.clone() }
    }
}

/// The conclusion about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeVerdict"))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Higher,
    Lower,
    /// It could be chance.
    Undecided,
}

/// A number of the judged stories compared with that of the control.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeEffect"))]
pub struct Effect {
    pub metric: String,
    /// Whether the score stands on it, so that choosing by the score pushes it by construction.
    pub in_score: bool,
    /// Stories of each arm that have it.
    pub stories: usize,
    /// Means over prompts.
    pub judged: f64,
    pub control: f64,
    /// The drafts that were not judged the best, or the stories before they were revised.
    pub baseline: Option<f64>,
    /// Judged - control: the mean over prompts, with its interval.
    pub difference: Estimate,
    /// The p of the sign-flip test over prompts.
    pub p: f64,
    /// The same after Holm's correction over all numbers of the analysis.
    pub p_corrected: f64,
    pub verdict: Verdict,
}

/// The results of an experiment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeEffects"))]
pub struct Effects {
    pub method: Method,
    pub prompts: usize,
    /// Items: pairs of stories.
    pub pairs: usize,
    /// What the score stands on first.
    pub effects: Vec<Effect>,
}

/// Compares the arms.
pub fn effects(protocol: &Protocol, outcomes: &[Outcome]) -> Effects {
    let expected = matches!(protocol.method, Method::BestOf { .. });
    let mut effects = Vec::new();
    for (name, criterion) in COMPARED {
        let in_score = criterion.is_some_and(|criterion| protocol.weights.of(criterion) > 0.0);
        effects.extend(effect(name, in_score, expected, outcomes));
    }
    let corrected = holm(&effects.iter().map(|effect| effect.p).collect::<Vec<_>>());
    for (effect, corrected) in effects.iter_mut().zip(corrected) {
        effect.p_corrected = corrected;
        effect.verdict = match effect.difference.mean {
            _ if corrected >= LEVEL => Verdict::Undecided,
            mean if mean > 0.0 => Verdict::Higher,
            _ => Verdict::Lower,
        };
    }
    let mut prompts: Vec<usize> = outcomes.iter().map(|outcome| outcome.prompt).collect();
    prompts.sort_unstable();
    prompts.dedup();
    Effects { method: protocol.method, prompts: prompts.len(), pairs: outcomes.len(), effects }
}

/// One number; none where no pair has it. `expected`: whether the control is what a choice at random can be expected to give, rather than
/// the one that was made. Its corrected p and verdict come later.
fn effect(name: &str, in_score: bool, expected: bool, outcomes: &[Outcome]) -> Option<Effect> {
    // By prompt: judged, control, baseline.
    let mut prompts: BTreeMap<usize, [Vec<f64>; 3]> = BTreeMap::new();
    for outcome in outcomes {
        let of = |numbers: &Numbers| numbers.numbers.get(name).copied().flatten();
        let baseline = outcome.baseline.get(name).copied();
        let control = if expected { baseline } else { of(&outcome.control) };
        let Some((judged, control)) = of(&outcome.judged).zip(control) else { continue };
        let values = prompts.entry(outcome.prompt).or_default();
        values[0].push(judged);
        values[1].push(control);
        values[2].extend(baseline);
    }
    let of_arm = |arm: usize| prompts.values().filter_map(|values| mean(&values[arm])).collect::<Vec<_>>();
    let differences: Vec<f64> = prompts
        .values()
        .filter_map(|[judged, control, _]| {
            mean(&judged.iter().zip(control).map(|(judged, control)| judged - control).collect::<Vec<_>>())
        })
        .collect();
    Some(Effect {
        metric: name.into(),
        in_score,
        stories: prompts.values().map(|values| values[0].len()).sum(),
        judged: mean(&of_arm(0))?,
        control: mean(&of_arm(1))?,
        baseline: mean(&of_arm(2)),
        difference: Estimate::of(&differences)?,
        p: SignFlip::of(&differences)?.p,
        p_corrected: 1.0,
        verdict: Verdict::Undecided,
    })
}

#[cfg(test)]
pub mod tests {
    use super::super::Weights;
    use super::*;
    use crate::story::Settings;

    pub fn protocol() -> Protocol {
        Protocol {
            base: Settings::default(),
            prompts: Vec::new(),
            seeds: 2,
            weights: Weights { relevance: 0.0, ..Weights::default() },
            method: Method::BestOf { drafts: 4 },
        }
    }

    pub fn outcome(prompt: usize, judged: &[(&str, f64)], control: &[(&str, f64)]) -> Outcome {
        let numbers = |of: &[(&str, f64)]| Numbers {
            numbers: of.iter().map(|&(name, value)| (name.to_string(), Some(value))).collect(),
        };
        let baseline = control.iter().map(|&(name, value)| (name.to_string(), value)).collect();
        Outcome { prompt, judged: numbers(judged), control: numbers(control), baseline }
    }

    #[test]
    fn what_is_compared_has_a_label() {
        for (name, _) in COMPARED {
            assert!(crate::metrics::describe(name).is_some(), "{name}");
        }
    }

    #[test]
    fn prompts_are_the_units() {
        // Prompt 0 has three pairs, which count no more than the one of prompt 1.
        let pair = |prompt, judged, control| outcome(prompt, &[("novelty", judged)], &[("novelty", control)]);
        let outcomes = [pair(0, 0.9, 0.5), pair(0, 0.8, 0.5), pair(0, 0.7, 0.5), pair(1, 0.5, 0.4)];
        let found = effects(&protocol(), &outcomes);
        assert_eq!((found.prompts, found.pairs, found.effects.len()), (2, 4, 1));
        let effect = &found.effects[0];
        assert_eq!((effect.stories, effect.difference.count), (4, 2));
        assert!((effect.difference.mean - (0.3 + 0.1) / 2.0).abs() < 1e-12);
        assert!((effect.judged - (0.8 + 0.5) / 2.0).abs() < 1e-12);
        // Of four flips of two prompts, two are as far.
        assert_eq!((effect.p, effect.p_corrected, effect.verdict), (0.5, 0.5, Verdict::Undecided));
    }

    #[test]
    fn a_difference_in_every_prompt_is_found_and_what_varies_is_not() {
        let outcomes: Vec<Outcome> = (0..12)
            .map(|prompt| {
                let noise = [0.1, -0.1][prompt % 2];
                outcome(
                    prompt,
                    &[
                        ("score", 0.9),
                        ("novelty", 0.7),
                        ("relevance_bits", 0.5),
                        ("distinct_2", 0.8 + noise),
                        ("tokens", 90.0),
                    ],
                    &[
                        ("score", 0.5),
                        ("novelty", 0.5),
                        ("relevance_bits", 0.5),
                        ("distinct_2", 0.8),
                        ("tokens", 100.0),
                    ],
                )
            })
            .collect();
        let found = effects(&protocol(), &outcomes).effects;
        let of = |name: &str| found.iter().find(|effect| effect.metric == name).unwrap();
        assert!(found.iter().all(|effect| effect.metric != "score"), "it is higher by construction");
        assert_eq!((of("novelty").verdict, of("novelty").in_score), (Verdict::Higher, true));
        assert_eq!(
            (of("relevance_bits").verdict, of("relevance_bits").in_score),
            (Verdict::Undecided, false),
            "it has no weight"
        );
        assert_eq!(of("relevance_bits").p, 1.0);
        assert_eq!(of("distinct_2").verdict, Verdict::Undecided);
        assert_eq!((of("tokens").verdict, of("tokens").difference.mean), (Verdict::Lower, -10.0));
        // Four numbers are compared, two of which have the smallest p that twelve prompts can give.
        assert_eq!(of("novelty").p, SignFlip::smallest_p(12));
        assert_eq!(of("novelty").p_corrected, 4.0 * of("novelty").p);
    }

    #[test]
    fn judgements_are_read_from_their_json() {
        let json = r#"{"item": 3, "prompt": 1, "prompt_text": "p", "process": {},
            "judged": {"seed": 1, "numbers": {"surprise": 0.5, "novelty": null}, "text": "t"},
            "control": {"numbers": {"surprise": 0.25, "novelty": 0.5}}, "baseline": {"surprise": 0.375}}"#;
        let outcome: Outcome = serde_json::from_str(json).unwrap();
        let difference = |method| {
            let found = effects(&Protocol { method, ..protocol() }, std::slice::from_ref(&outcome)).effects;
            assert_eq!(found.len(), 1, "no pair has a novelty");
            assert_eq!(found[0].baseline, Some(0.375));
            found[0].difference.mean
        };
        assert_eq!(difference(Method::BestOf { drafts: 4 }), 0.125, "against all other drafts");
        assert_eq!(difference(Method::Revise { redrafts: 4, rounds: 2 }), 0.25, "against the control's story");
    }
}
