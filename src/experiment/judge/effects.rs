//! The effect of judging: every number of the judged stories compared with those chosen at random.
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

/// The numbers that are compared: first the score's parts, each with the criterion that raises it by construction, then numbers that are
/// not part of the score.
const COMPARED: [(&str, Option<Criterion>); 15] = [
    ("coherence", Some(Criterion::Coherence)),
    ("novelty", Some(Criterion::Novelty)),
    ("new_ngrams_3", Some(Criterion::Novelty)),
    ("relevance", Some(Criterion::Relevance)),
    ("relevance_bits", Some(Criterion::Relevance)),
    ("surprise", None),
    ("contextual_gain_bits", None),
    ("mean_log_probability_bits", None),
    ("excess_surprise_bits", None),
    ("longest_span", None),
    ("seq_rep_4", None),
    ("sentence_overlap", None),
    ("distinct_1", None),
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
    /// Whether it is part of the score, so that choosing by the score raises it by construction.
    pub in_score: bool,
    /// Stories of each arm that have it.
    pub stories: usize,
    /// Means over prompts.
    pub judged: f64,
    pub control: f64,
    /// All drafts, or the stories before they were revised; for information.
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
    /// The score first.
    pub effects: Vec<Effect>,
}

/// Compares the arms.
pub fn effects(protocol: &Protocol, outcomes: &[Outcome]) -> Effects {
    let mut effects: Vec<Effect> = effect("score", true, outcomes).into_iter().collect();
    for (name, criterion) in COMPARED {
        let in_score = criterion.is_some_and(|criterion| protocol.weights.of(criterion) > 0.0);
        effects.extend(effect(name, in_score, outcomes));
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

/// One number; none if no pair has it. Its corrected p and verdict are set later.
fn effect(name: &str, in_score: bool, outcomes: &[Outcome]) -> Option<Effect> {
    // By prompt: judged, control, baseline.
    let mut prompts: BTreeMap<usize, [Vec<f64>; 3]> = BTreeMap::new();
    for outcome in outcomes {
        let of = |numbers: &Numbers| numbers.numbers.get(name).copied().flatten();
        let Some((judged, control)) = of(&outcome.judged).zip(of(&outcome.control)) else { continue };
        let values = prompts.entry(outcome.prompt).or_default();
        values[0].push(judged);
        values[1].push(control);
        values[2].extend(outcome.baseline.get(name));
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
        let pair = |prompt, judged, control| outcome(prompt, &[("score", judged)], &[("score", control)]);
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
                    &[("score", 0.7), ("relevance", 0.5), ("distinct_2", 0.8 + noise), ("tokens", 90.0)],
                    &[("score", 0.5), ("relevance", 0.5), ("distinct_2", 0.8), ("tokens", 100.0)],
                )
            })
            .collect();
        let found = effects(&protocol(), &outcomes).effects;
        let of = |name: &str| found.iter().find(|effect| effect.metric == name).unwrap();
        assert_eq!((of("score").verdict, of("score").in_score), (Verdict::Higher, true));
        assert_eq!(
            (of("relevance").verdict, of("relevance").in_score),
            (Verdict::Undecided, false),
            "it has no weight"
        );
        assert_eq!(of("relevance").p, 1.0);
        assert_eq!(of("distinct_2").verdict, Verdict::Undecided);
        assert_eq!((of("tokens").verdict, of("tokens").difference.mean), (Verdict::Lower, -10.0));
        // Four numbers are compared, two of which have the smallest p that twelve prompts can give.
        assert_eq!(of("score").p, SignFlip::smallest_p(12));
        assert_eq!(of("score").p_corrected, 4.0 * of("score").p);
    }

    #[test]
    fn judgements_are_read_from_their_json() {
        let json = r#"{"item": 3, "prompt": 1, "prompt_text": "p", "process": {},
            "judged": {"seed": 1, "numbers": {"score": 0.5, "novelty": null}, "text": "t"},
            "control": {"numbers": {"score": 0.25, "novelty": 0.5}}, "baseline": {"score": 0.25}}"#;
        let outcome: Outcome = serde_json::from_str(json).unwrap();
        let found = effects(&protocol(), &[outcome]).effects;
        assert_eq!(found.len(), 1, "no pair has a novelty");
        assert_eq!((found[0].difference.mean, found[0].baseline), (0.25, Some(0.25)));
    }
}
