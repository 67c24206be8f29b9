//! The specification: each sum by the obvious loop.

use super::{ROWS, Sums, Tiles, WORD};

/// Four activations per word.
pub fn prepare(activations: &[i8], words: &mut [u32]) -> i32 {
    bytemuck::cast_slice_mut(words)[..activations.len()].copy_from_slice(activations);
    0
}

pub fn tiles<const N: usize>(tiles: Tiles, activations: [&[u32]; N], mut finish: impl FnMut(usize, [Sums; N])) {
    for (index, tile) in tiles {
        let sums = activations.map(|words| {
            let mut sums = [0; ROWS];
            for (weights, word) in tile.as_chunks::<{ ROWS * WORD }>().0.iter().zip(words) {
                let x = word.to_ne_bytes().map(|byte| i32::from(byte as i8));
                for (sum, weights) in sums.iter_mut().zip(weights.as_chunks::<WORD>().0) {
                    *sum += (0..WORD).map(|at| i32::from(weights[at]) * x[at]).sum::<i32>();
                }
            }
            sums
        });
        finish(index, sums);
    }
}
