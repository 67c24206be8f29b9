//! Low-rank adapters in the forward pass: what they add to a matrix's products, in 32-bit floats.
//!
//! They are not merged into the weights: an adapter's changes are smaller than the steps of 8-bit weights, and would be lost.

use super::floats::{LANES, dot};
use crate::model::{self, Adapter, Part, Shape};

/// An adapter in the engine's memory layout.
pub struct LoadedAdapter {
    pub id: String,
    /// By layer, in the order of [`Adapter::PARTS`]; none if the adapter does not change the matrix.
    layers: Vec<[Option<LowRank>; 7]>,
    /// The largest rank.
    pub rank: usize,
    /// When a sequence was adapted with it last: the count of all uses of all adapters until then.
    pub used: u64,
}

/// `strength * scale * B (A x)`.
struct LowRank {
    rank: usize,
    scale: f32,
    /// (rank, columns)
    a: Vec<f32>,
    /// In tiles of [`LANES`] rows, padded with zeros: (tiles, rank, rows of a tile).
    b: Vec<[f32; LANES]>,
}

/// The adapter of a sequence, and its strength.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blend {
    /// Number of the adapter.
    pub adapter: usize,
    pub strength: f32,
}

impl LoadedAdapter {
    pub fn new(adapter: &Adapter, shape: &Shape) -> Self {
        let low = |layer, part| adapter.get(layer, part).map(LowRank::new);
        let layer = |layer| Adapter::PARTS.map(|part| low(layer, part));
        let layers: Vec<[Option<LowRank>; 7]> = (0..shape.layers).map(layer).collect();
        let rank = layers.iter().flatten().flatten().map(|low| low.rank).max().unwrap_or(0);
        Self { id: adapter.id(), layers, rank, used: 0 }
    }

    /// Adds the adapter's output for x to `out`, the product of a matrix with x. `low`: scratch space for [`Self::rank`] numbers.
    pub fn add(&self, layer: usize, part: Part, strength: f32, x: &[f32], low: &mut [f32], out: &mut [f32]) {
        let index = Adapter::PARTS.iter().position(|&other| other == part);
        if let Some(matrix) = index.and_then(|index| self.layers[layer][index].as_ref()) {
            matrix.add(strength, x, &mut low[..matrix.rank], out);
        }
    }
}

impl LowRank {
    fn new(low: &model::LowRank) -> Self {
        let rank = low.rank;
        let mut b = vec![[0.0; LANES]; (low.b.len() / rank).div_ceil(LANES) * rank];
        for (row, values) in low.b.chunks_exact(rank).enumerate() {
            for (column, &value) in values.iter().enumerate() {
                b[row / LANES * rank + column][row % LANES] = value;
            }
        }
        Self { rank, scale: low.scale, a: low.a.clone(), b }
    }

    /// First A x, each component by [`dot`] and times the factor. Then for each row of B the sum over the rank in order from 0, which
    /// is added to `out`.
    fn add(&self, strength: f32, x: &[f32], low: &mut [f32], out: &mut [f32]) {
        let factor = strength * self.scale;
        for (low, a) in low.iter_mut().zip(self.a.chunks_exact(x.len())) {
            *low = dot(a, x) * factor;
        }
        for (out, tile) in out.chunks_mut(LANES).zip(self.b.chunks_exact(self.rank)) {
            let mut sums = [0.0f32; LANES];
            for (column, &low) in tile.iter().zip(low.iter()) {
                for lane in 0..LANES {
                    sums[lane] += column[lane] * low;
                }
            }
            for (out, sum) in out.iter_mut().zip(sums) {
                *out += sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_definition(rank in 1usize..20, rows in 1usize..70, columns in 1usize..50, seed: u64, strength in 0.0f32..1.5) {
            let mut state = seed;
            let mut number = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
            };
            let mut numbers = |count: usize| -> Vec<f32> { (0..count).map(|_| number()).collect() };
            let low = model::LowRank { rank, scale: 2.0, a: numbers(rank * columns), b: numbers(rows * rank) };
            let (x, before) = (numbers(columns), numbers(rows));
            let mut out = before.clone();
            LowRank::new(&low).add(strength, &x, &mut vec![0.0; rank], &mut out);
            for (row, (out, before)) in out.iter().zip(before).enumerate() {
                let product = |k: usize| -> f64 {
                    let ax: f64 = (0..columns).map(|c| f64::from(low.a[k * columns + c]) * f64::from(x[c])).sum();
                    f64::from(low.b[row * rank + k]) * ax
                };
                let exact = f64::from(before) + f64::from(strength) * 2.0 * (0..rank).map(product).sum::<f64>();
                prop_assert!((f64::from(*out) - exact).abs() < 1e-4, "{} for {}", out, exact);
            }
        }
    }
}
