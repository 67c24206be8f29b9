//! The chain compared with straightforward definitions.

mod by_hand;
mod chain;
mod explanation;
mod plain;
mod reference;
mod settings;
mod stages;

use super::*;
use proptest::prelude::*;

/// No tokens yet.
const NOTHING: History = History { prompt: &[], story: &[] };

fn logits() -> impl Strategy<Value = Vec<f32>> {
    // Few distinct values, so that ties are common; and values far apart.
    prop_oneof![
        prop::collection::vec(-30.0f32..30.0, 1..200),
        prop::collection::vec((-3i8..3).prop_map(f32::from), 1..200),
        prop::collection::vec(prop_oneof![Just(-1e30f32), Just(1e30), -1.0f32..1.0], 1..50),
        // So many that they are not all sorted.
        prop::collection::vec(-2.0f32..2.0, 300..2000),
        prop::collection::vec((-1i8..2).prop_map(f32::from), 300..2000),
    ]
}

/// Like a language model's: a few tokens stand out.
fn typical_logits() -> impl Strategy<Value = Vec<f32>> {
    prop_oneof![
        prop::collection::vec(-8.0f32..8.0, 1..100),
        prop::collection::vec((-4i8..4).prop_map(f32::from), 1..100),
        prop::collection::vec((0.0f32..1.0).prop_map(|x| 12.0 * x * x * x * x), 300..1500),
    ]
}

/// A chain with these options, temperature and top-p off.
fn with(options: &[(&str, f64)]) -> Chain {
    let mut chain = Chain { temperature: 1.0, top_p: 1.0, ..Chain::default() };
    for &(name, value) in options {
        chain.options.set(name, value).unwrap();
    }
    chain
}

/// A distribution of these logits.
fn distribution(logits: &[f32]) -> Distribution {
    let mut distribution = Distribution::new(logits.len());
    distribution.read(logits);
    distribution
}

/// The tokens that one stage keeps.
fn kept(chain: &Chain, stage: Stage, logits: &[f32], uniform: f64) -> Vec<u32> {
    let mut distribution = distribution(logits);
    let mut counts = vec![0; logits.len()];
    let mut step = Step {
        history: NOTHING,
        breakers: &vec![false; logits.len()],
        counts: &mut counts,
        uniform,
        mirostat_bits: 2.0 * chain.options.value("mirostat_tau"),
        watched: None,
        watched_bits: None,
    };
    chain.run(stage, &mut distribution, &mut step);
    distribution.tokens().collect()
}
