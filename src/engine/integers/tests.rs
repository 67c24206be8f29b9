//! Every kernel compared with the obvious loop, and the guarantees of the encodings.

use super::*;
use proptest::prelude::*;

/// Weights and activations in which extreme values are common.
fn weight() -> impl Strategy<Value = i8> {
    prop_oneof![3 => -127i8..=127, 1 => prop::sample::select(vec![-127i8, 127, 0, -1])]
}
fn activation() -> impl Strategy<Value = i8> {
    prop_oneof![3 => -63i8..=63, 1 => prop::sample::select(vec![-63i8, 63, 0, -1])]
}

#[derive(Debug)]
struct Case {
    rows: usize,
    columns: usize,
    weights: Vec<i8>,
    vectors: Vec<Vec<i8>>,
}

fn case() -> impl Strategy<Value = Case> {
    (1usize..70, 1usize..150, 1usize..6).prop_flat_map(|(rows, columns, vectors)| {
        let weights = prop::collection::vec(weight(), rows * columns);
        let vectors = prop::collection::vec(prop::collection::vec(activation(), columns), vectors);
        (weights, vectors).prop_map(move |(weights, vectors)| Case { rows, columns, weights, vectors })
    })
}

/// One sum in the obvious way.
fn naive(weights: &[i8], x: &[i8]) -> i32 {
    weights.iter().zip(x).map(|(&w, &x)| i32::from(w) * i32::from(x)).sum()
}

fn product(kernel: Kernel, case: &Case) -> Vec<f32> {
    let mut matrix = Integers::new(kernel, case.rows, case.columns);
    for (row, weights) in case.weights.chunks_exact(case.columns).enumerate() {
        matrix.set_row(row, weights, 1.0);
    }
    matrix.encode();
    for (row, weights) in case.weights.chunks_exact(case.columns).enumerate() {
        let mut read = vec![0.0; case.columns];
        matrix.row(row, &mut read);
        assert_eq!(read, weights.iter().map(|&weight| f32::from(weight)).collect::<Vec<_>>());
    }
    let mut x = Quantized::new(kernel, case.vectors.len(), case.columns);
    for (index, vector) in case.vectors.iter().enumerate() {
        x.set(index, vector, 1.0);
    }
    let mut out = vec![0.0; case.rows * case.vectors.len()];
    matrix.multiply(&x, 0..case.vectors.len(), &mut out);
    out
}

proptest! {
    #[test]
    fn every_kernel_gives_the_exact_sums(case in case()) {
        let exact: Vec<f32> = case.vectors.iter()
            .flat_map(|x| case.weights.chunks_exact(case.columns).map(|row| naive(row, x) as f32))
            .collect();
        for kernel in Kernel::available() {
            prop_assert_eq!(&product(kernel, &case), &exact, "{}", kernel.name());
        }
    }

    /// The split encoding runs in WebAssembly alone, but its arithmetic can be checked anywhere.
    #[test]
    fn split_halves_give_the_exact_sum(pairs in prop::collection::vec((weight(), activation()), 1..400)) {
        let (mut weights, mut x): (Vec<i8>, Vec<i8>) = pairs.into_iter().unzip();
        let exact = naive(&weights, &x);
        weights.resize(weights.len().next_multiple_of(WORD), 0);
        let mut words = vec![0; weights.len() / WORD * split::WORDS];
        let term = split::prepare(&x, &mut words);
        x.resize(weights.len(), 0);
        split::encode(&mut weights);
        let mut sum = 0i32;
        for (weights, words) in weights.as_chunks::<WORD>().0.iter().zip(words.as_chunks::<2>().0) {
            for lane in 0..2 {
                let half = |word: u32| (word >> (16 * lane)) as i16;
                let both = i16::from_le_bytes([weights[2 * lane] as u8, weights[2 * lane + 1] as u8]);
                sum = sum.wrapping_add(i32::from(both).wrapping_mul(half(words[0]).into()));
                sum = sum.wrapping_add(i32::from(both >> 8).wrapping_mul(half(words[1]).into()));
            }
        }
        prop_assert_eq!(sum.wrapping_add(term), exact);
    }

    #[test]
    fn quantizing_errs_by_half_a_step(values in prop::collection::vec(-1e6f32..1e6, 1..200)) {
        let mut out = Vec::new();
        let scale = quantize(&values, LARGEST_ACTIVATION, &mut out);
        for (value, out) in values.iter().zip(out) {
            prop_assert!((-63..=63).contains(&out));
            prop_assert!((value - f32::from(out) * scale).abs() <= 0.5001 * scale);
        }
    }
}

#[test]
fn zeros_and_next_to_zeros_quantize_to_zeros() {
    for value in [0.0, 1e-45, f32::MIN_POSITIVE / 100.0] {
        let mut out = Vec::new();
        let scale = quantize(&[value, -value], LARGEST_WEIGHT, &mut out);
        assert!(out == [0, 0] || scale > 0.0);
        assert!(scale.is_finite());
    }
}

/// So that the story ends with an error, not as if the layer had output zeros.
#[test]
fn what_has_overflowed_is_no_number_after_a_product() {
    for kernel in Kernel::available() {
        let mut matrix = Integers::new(kernel, 3, 4);
        for row in 0..3 {
            matrix.set_row(row, &[1, 2, 3, 4], 1.0);
        }
        matrix.encode();
        for overflowed in [f32::NAN, f32::INFINITY] {
            let mut x = Quantized::new(kernel, 1, 4);
            x.quantize(&[1.0, overflowed, 0.0, -2.0], 4);
            let mut out = vec![0.0; 3];
            matrix.multiply(&x, 0..1, &mut out);
            assert!(out.iter().all(|value| !value.is_finite()), "{}: {out:?}", kernel.name());
        }
    }
}

#[test]
fn every_kernel_passes_its_self_test() {
    assert!(Kernel::available().into_iter().all(Kernel::self_test));
}

/// The longest sums that can occur stay exact: 65536 columns at the extremes.
#[test]
fn the_largest_sums_are_exact() {
    let columns = 1 << 16;
    let case = Case { rows: 1, columns, weights: vec![127; columns], vectors: vec![vec![63; columns]] };
    for kernel in Kernel::available() {
        assert_eq!(product(kernel, &case), [(127 * 63 * columns as i32) as f32], "{}", kernel.name());
    }
}
