//! Nucleus sampling (top-p) and the draw: Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration".
//!
//! Sorting the whole vocabulary for each token would cost more than a layer of the model. So the weight at the edge of the
//! nucleus is found by bisection, one vectorized pass per step, until few enough tokens are left to sort.
//!
//! Weights are padded with zeros to whole blocks of [`BLOCK`]. Masses are summed in 32 bits within a block, in
//! [`LANES`] lanes and one fixed tree, and in 64 bits across blocks.

use crate::engine::tree;

/// Weights that are summed in 32 bits.
pub const BLOCK: usize = 64;
const LANES: usize = 16;
/// With this many tokens left or fewer, they are sorted.
const FEW: usize = 256;
/// Size of the sample that gives the bisection its first bounds.
const SAMPLE: usize = 512;
/// Width of these bounds in ranks of the sample: more than two standard deviations.
const SLACK: usize = 14;

/// Sum of all weights.
pub fn total(weights: &[f32]) -> f64 {
    weights.as_chunks::<BLOCK>().0.iter().map(block_mass).sum()
}

/// Keeps the smallest set of likeliest tokens that holds at least `top_p` of the `total`, and sets the weights of all
/// others to 0. In a tie, the lower id counts as likelier. Returns the mass kept. `order` is scratch space, (vocabulary).
pub fn keep_nucleus(weights: &mut [f32], top_p: f64, total: f64, order: &mut Vec<u32>) -> f64 {
    if top_p >= 1.0 {
        return total;
    }
    let wanted = top_p * total;
    // The edge is at least `low` (weights from there on hold enough) and below `high` (they do not). Both are bits of floats,
    // which for positive floats have the same order. Tokens below the first `low` hold at most half of what may be missing.
    let mut low = ((0.5 * (1.0 - top_p) * total / weights.len() as f64) as f32).to_bits();
    let mut high = 1.0f32.to_bits() + 1;
    let (mut above, mut count_above, mut count_low) = (0.0, 0, weights.len());
    let mut guesses = guess(weights, top_p, order).into_iter();
    while low + 1 < high && count_low - count_above > FEW {
        let inside = guesses.next().filter(|guess| (low + 1..high).contains(guess));
        let middle = inside.unwrap_or(low + (high - low) / 2);
        let (mass, count) = mass_from(weights, f32::from_bits(middle));
        if mass >= wanted {
            (low, count_low) = (middle, count);
        } else {
            (high, above, count_above) = (middle, mass, count);
        }
    }
    collect(weights, f32::from_bits(low), f32::from_bits(high), order);
    let weight = |token: u32| weights[token as usize];
    order.sort_unstable_by(|&a, &b| weight(b).total_cmp(&weight(a)).then(a.cmp(&b)));
    let mut mass = above;
    let mut kept = 0;
    while kept < order.len() && mass < wanted {
        mass += f64::from(weight(order[kept]));
        kept += 1;
    }
    let edge = f32::from_bits(low);
    for weight in weights.iter_mut() {
        *weight = if *weight < edge { 0.0 } else { *weight };
    }
    for &token in &order[kept..] {
        weights[token as usize] = 0.0;
    }
    mass
}

/// The token, in order of id, at which the mass first exceeds `target`; past the end, the last possible token.
pub fn token_at(weights: &[f32], target: f64) -> u32 {
    let mut mass = 0.0;
    // The block in question and the mass before it.
    let (mut last, mut before) = (0, 0.0);
    for (index, block) in weights.as_chunks::<BLOCK>().0.iter().enumerate() {
        let after = mass + block_mass(block);
        if after > mass {
            (last, before) = (index, mass);
        }
        if after > target {
            break;
        }
        mass = after;
    }
    let block = &weights[last * BLOCK..][..BLOCK];
    let mut mass = before;
    let exceeds = block.iter().position(|&weight| {
        mass += f64::from(weight);
        mass > target
    });
    // The block's sum rounds differently, so that this loop may end just short of the target.
    let found = exceeds.or_else(|| block.iter().rposition(|&weight| weight > 0.0));
    (last * BLOCK + found.unwrap_or(0)) as u32
}

/// Estimates the edge of the nucleus from a sample: probably below the first and above the second, as bits of floats.
fn guess(weights: &[f32], top_p: f64, scratch: &mut Vec<u32>) -> [u32; 2] {
    let stride = weights.len().div_ceil(SAMPLE);
    scratch.clear();
    scratch.extend(weights.iter().step_by(stride).map(|weight| weight.to_bits()));
    scratch.sort_unstable_by(|a, b| b.cmp(a));
    let sum: f32 = scratch.iter().map(|&bits| f32::from_bits(bits)).sum();
    let mut rest = top_p as f32 * sum;
    let edge = scratch.iter().position(|&bits| {
        rest -= f32::from_bits(bits);
        rest <= 0.0
    });
    let last = scratch.len() - 1;
    let edge = edge.unwrap_or(last);
    [scratch[edge.saturating_sub(SLACK)], scratch[(edge + SLACK).min(last)]]
}

/// Mass and number of the weights from `least` on.
fn mass_from(weights: &[f32], least: f32) -> (f64, usize) {
    let mut mass = 0.0;
    let mut count = 0;
    for block in weights.as_chunks::<BLOCK>().0 {
        let mut kept = [0.0; BLOCK];
        for (kept, &weight) in kept.iter_mut().zip(block) {
            *kept = if weight < least { 0.0 } else { weight };
        }
        count += block.iter().map(|&weight| u32::from(weight >= least)).sum::<u32>();
        mass += block_mass(&kept);
    }
    (mass, count as usize)
}

/// Fills `order` with the tokens whose weights lie from `low` to below `high`.
fn collect(weights: &[f32], low: f32, high: f32, order: &mut Vec<u32>) {
    order.clear();
    for (index, block) in weights.as_chunks::<BLOCK>().0.iter().enumerate() {
        let is_inside = |&weight: &f32| u32::from(weight >= low) & u32::from(weight < high);
        if block.iter().map(is_inside).sum::<u32>() > 0 {
            let inside = |&(_, weight): &(usize, &f32)| (low..high).contains(weight);
            order.extend(block.iter().enumerate().filter(inside).map(|(at, _)| (index * BLOCK + at) as u32));
        }
    }
}

/// Sum of the weights of a block.
pub fn block_mass(block: &[f32; BLOCK]) -> f64 {
    let mut sums = [0.0f32; LANES];
    for lanes in block.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            sums[lane] += lanes[lane];
        }
    }
    tree(&sums).into()
}
