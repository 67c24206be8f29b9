//! WebAssembly's relaxed dot product: four rows per vector, with activations encoded by `shifted`. The instruction
//! is exact as long as the top bit of its second operand's bytes is 0, which it is.

use super::{ROWS, Sums, Tiles, WORD};
use core::arch::wasm32::*;

/// # Safety
/// Every slice of activations has one word for each 64 bytes of a tile.
#[target_feature(enable = "relaxed-simd")]
#[allow(clippy::needless_range_loop, reason = "two loops over the same sums, row by row")]
pub unsafe fn tiles<const N: usize>(tiles: Tiles, activations: [&[u32]; N], mut finish: impl FnMut(usize, [Sums; N])) {
    for (index, tile) in tiles {
        let mut sums = [[i32x4_splat(0); ROWS / 4]; N];
        let weights: *const v128 = tile.as_ptr().cast();
        for group in 0..tile.len() / (ROWS * WORD) {
            // SAFETY: `group` counts the tile's blocks of 64 bytes, and the words that belong to them.
            unsafe {
                let x: [_; N] = std::array::from_fn(|n| v128_load32_splat(activations[n].as_ptr().add(group)));
                for at in 0..ROWS / 4 {
                    let weights = v128_load(weights.add(group * ROWS / 4 + at));
                    for n in 0..N {
                        sums[n][at] = i32x4_relaxed_dot_i8x16_i7x16_add(weights, x[n], sums[n][at]);
                    }
                }
            }
        }
        // SAFETY: both are 16 integers of 32 bits.
        finish(index, sums.map(|sums| unsafe { core::mem::transmute::<[v128; ROWS / 4], Sums>(sums) }));
    }
}
