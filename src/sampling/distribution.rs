//! The data that the stages of the chain work on: the remaining tokens and their logits.

use super::argmax;
use super::nucleus::{self, BLOCK, block_mass, total};
use crate::engine::{exp, maximum};
use std::f64::consts::LOG2_E;

/// The score of a removed token.
const REMOVED: f32 = f32::NEG_INFINITY;

/// The remaining tokens and their logits. Memory is allocated once.
///
/// Logits are stored as scores: the logit minus `shift`, which is the same for all tokens and so changes no probability.
/// Temperature moves the largest logit into the shift, so that its weights have the same bits as those of
/// [`super::weigh`]. Only a stage that needs the sign of a logit needs the shift. A score of -inf is a removed token.
pub struct Distribution {
    /// One per token, padded with [`REMOVED`] to a whole block.
    scores: Vec<f32>,
    shift: f64,
    /// `exp(score - largest)`, computed when needed.
    weights: Vec<f32>,
    largest: f32,
    /// Sum of the weights.
    mass: f64,
    /// Whether weights, largest score and mass are up to date with the scores.
    fresh: bool,
    /// Remaining tokens to be sorted for a stage: the key in the upper half, the token in the lower.
    list: Vec<u64>,
    /// Scratch space for the nucleus.
    edge: Vec<u32>,
}

impl Distribution {
    /// Allocates memory for a vocabulary of this size.
    pub fn new(vocabulary: usize) -> Self {
        let padded = vocabulary.next_multiple_of(BLOCK);
        Self {
            scores: vec![REMOVED; padded],
            shift: 0.0,
            weights: vec![0.0; padded],
            largest: 0.0,
            mass: 0.0,
            fresh: false,
            list: Vec::with_capacity(padded),
            edge: Vec::with_capacity(padded),
        }
    }

    /// Its memory for weights and for an order of tokens, for callers that need nothing else.
    pub fn room(&mut self) -> (&mut [f32], &mut Vec<u32>) {
        self.fresh = false;
        (&mut self.weights, &mut self.edge)
    }

    /// Starts with these logits, with no token removed.
    pub fn read(&mut self, logits: &[f32]) {
        self.scores.fill(REMOVED);
        self.scores[..logits.len()].copy_from_slice(logits);
        self.shift = 0.0;
        self.fresh = false;
    }

    /// Whether a token remains.
    pub fn holds(&self, token: u32) -> bool {
        self.scores[token as usize] != REMOVED
    }

    /// The remaining tokens in order of id.
    pub fn tokens(&self) -> impl Iterator<Item = u32> {
        (0..self.scores.len() as u32).filter(|&token| self.holds(token))
    }

    /// The likeliest remaining token; in a tie, the lowest id.
    pub fn likeliest(&self) -> u32 {
        argmax(&self.scores)
    }

    /// The score of a token: its logit minus the common shift.
    pub fn score(&self, token: u32) -> f32 {
        self.scores[token as usize]
    }

    /// The logit of a token.
    pub fn logit(&self, token: u32) -> f64 {
        f64::from(self.score(token)) + self.shift
    }

    /// Lowers the logit of a token, if it remains.
    pub fn lower(&mut self, token: u32, amount: f64) {
        if self.holds(token) {
            // It is lowered at most to the smallest finite number, so that it is not removed.
            let lowered = (f64::from(self.score(token)) - amount).clamp(f32::MIN.into(), f32::MAX.into());
            self.scores[token as usize] = lowered as f32;
            self.fresh = false;
        }
    }

    /// Multiplies all logits.
    pub fn scale(&mut self, factor: f32) {
        let largest = maximum(&self.scores);
        for score in &mut self.scores {
            *score = if *score == REMOVED { REMOVED } else { (*score - largest) * factor };
        }
        self.shift = (self.shift + f64::from(largest)) * f64::from(factor);
        self.fresh = false;
    }

    /// Keeps the remaining tokens for which `keep` is true.
    pub fn retain(&mut self, keep: impl Fn(&Self, u32) -> bool) {
        for token in 0..self.scores.len() as u32 {
            if self.holds(token) && !keep(self, token) {
                self.scores[token as usize] = REMOVED;
            }
        }
        self.fresh = false;
    }

    /// Keeps the smallest set of likeliest tokens that holds this share of the mass.
    pub fn keep_nucleus(&mut self, share: f64) {
        self.weigh();
        self.mass = nucleus::keep_nucleus(&mut self.weights, share, self.mass, &mut self.edge);
        for (score, &weight) in self.scores.iter_mut().zip(&self.weights) {
            *score = if weight == 0.0 { REMOVED } else { *score };
        }
    }

    /// Brings weights, largest score and mass up to date.
    pub fn weigh(&mut self) {
        if self.fresh {
            return;
        }
        self.largest = maximum(&self.scores);
        for (weight, &score) in self.weights.iter_mut().zip(&self.scores) {
            *weight = if score == REMOVED { 0.0 } else { exp(score - self.largest) };
        }
        self.mass = total(&self.weights);
        self.fresh = true;
    }

    /// The weight of a token: its probability times [`Self::mass`]. After [`Self::weigh`].
    pub fn weight(&self, token: u32) -> f64 {
        self.weights[token as usize].into()
    }

    /// The sum of all weights. After [`Self::weigh`].
    pub fn mass(&self) -> f64 {
        self.mass
    }

    /// How far a token's logit is below the largest, as a number not above 0. After [`Self::weigh`].
    pub fn depth(&self, token: u32) -> f64 {
        f64::from(self.score(token)) - f64::from(self.largest)
    }

    /// The mean of [`Self::depth`] over the distribution. After [`Self::weigh`].
    pub fn mean_depth(&self) -> f64 {
        let (weights, scores) = (self.weights.as_chunks::<BLOCK>().0, self.scores.as_chunks::<BLOCK>().0);
        let moment = |(weights, scores): (&[f32; BLOCK], &[f32; BLOCK])| {
            let mut products = [0.0; BLOCK];
            for ((product, &weight), score) in products.iter_mut().zip(weights).zip(scores) {
                *product = if weight == 0.0 { 0.0 } else { weight * (score - self.largest) };
            }
            block_mass(&products)
        };
        weights.iter().zip(scores).map(moment).sum::<f64>() / self.mass
    }

    /// Entropy in nats. After [`Self::weigh`].
    pub fn entropy(&self) -> f64 {
        let nats = libm::log(self.mass) - self.mean_depth();
        // For a single token, rounding may give a value just below 0.
        if nats < 0.0 { 0.0 } else { nats }
    }

    /// Surprisal of a token in bits; none if it was removed. After [`Self::weigh`].
    pub fn surprisal_bits(&self, token: u32) -> Option<f64> {
        let bits = (libm::log(self.mass) - self.depth(token)) * LOG2_E;
        self.holds(token).then_some(if bits < 0.0 { 0.0 } else { bits })
    }

    /// Lists the remaining tokens with a key to sort by. Returns their number.
    pub fn list(&mut self, key: impl Fn(&Self, u32) -> u32) -> usize {
        let mut list = std::mem::take(&mut self.list);
        list.clear();
        list.extend(self.tokens().map(|token| u64::from(key(self, token)) << 32 | u64::from(token)));
        self.list = list;
        self.list.len()
    }

    /// Sorts the list by key, smallest first; equal keys by id.
    pub fn sort(&mut self) {
        self.list.sort_unstable();
    }

    /// Partially sorts the list: its first `first` tokens are then the right ones, in any order.
    pub fn select(&mut self, first: usize) {
        if first < self.list.len() {
            self.list.select_nth_unstable(first);
        }
    }

    /// The token at a place of the list.
    pub fn listed(&self, place: usize) -> u32 {
        self.list[place] as u32
    }

    /// Removes all tokens of the list but the first ones.
    pub fn keep_first(&mut self, first: usize) {
        for &entry in self.list.get(first..).unwrap_or_default() {
            self.scores[entry as u32 as usize] = REMOVED;
        }
        self.fresh = false;
    }

    /// A key to list tokens by: the likeliest first.
    pub fn likeliest_first(&self, token: u32) -> u32 {
        // The bits of a float as an integer, in descending order. Zeros of both signs are equal.
        let bits = (self.score(token) + 0.0).to_bits();
        if bits >> 31 == 0 { !(bits | 1 << 31) } else { bits }
    }

    /// The token, in order of id, at which the mass first exceeds this share of it.
    pub fn draw(&mut self, uniform: f64) -> u32 {
        self.weigh();
        nucleus::token_at(&self.weights, uniform * self.mass)
    }
}
