//! 256-bit vectors of x86-64: eight rows per vector, with activations encoded by `shifted`.

use super::{ROWS, Sums, Tiles, WORD};
use core::arch::x86_64::*;

/// # Safety
/// The processor has AVX2, and every slice of activations has one word for each 64 bytes of a tile.
#[target_feature(enable = "avx2")]
pub unsafe fn tiles<const N: usize>(tiles: Tiles, activations: [&[u32]; N], mut finish: impl FnMut(usize, [Sums; N])) {
    let ones = _mm256_set1_epi16(1);
    for (index, tile) in tiles {
        let mut sums = [[_mm256_setzero_si256(); ROWS / 8]; N];
        let weights: *const __m256i = tile.as_ptr().cast();
        for group in 0..tile.len() / (ROWS * WORD) {
            for at in 0..ROWS / 8 {
                // SAFETY: `group` counts the tile's blocks of 64 bytes, and the words that belong to them.
                unsafe {
                    let weights = _mm256_loadu_si256(weights.add(group * ROWS / 8 + at));
                    for (sums, words) in sums.iter_mut().zip(activations) {
                        let x = _mm256_set1_epi32(*words.get_unchecked(group) as i32);
                        let pairs = _mm256_maddubs_epi16(x, weights);
                        sums[at] = _mm256_add_epi32(sums[at], _mm256_madd_epi16(pairs, ones));
                    }
                }
            }
        }
        // SAFETY: both are 16 integers of 32 bits.
        finish(index, sums.map(|sums| unsafe { core::mem::transmute::<[__m256i; ROWS / 8], Sums>(sums) }));
    }
}
