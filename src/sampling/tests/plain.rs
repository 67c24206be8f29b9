//! Temperature, top-p and the draw.

use super::*;

fn weights(logits: &[f32], temperature: f64) -> Vec<f32> {
    let mut weights = vec![0.0; logits.len().next_multiple_of(BLOCK)];
    weigh(logits, Summary::new(logits).largest, temperature, &mut weights);
    weights
}

/// Softmax by its definition, in 64-bit floats.
fn softmax(logits: &[f32]) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f64> = logits.iter().map(|&logit| libm::exp(f64::from(logit) - f64::from(largest))).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}

/// Nucleus and draw by definition: sort everything, add up. Also returns how far the closest decision was from going the
/// other way, relative to the total.
fn naive(weights: &[f32], top_p: f64, uniform: f64) -> (u32, f64) {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| weights[b].partial_cmp(&weights[a]).unwrap().then(a.cmp(&b)));
    let total: f64 = weights.iter().map(|&weight| f64::from(weight)).sum();
    let mut margin = f64::INFINITY;
    let mut up_to = |order: &[usize], limit: f64, reached: fn(f64, f64) -> bool| {
        let mut mass = 0.0;
        let end = order.iter().position(|&token| {
            mass += f64::from(weights[token]);
            margin = margin.min((mass - limit).abs() / total);
            reached(mass, limit)
        });
        (end.unwrap_or(order.len() - 1), mass)
    };
    let (last, nucleus) =
        if top_p < 1.0 { up_to(&order, top_p * total, |mass, limit| mass >= limit) } else { (order.len() - 1, total) };
    let mut kept = order[..=last].to_vec();
    kept.sort_unstable();
    let (end, _) = up_to(&kept, uniform * nucleus, |mass, limit| mass > limit);
    (kept[end] as u32, margin)
}

fn drawn(weights: &[f32], top_p: f64, uniform: f64) -> u32 {
    let mut weights = weights.to_vec();
    weights.resize(weights.len().next_multiple_of(BLOCK), 0.0);
    draw(&mut weights, top_p, uniform, &mut Vec::new())
}

proptest! {
    #[test]
    fn a_draw_is_the_definition(
        logits in logits(),
        temperature in 0.01f64..2.0,
        top_p in prop_oneof![0.05f64..1.0, Just(1.0)],
        uniform in 0.0f64..1.0,
    ) {
        let weights = weights(&logits, temperature);
        let (expected, margin) = naive(&weights, top_p, uniform);
        let drawn = drawn(&weights, top_p, uniform);
        // Masses are added in another order: a decision on the edge of rounding may go either way.
        prop_assert!(drawn == expected || margin < 1e-6, "{} for {}", drawn, expected);
        prop_assert!(weights[drawn as usize] > 0.0);
    }

    /// Weights that are sums of few powers of two add up exactly: here even the edges must be right.
    #[test]
    fn ties_and_edges_are_exact(
        halvings in prop::collection::vec(0u8..6, 1..60),
        top_p in prop::sample::select(vec![0.0625, 0.125, 0.25, 0.5, 0.75, 0.875, 1.0]),
        step in 0u32..64,
    ) {
        let mut weights: Vec<f32> = halvings.iter().map(|&halving| 0.5f32.powi(halving.into())).collect();
        weights[0] = 1.0;
        let uniform = f64::from(step) / 64.0;
        prop_assert_eq!(drawn(&weights, top_p, uniform), naive(&weights, top_p, uniform).0);
    }

    #[test]
    fn temperature_towards_zero_is_greedy(logits in logits(), seed: u64) {
        let choose = |temperature, top_p| {
            let mut sampler = Sampler::new(Chain { temperature, top_p, ..Chain::default() }, logits.len());
            sampler.choose(&logits, NOTHING, &mut Random::new(seed)).token
        };
        prop_assert_eq!(choose(0.0, 0.95), argmax(&logits));
        // Next to zero, all the mass lies on the largest logits; a draw may pick any of several equal ones.
        for temperature in [1e-12, 1e-300] {
            prop_assert_eq!(logits[choose(temperature, 1.0) as usize], logits[argmax(&logits) as usize]);
        }
    }

    #[test]
    fn greedy_breaks_ties_by_id(
        mut logits in prop::collection::vec(-1.0f32..1.0, 2..50),
        a in 0usize..50,
        b in 0usize..50,
    ) {
        let (a, b) = (a % logits.len(), b % logits.len());
        logits[a] = 5.0;
        logits[b] = 5.0;
        prop_assert_eq!(argmax(&logits) as usize, a.min(b));
    }

    #[test]
    fn surprisal_and_entropy_are_the_definitions(logits in prop::collection::vec(-8.0f32..8.0, 1..100), pick: usize) {
        let token = pick % logits.len();
        let probabilities = softmax(&logits);
        prop_assert!((surprisal_bits(&logits, token as u32) + probabilities[token].log2()).abs() < 1e-5);
        let entropy: f64 = probabilities.iter().map(|p| -p * p.log2()).sum();
        prop_assert!((Summary::new(&logits).entropy_bits - entropy).abs() < 1e-5);
    }

    #[test]
    fn summaries_stay_finite(logits in logits()) {
        let summary = Summary::new(&logits);
        prop_assert!(summary.entropy_bits >= 0.0 && summary.entropy_bits <= (logits.len() as f64).log2() + 1e-5);
        prop_assert!(logits.iter().all(|&logit| summary.surprisal_bits(logit) >= 0.0));
    }

    /// Earlier draws change nothing.
    #[test]
    fn a_sampler_has_no_memory(first in logits(), seed: u64) {
        let chain = Chain { temperature: 0.9, top_p: 0.8, ..Chain::default() };
        let mut used = Sampler::new(chain.clone(), first.len());
        let other: Vec<f32> = first.iter().rev().map(|logit| logit * 0.3).collect();
        used.choose(&other, NOTHING, &mut Random::new(1));
        let fresh = Sampler::new(chain, first.len()).choose(&first, NOTHING, &mut Random::new(seed));
        prop_assert_eq!(used.choose(&first, NOTHING, &mut Random::new(seed)), fresh);
    }
}

#[test]
fn nucleus_by_hand() {
    // Shares 0.1, 0.4, 0.1, 0.4: of a nucleus of 0.85, 0.4 + 0.4 falls short; of the two at 0.1 the lower id joins.
    let weights = [0.25, 1.0, 0.25, 1.0];
    assert_eq!([0.0, 0.11, 0.12, 0.55, 0.56, 0.99].map(|uniform| drawn(&weights, 0.85, uniform)), [0, 0, 1, 1, 3, 3]);
}

#[test]
fn draws_follow_the_probabilities() {
    let weights = [1.0, 0.0, 0.6, 0.4];
    let mut random = Random::new(1);
    let mut counts = [0u32; 4];
    for _ in 0..20_000 {
        counts[drawn(&weights, 1.0, random.uniform()) as usize] += 1;
    }
    for (count, weight) in counts.iter().zip(weights) {
        assert!((f64::from(*count) / 20_000.0 - f64::from(weight) / 2.0).abs() < 0.015, "{counts:?}");
    }
}

#[test]
fn no_number_is_said_to_be_none() {
    for logit in [f32::NAN, -f32::NAN, f32::INFINITY] {
        let mut sampler = Sampler::new(Chain::default(), 100);
        let mut logits = [0.5; 100];
        logits[70] = logit;
        assert!(sampler.choose(&logits, NOTHING, &mut Random::new(1)).entropy_bits.is_nan());
    }
}

/// The stream is part of the link format: these values may never change. Computed independently from the
/// definition of ChaCha with 8 rounds, key 42 and zero nonce.
#[test]
fn the_random_stream_is_pinned() {
    let mut random = Random::new(42);
    let drawn: Vec<u64> = (0..4).map(|_| random.uniform().to_bits()).collect();
    assert_eq!(drawn, PINNED_STREAM_OF_42);
}

const PINNED_STREAM_OF_42: [u64; 4] =
    [4599945214697038826, 4598818307834226556, 4602561229542211364, 4600298978241000380];
