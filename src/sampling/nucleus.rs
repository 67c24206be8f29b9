//! Nucleus sampling (top-p) and the draw: Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration".
//!
//! All tokens stand in one order: likeliest first, equal ones by id. The nucleus is the shortest beginning of that
//! order that holds the mass `top_p`; the draw takes the token at which the mass, summed in that order, exceeds a
//! random share of the nucleus. Sorting a whole vocabulary for each token would cost more than the model's last layer,
//! so tokens are first thrown into buckets by likelihood, and only the buckets in question are sorted.

/// Buckets for each halving of the weight: 64, by the 6 highest bits of the fraction.
const FRACTION_BITS: u32 = 6;
/// 32 halvings; the last bucket also takes everything below.
const BUCKETS: usize = 32 << FRACTION_BITS;
/// No token.
const NONE: u32 = u32::MAX;

/// Room for the tokens of a vocabulary.
pub struct Nucleus {
    /// Sum of the weights in each bucket, the likeliest bucket first.
    mass: Vec<f64>,
    /// The last token thrown into each bucket.
    head: Vec<u32>,
    /// The token thrown into the same bucket before this one.
    next: Vec<u32>,
    /// The tokens of one bucket, in order.
    order: Vec<u32>,
}

impl Nucleus {
    /// Room for a vocabulary of this size.
    pub fn new(vocabulary: usize) -> Self {
        Self {
            mass: vec![0.0; BUCKETS],
            head: vec![NONE; BUCKETS],
            next: vec![NONE; vocabulary],
            order: Vec::with_capacity(vocabulary),
        }
    }

    /// Draws a token. `weights`: one a token, from 0 to 1, the largest 1; `uniform`: in [0, 1).
    pub fn draw(&mut self, weights: &[f32], top_p: f64, uniform: f64) -> u32 {
        self.fill(weights);
        let total: f64 = self.mass.iter().sum();
        // Where rounding leaves the sum short of the whole, the nucleus is everything.
        let nucleus = if top_p < 1.0 { self.prefix(weights, top_p * total).unwrap_or(total) } else { total };
        self.token_at(weights, uniform * nucleus)
    }

    fn fill(&mut self, weights: &[f32]) {
        self.mass.fill(0.0);
        self.head.fill(NONE);
        for (token, (&weight, next)) in weights.iter().zip(&mut self.next).enumerate() {
            let bucket = bucket(weight);
            self.mass[bucket] += f64::from(weight);
            *next = std::mem::replace(&mut self.head[bucket], token as u32);
        }
    }

    /// Mass of the shortest beginning of the order that holds at least `wanted`.
    fn prefix(&mut self, weights: &[f32], wanted: f64) -> Option<f64> {
        let (bucket, mut mass) = self.bucket_at(|mass| mass >= wanted)?;
        self.sort(weights, bucket);
        for &token in &self.order {
            mass += f64::from(weights[token as usize]);
            if mass >= wanted {
                return Some(mass);
            }
        }
        Some(mass)
    }

    /// The token at which the mass first exceeds `target`; past the end, the last possible token.
    fn token_at(&mut self, weights: &[f32], target: f64) -> u32 {
        let found = self.bucket_at(|mass| mass > target);
        let last = || self.mass.iter().rposition(|&mass| mass > 0.0).unwrap_or(0);
        let (bucket, mut mass) = found.unwrap_or_else(|| (last(), f64::NEG_INFINITY));
        self.sort(weights, bucket);
        for &token in &self.order {
            mass += f64::from(weights[token as usize]);
            if mass > target {
                return token;
            }
        }
        let possible = |token: &&u32| weights[**token as usize] > 0.0;
        self.order.iter().rfind(possible).copied().unwrap_or(0)
    }

    /// The first bucket at whose end `reached` holds for the mass so far, and the mass before it.
    fn bucket_at(&self, reached: impl Fn(f64) -> bool) -> Option<(usize, f64)> {
        let mut before = 0.0;
        for (bucket, mass) in self.mass.iter().enumerate() {
            if reached(before + mass) {
                return Some((bucket, before));
            }
            before += mass;
        }
        None
    }

    /// Fills `order` with the tokens of a bucket.
    fn sort(&mut self, weights: &[f32], bucket: usize) {
        self.order.clear();
        let mut token = self.head[bucket];
        while token != NONE {
            self.order.push(token);
            token = self.next[token as usize];
        }
        let weight = |token: u32| weights[token as usize];
        self.order.sort_unstable_by(|&a, &b| weight(b).total_cmp(&weight(a)).then(a.cmp(&b)));
    }
}

/// The bucket of a weight from 0 to 1. The bits of positive floats are ordered as the floats are.
fn bucket(weight: f32) -> usize {
    let below_one = 1.0f32.to_bits() - weight.to_bits();
    (below_one >> (23 - FRACTION_BITS)).min(BUCKETS as u32 - 1) as usize
}
