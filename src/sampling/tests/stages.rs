//! Each stage compared with its definition.

use super::reference::{CLOSE, Reference};
use super::*;

/// The tokens that a stage keeps, by definition; none if it was too close.
fn expected(chain: &Chain, stage: Stage, logits: &[f32], uniform: f64) -> Option<Vec<u32>> {
    let mut reference = Reference::new(logits);
    reference.uniform = uniform;
    reference.mirostat_bits = 2.0 * chain.options.get("mirostat_tau").unwrap();
    reference.run(stage, chain);
    let mut tokens: Vec<u32> = reference.tokens().iter().map(|&token| token as u32).collect();
    tokens.sort_unstable();
    (reference.margin > CLOSE).then_some(tokens)
}

/// Stages that only remove tokens, with what they are set to.
fn truncation() -> impl Strategy<Value = (Stage, Chain)> {
    let one =
        |stage, name: &'static str, range: std::ops::Range<f64>| range.prop_map(move |x| (stage, with(&[(name, x)])));
    prop_oneof![
        (1u32..60).prop_map(|k| (Stage::TopK, with(&[("top_k", k.into())]))),
        (0.05f64..1.0).prop_map(|top_p| (Stage::TopP, Chain { top_p, ..with(&[]) })),
        one(Stage::MinP, "min_p", 0.001..1.0),
        one(Stage::Typical, "typical_p", 0.05..1.0),
        one(Stage::TopNSigma, "top_n_sigma", 0.1..4.0),
        one(Stage::Epsilon, "epsilon", 1e-4..0.1),
        one(Stage::Eta, "eta", 1e-4..0.1),
        one(Stage::DiffSampling, "diff_mass", 0.0..1.0),
        one(Stage::DiffSampling, "diff_min_p", 0.01..1.0),
        one(Stage::Mirostat, "mirostat_tau", 0.05..6.0),
        (0.01f64..1.0, 0.0f64..0.5).prop_map(|(chance, threshold)| (
            Stage::Xtc,
            with(&[("xtc_probability", chance), ("xtc_threshold", threshold)])
        )),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_truncation_is_its_definition(
        (stage, chain) in truncation(),
        logits in prop_oneof![logits(), typical_logits()],
        uniform in 0.0f64..1.0,
    ) {
        let kept = kept(&chain, stage, &logits, uniform);
        prop_assert!(!kept.is_empty());
        if let Some(expected) = expected(&chain, stage, &logits, uniform) {
            prop_assert_eq!(kept, expected, "{:?}", stage);
        }
    }

    #[test]
    fn penalties_are_their_definitions(
        logits in prop::collection::vec(-8.0f32..8.0, 8),
        prompt in prop::collection::vec(0u32..8, 0..20),
        story in prop::collection::vec(0u32..8, 0..20),
        (repetition, presence, frequency) in (0.5f64..2.0, -2.0f64..2.0, -2.0f64..2.0),
        (multiplier, base, allowed) in (0.0f64..5.0, 1.0f64..2.0, 1u32..4),
        breakers in prop::collection::vec(0u32..8, 0..2),
        temperature in prop_oneof![Just(1.0), 0.5f64..2.0],
    ) {
        let chain = Chain { temperature, ..with(&[
            ("repetition_penalty", repetition),
            ("presence_penalty", presence),
            ("frequency_penalty", frequency),
            ("dry_multiplier", multiplier),
            ("dry_base", base),
            ("dry_allowed_length", allowed.into()),
        ]) };
        let mut reference = Reference { prompt: &prompt, story: &story, breakers: &breakers, ..Reference::new(&logits) };
        let mut sampler = Sampler::new(chain.clone(), 8).breakers(&breakers);
        // Temperature first too: the sign of a logit must survive it.
        for stages in [vec![Stage::Temperature, Stage::Penalties, Stage::Dry], vec![Stage::Penalties, Stage::Dry]] {
            reference.logits = logits.iter().map(|&logit| Some(logit.into())).collect();
            for &stage in &stages {
                reference.run(stage, &chain);
            }
            sampler.stages = stages;
            sampler.run(&logits, History { prompt: &prompt, story: &story }, 0.5, None);
            for token in 0..8 {
                let (logit, expected) = (sampler.distribution.logit(token), reference.logits[token as usize].unwrap());
                prop_assert!((logit - expected).abs() < 1e-5 * (10.0 + expected.abs()), "{} for {}", logit, expected);
            }
        }
    }

    /// If a stage's off value is the end of its range, running it with that value changes nothing.
    #[test]
    fn what_is_off_changes_nothing(
        mut logits in prop::collection::vec(-8.0f32..8.0, 8..200),
        story in prop::collection::vec(0u32..8, 0..20),
    ) {
        logits[7] = -0.0;
        let mut sampler = Sampler::new(with(&[]), logits.len());
        let ends = [Stage::Penalties, Stage::Dry, Stage::TopP, Stage::MinP, Stage::Epsilon, Stage::Eta, Stage::Xtc];
        for stage in ends {
            sampler.stages = vec![stage];
            sampler.run(&logits, History { prompt: &[], story: &story }, 0.25, None);
            for (token, logit) in logits.iter().enumerate() {
                prop_assert_eq!(sampler.distribution.score(token as u32), *logit, "{:?}", stage);
            }
        }
    }

    #[test]
    fn no_number_is_no_reason_to_panic(
        (stage, chain) in truncation(),
        mut logits in prop::collection::vec(-3.0f32..3.0, 1..200),
        places in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(vec![
            f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN,
        ])), 1..5),
        everything: bool,
    ) {
        for (place, value) in places {
            if everything {
                logits.fill(value);
            }
            let place = place.index(logits.len());
            logits[place] = value;
        }
        let mut sampler = Sampler::new(chain.clone(), logits.len());
        let choice = sampler.choose(&logits, NOTHING, &mut Random::new(1));
        prop_assert!((choice.token as usize) < logits.len());
        sampler.force(0, &logits, NOTHING, &mut Random::new(1));
        sampler.explain(&logits, NOTHING, 0.5, None, 5, Some(0));
        kept(&chain, stage, &logits, 0.0);
        // And no trace of it is left.
        let after: Vec<f32> = (0..logits.len()).map(|place| (place % 7) as f32).collect();
        let fresh = Sampler::new(Chain::default(), logits.len()).choose(&after, NOTHING, &mut Random::new(2));
        sampler.is_plain = true;
        sampler.chain = Chain::default();
        prop_assert_eq!(sampler.choose(&after, NOTHING, &mut Random::new(2)), fresh);
    }
}
