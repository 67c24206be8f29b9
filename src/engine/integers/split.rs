//! Weights and activations for an instruction that multiplies pairs of 16-bit integers.
//!
//! Two neighbouring weights a, b in one 16-bit lane are read as v = a' + 256 b with a' = a + 128 unsigned. With their
//! activations x, y: `v x + b (y - 256 x) = a' x + b y`. So one product takes the lane as it is and one takes it
//! shifted right by 8: no unpacking. a' = a + 128 adds 128 times the sum of the x, which the activations' term
//! subtracts again. |y - 256 x| is at most 63 x 257 and fits in 16 bits; sums may wrap around 2^32 on the way, but the
//! true sum fits, so the result is exact.

#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]

use super::WORD;

/// A word for the x of two lanes, and a word for their y - 256 x.
pub const WORDS: usize = 2;

/// a to a + 128, as unsigned bytes; its own inverse.
pub fn encode(tiles: &mut [i8]) {
    for pair in tiles.as_chunks_mut::<2>().0 {
        pair[0] ^= -128;
    }
}

pub fn prepare(activations: &[i8], words: &mut [u32]) -> i32 {
    let mut first_sum = 0;
    let groups = bytemuck::cast_slice_mut::<u32, i16>(words).as_chunks_mut::<{ 2 * WORDS }>().0;
    for (index, out) in groups.iter_mut().enumerate() {
        let mut x = [0; WORD];
        for (x, &activation) in x.iter_mut().zip(&activations[index * WORD..]) {
            *x = i16::from(activation);
        }
        *out = [x[0], x[2], x[1] - 256 * x[0], x[3] - 256 * x[2]];
        first_sum += i32::from(x[0] + x[2]);
    }
    -128 * first_sum
}
