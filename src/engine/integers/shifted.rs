//! Activations for instructions that multiply signed bytes with unsigned ones: shifted by 64 into 1 to 127.
//!
//! Sum w (x + 64) = sum w x + 64 sum w. The shifted activations leave the top bit clear, so that neither the
//! 16-bit sums of a pair (at most 2 x 127 x 127) saturate nor relaxed instructions may differ.

#![cfg_attr(not(any(target_arch = "x86_64", feature = "relaxed-simd")), allow(dead_code))]

const SHIFT: i8 = 64;

pub fn prepare(activations: &[i8], words: &mut [u32]) -> i32 {
    for (byte, activation) in bytemuck::cast_slice_mut::<u32, i8>(words).iter_mut().zip(activations) {
        *byte = activation + SHIFT;
    }
    0
}

pub fn row_term(sum: i32) -> i32 {
    -i32::from(SHIFT) * sum
}
