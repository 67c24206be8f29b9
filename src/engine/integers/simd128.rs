//! WebAssembly's 128-bit vectors: four rows per vector, with weights and activations encoded by `split`.

use super::split::WORDS;
use super::{ROWS, Sums, Tiles, WORD};
use core::arch::wasm32::*;

/// # Safety
/// Every slice of activations has [`WORDS`] words for each 64 bytes of a tile.
pub unsafe fn tiles<const N: usize>(tiles: Tiles, activations: [&[u32]; N], mut finish: impl FnMut(usize, [Sums; N])) {
    for (index, tile) in tiles {
        let mut sums = [[i32x4_splat(0); ROWS / 4]; N];
        let weights: *const v128 = tile.as_ptr().cast();
        for group in 0..tile.len() / (ROWS * WORD) {
            // SAFETY: `group` counts the tile's blocks of 64 bytes, and the words that belong to them.
            unsafe {
                let pairs: [_; ROWS / 4] = std::array::from_fn(|at| v128_load(weights.add(group * ROWS / 4 + at)));
                let high = pairs.map(|pairs| i16x8_shr(pairs, 8));
                for (sums, words) in sums.iter_mut().zip(activations) {
                    let words = words.as_ptr().add(group * WORDS);
                    let (x, y) = (v128_load32_splat(words), v128_load32_splat(words.add(1)));
                    for at in 0..ROWS / 4 {
                        sums[at] = i32x4_add(sums[at], i32x4_dot_i16x8(pairs[at], x));
                        sums[at] = i32x4_add(sums[at], i32x4_dot_i16x8(high[at], y));
                    }
                }
            }
        }
        // SAFETY: both are 16 integers of 32 bits.
        finish(index, sums.map(|sums| unsafe { core::mem::transmute::<[v128; ROWS / 4], Sums>(sums) }));
    }
}
