//! The explanation of a place agrees with what happens there.

use super::reference::{CLOSE, Reference};
use super::*;

/// The default order with a few stages on.
fn chain() -> impl Strategy<Value = Chain> {
    let switches: Vec<&Parameter> = PARAMETERS.iter().filter(|parameter| parameter.switches).collect();
    let some = prop::sample::subsequence(switches, 0..5);
    (some, prop_oneof![Just(0.0), 0.3f64..2.0], prop_oneof![Just(1.0), 0.5f64..1.0]).prop_map(
        |(some, temperature, top_p)| {
            let options: Vec<_> = some.iter().map(|parameter| (parameter.name, parameter.suggested)).collect();
            Chain { temperature, top_p, ..with(&options) }
        },
    )
}

proptest! {
    #[test]
    fn it_agrees_with_the_definition(
        chain in chain(),
        logits in typical_logits(),
        uniform in 0.0f64..1.0,
        chosen: prop::sample::Index,
    ) {
        let history = History { prompt: &[0], story: &[0, 0] };
        let chosen = chosen.index(logits.len()) as u32;
        let mut sampler = Sampler::new(chain.clone(), logits.len());
        let explanation = sampler.explain(&logits, history, uniform, Some(4.0), logits.len(), Some(chosen));
        let model = Reference::new(&logits).probabilities();
        let History { prompt, story } = history;
        let mut reference = Reference { prompt, story, uniform, mirostat_bits: 4.0, ..Reference::new(&logits) };
        let mut given = model.clone();
        for (&stage, report) in chain.order.stages().iter().zip(&explanation.stages) {
            if chain.is_active(stage) {
                reference.run(stage, &chain);
            }
            if reference.margin < CLOSE {
                return Ok(());
            }
            let handed_on = reference.probabilities();
            let moved: f64 = given.iter().zip(&handed_on).map(|(before, after)| 0.5 * (before - after).abs()).sum();
            let entropy: f64 = handed_on.iter().filter(|&&p| p > 0.0).map(|p| -p * p.log2()).sum();
            prop_assert_eq!((report.name, report.active), (stage, chain.is_active(stage)));
            prop_assert_eq!(report.kept as usize, reference.tokens().len());
            prop_assert!((report.moved - moved).abs() < 1e-5 && (report.entropy_bits - entropy).abs() < 1e-4);
            given = handed_on;
        }
        prop_assert_eq!(explanation.candidates.len(), logits.len());
        prop_assert!(explanation.rest.abs() < 1e-5);
        for candidate in &explanation.candidates {
            let place = candidate.token as usize;
            prop_assert!((candidate.probability - model[place]).abs() < 1e-6);
            prop_assert!((candidate.chained - given[place]).abs() < 1e-5);
            prop_assert_eq!(candidate.removed_by.is_some(), reference.logits[place].is_none());
            prop_assert!(candidate.token != chosen || Some(*candidate) == explanation.chosen);
        }
    }

    #[test]
    fn its_numbers_add_up(
        chain in chain(),
        logits in logits(),
        uniform in 0.0f64..1.0,
        most in 0usize..20,
        chosen: Option<prop::sample::Index>,
    ) {
        let chosen = chosen.map(|index| index.index(logits.len()) as u32);
        let mut sampler = Sampler::new(chain, logits.len());
        let explanation = sampler.explain(&logits, NOTHING, uniform, None, most, chosen);
        let all = sampler.explain(&logits, NOTHING, uniform, None, logits.len(), None);
        let mut kept = logits.len() as u32;
        let mut entropy_bits = explanation.entropy_bits;
        for report in &explanation.stages {
            let removed = all.candidates.iter().filter(|candidate| candidate.removed_by == Some(report.name)).count();
            prop_assert_eq!(report.kept, kept - removed as u32);
            prop_assert!(report.kept > 0);
            if report.active {
                prop_assert!((0.0..1.0 + 1e-9).contains(&report.removed) && (0.0..1.0 + 1e-9).contains(&report.moved));
                // Removing tokens moves just their probability; penalties and temperature move it between the remaining ones.
                let removes = !matches!(report.name, Stage::Penalties | Stage::Dry | Stage::Temperature);
                prop_assert!(!removes || (report.moved - report.removed).abs() < 1e-5);
            } else {
                prop_assert_eq!((report.removed, report.moved), (0.0, 0.0));
                prop_assert!((report.entropy_bits - entropy_bits).abs() < 1e-5);
            }
            (kept, entropy_bits) = (report.kept, report.entropy_bits);
        }
        prop_assert_eq!((explanation.kept, explanation.chained_entropy_bits), (kept, entropy_bits));
        prop_assert_eq!(explanation.vocabulary as usize, logits.len());
        let sum = |of: fn(&Candidate) -> f64| all.candidates.iter().map(of).sum::<f64>();
        prop_assert!((sum(|candidate| candidate.probability) - 1.0).abs() < 1e-6);
        prop_assert!((sum(|candidate| candidate.chained) - 1.0).abs() < 1e-6);
        let shown: f64 = explanation.candidates.iter().map(|candidate| candidate.probability).sum();
        prop_assert!((shown + explanation.rest - 1.0).abs() < 1e-6);
        // By rank; the first by model, the first by chain, and the chosen one.
        let candidates = &explanation.candidates;
        prop_assert!(candidates.is_sorted_by(|a, b| a.rank < b.rank) && candidates.len() <= 2 * most + 1);
        prop_assert!(all.candidates.iter().enumerate().all(|(place, candidate)| candidate.rank as usize == place + 1));
        prop_assert!(all.candidates.iter().all(|candidate| candidate.rank == rank(&logits, candidate.token)));
        prop_assert_eq!(&candidates[..most.min(logits.len())], &all.candidates[..most.min(logits.len())]);
        let shows = |token| candidates.iter().any(|candidate| candidate.token == token);
        prop_assert!(chosen.is_none_or(shows));
        let mut chained: Vec<&Candidate> = all.candidates.iter().collect();
        chained.sort_by(|a, b| b.chained.total_cmp(&a.chained));
        let least = chained[..most.min(chained.len())].last().map_or(1.0, |candidate| candidate.chained);
        prop_assert!(chained.iter().all(|candidate| candidate.chained <= least || shows(candidate.token)));
    }

    /// The drawn token is one that the explanation lists as remaining, and explaining does not change the threshold.
    #[test]
    fn it_foretells_the_draw_and_changes_nothing(chain in chain(), logits in typical_logits(), seed: u64) {
        let mut sampler = Sampler::new(chain.clone(), logits.len());
        let mut fresh = Sampler::new(chain, logits.len());
        let (mut random, mut same, mut ahead) = (Random::new(seed), Random::new(seed), Random::new(seed));
        for _ in 0..3 {
            let uniform = ahead.uniform();
            let chosen = fresh.choose(&logits, NOTHING, &mut same);
            let said = sampler.explain(&logits, NOTHING, uniform, None, 5, Some(chosen.token)).chosen.unwrap();
            prop_assert!(said.chained > 0.0 && said.removed_by.is_none() && said.rank == chosen.rank);
            prop_assert_eq!(sampler.choose(&logits, NOTHING, &mut random), chosen);
            prop_assert_eq!(sampler.mirostat_bits(), fresh.mirostat_bits());
        }
    }
}

/// Tokens are drawn as often as the explanation says, for both outcomes of XTC's coin.
#[test]
fn draws_follow_what_is_said() {
    let logits: Vec<f32> = (0..30).map(|token| ((token * 7) % 11) as f32 / 3.0).collect();
    let chain =
        Chain { temperature: 1.3, ..with(&[("min_p", 0.1), ("xtc_probability", 0.4), ("xtc_threshold", 0.05)]) };
    let mut sampler = Sampler::new(chain, 30);
    let mut random = Random::new(5);
    let mut counts = [0.0; 30];
    for _ in 0..40_000 {
        counts[sampler.choose(&logits, NOTHING, &mut random).token as usize] += 1.0 / 40_000.0;
    }
    let fallen = sampler.explain(&logits, NOTHING, 0.1, None, 30, None).candidates;
    let not_fallen = sampler.explain(&logits, NOTHING, 0.9, None, 30, None).candidates;
    assert_ne!(fallen, not_fallen);
    for (fallen, not_fallen) in fallen.iter().zip(&not_fallen) {
        let expected = 0.4 * fallen.chained + 0.6 * not_fallen.chained;
        assert!((counts[fallen.token as usize] - expected).abs() < 0.01, "{fallen:?} {not_fallen:?}");
    }
}

#[test]
fn it_is_written_as_the_page_reads_it() {
    let mut sampler = Sampler::new(with(&[("top_k", 1.0)]), 2);
    let json = serde_json::to_value(sampler.explain(&[0.0, 0.0], NOTHING, 0.0, None, 5, Some(1))).unwrap();
    assert_eq!(
        json["candidates"],
        serde_json::json!([
            {"token": 0, "rank": 1, "probability": 0.5, "chained": 1.0, "removed_by": null},
            {"token": 1, "rank": 2, "probability": 0.5, "chained": 0.0, "removed_by": "top_k"},
        ])
    );
    assert_eq!(json["chosen"], json["candidates"][1]);
    assert_eq!(
        json["stages"].as_array().unwrap().iter().find(|stage| stage["name"] == "top_k").unwrap(),
        &serde_json::json!({"name": "top_k", "active": true, "kept": 1, "removed": 0.5, "entropy_bits": 0.0, "moved": 0.5})
    );
    assert_eq!(
        (json["vocabulary"].as_u64(), json["kept"].as_u64(), json["rest"].as_f64()),
        (Some(2), Some(1), Some(0.0))
    );
}
