//! Products of 8-bit weights with 7-bit activations: exact, so that every kernel gives the same sums.
//!
//! A matrix is stored in tiles of 16 rows, which the kernels read from front to back: 4 columns of row 0, 4 columns of
//! row 1, and so on, then the next 4 columns. One 32-bit word of 4 activations is multiplied with all rows at once, and each
//! 32-bit lane sums one row: nothing has to be added across lanes.
//!
//! Some instructions need unsigned activations or weights split into halves. Such a kernel encodes weights and
//! activations in its own way. This adds two terms to each sum: one depends only on the row (known when the matrix is
//! packed), the other only on the activations (known when they are quantized). Both are subtracted at the end.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod portable;
#[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
mod relaxed;
mod shifted;
#[cfg(target_arch = "wasm32")]
mod simd128;
mod split;

use super::floats::{magnitude, round};

/// Rows of a tile.
pub const ROWS: usize = 16;
/// Columns in a word of activations.
const WORD: usize = 4;
/// Largest activation, in 7 bits.
const LARGEST_ACTIVATION: f32 = 63.0;
/// Largest weight, in 8 bits.
const LARGEST_WEIGHT: f32 = 127.0;

/// Tiles that are multiplied with all vectors before the next tiles: about 20 kB.
const TILES_AT_A_TIME: usize = 4;

/// The sums of one tile's rows.
type Sums = [i32; ROWS];

/// An implementation of the sums. All give the same results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Plain loops: the specification.
    Portable,
    /// 256-bit vectors of x86-64.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// WebAssembly's 128-bit vectors.
    #[cfg(target_arch = "wasm32")]
    Simd128,
    /// The same with relaxed instructions.
    #[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
    Relaxed,
}

impl Kernel {
    /// The kernels that run here, best first.
    pub fn available() -> Vec<Self> {
        let mut kernels = vec![Self::Portable];
        #[cfg(target_arch = "wasm32")]
        kernels.push(Self::Simd128);
        #[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
        kernels.push(Self::Relaxed);
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            kernels.push(Self::Avx2);
        }
        kernels.reverse();
        kernels
    }

    /// The best kernel that passes its [self-test](Self::self_test).
    pub fn best() -> Self {
        Self::available().into_iter().find(|kernel| kernel.self_test()).unwrap_or(Self::Portable)
    }

    /// The name that is shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "AVX2",
            #[cfg(target_arch = "wasm32")]
            Self::Simd128 => "SIMD128",
            #[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
            Self::Relaxed => "relaxed SIMD",
        }
    }

    /// Whether the kernel gives known answers, with one vector and with two at a time. The fast first compiler of Node 20 gets the
    /// relaxed dot product wrong, and browsers of that age may too, so a kernel is used only after this test.
    pub fn self_test(self) -> bool {
        const COLUMNS: usize = 100;
        // Every pair of an extreme weight with an extreme activation occurs, and many others.
        let weight = |index: usize| ((index * 89 + index / 7) % 255) as i32 - 127;
        let activation = |index: usize| ((index * 53 + index / 5) % 127) as i32 - 63;
        let rows: Vec<i8> = (0..ROWS * COLUMNS).map(|index| weight(index) as i8).collect();
        let vectors =
            [0, 17, 40].map(|start| (0..COLUMNS).map(|index| activation(start + index) as i8).collect::<Vec<_>>());
        let mut matrix = Integers::new(self, ROWS, COLUMNS);
        for (row, values) in rows.chunks_exact(COLUMNS).enumerate() {
            matrix.set_row(row, values, 1.0);
        }
        matrix.encode();
        let mut quantized = Quantized::new(self, vectors.len(), COLUMNS);
        for (index, values) in vectors.iter().enumerate() {
            quantized.set(index, values, 1.0);
        }
        let mut out = [[0.0; ROWS]; 3];
        matrix.multiply(&quantized, 0..3, out.as_flattened_mut());
        let exact = |row: usize, vector: &[i8]| -> i32 {
            rows[row * COLUMNS..].iter().zip(vector).map(|(&w, &x)| i32::from(w) * i32::from(x)).sum()
        };
        vectors.iter().zip(out).all(|(vector, out)| (0..ROWS).all(|row| out[row] == exact(row, vector) as f32))
    }

    /// 32-bit words for each 4 activations.
    fn words(self) -> usize {
        match self {
            #[cfg(target_arch = "wasm32")]
            Self::Simd128 => split::WORDS,
            _ => 1,
        }
    }

    /// Encodes packed weights, once.
    fn encode(self, tiles: &mut [i8]) {
        match self {
            #[cfg(target_arch = "wasm32")]
            Self::Simd128 => split::encode(tiles),
            _ => {
                let _ = tiles;
            }
        }
    }

    /// What to add to the sums of a row whose weights sum to `sum`.
    fn row_term(self, sum: i32) -> i32 {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => shifted::row_term(sum),
            #[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
            Self::Relaxed => shifted::row_term(sum),
            _ => {
                let _ = sum;
                0
            }
        }
    }

    /// Encodes activations, and returns what to add to every sum with them.
    fn prepare(self, activations: &[i8], words: &mut [u32]) -> i32 {
        match self {
            Self::Portable => portable::prepare(activations, words),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => shifted::prepare(activations, words),
            #[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
            Self::Relaxed => shifted::prepare(activations, words),
            #[cfg(target_arch = "wasm32")]
            Self::Simd128 => split::prepare(activations, words),
        }
    }

    /// The sums of every tile with N vectors of activations; `finish` gets a tile's number and its sums.
    fn tiles<const N: usize>(self, tiles: &[i8], activations: [&[u32]; N], finish: impl FnMut(usize, [Sums; N])) {
        let length = activations[0].len() / self.words() * ROWS * WORD;
        for words in activations {
            assert_eq!(words.len() * ROWS * WORD, length * self.words());
        }
        let tiles = tiles.chunks_exact(length).enumerate();
        match self {
            Self::Portable => portable::tiles(tiles, activations, finish),
            // SAFETY: the processor has AVX2, else this kernel is not available; lengths were checked above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { avx2::tiles(tiles, activations, finish) },
            // SAFETY: lengths were checked above.
            #[cfg(target_arch = "wasm32")]
            Self::Simd128 => unsafe { simd128::tiles(tiles, activations, finish) },
            // SAFETY: as above; a module with this instruction starts only where it exists.
            #[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
            Self::Relaxed => unsafe { relaxed::tiles(tiles, activations, finish) },
        }
    }
}

/// Tiles of a matrix and their numbers.
type Tiles<'a> = std::iter::Enumerate<std::slice::ChunksExact<'a, i8>>;

/// A matrix of 8-bit integers with one scale per row.
pub struct Integers {
    kernel: Kernel,
    rows: usize,
    columns: usize,
    /// (rows / 16, columns / 4, 16, 4), both rounded up and filled with zeros.
    tiles: Vec<i8>,
    /// A row's weights are its integers times this; (rows, rounded up).
    scales: Vec<f32>,
    /// See [`Kernel::row_term`]; (rows, rounded up).
    terms: Vec<i32>,
}

impl Integers {
    /// A matrix of zeros. Call [`Self::encode`] after setting all rows.
    pub fn new(kernel: Kernel, rows: usize, columns: usize) -> Self {
        let padded = rows.next_multiple_of(ROWS);
        Self {
            kernel,
            rows,
            columns,
            tiles: vec![0; padded * columns.next_multiple_of(WORD)],
            scales: vec![0.0; padded],
            terms: vec![0; padded],
        }
    }

    /// Quantizes a row of weights: rounded to absmax / 127.
    pub fn quantize_row(&mut self, row: usize, weights: &[f32], scratch: &mut Vec<i8>) {
        let scale = quantize(weights, LARGEST_WEIGHT, scratch);
        self.set_row(row, scratch, scale);
    }

    fn set_row(&mut self, row: usize, values: &[i8], scale: f32) {
        assert_eq!(values.len(), self.columns);
        let start = self.start(row);
        for (group, values) in values.chunks(WORD).enumerate() {
            self.tiles[start + group * ROWS * WORD..][..values.len()].copy_from_slice(values);
        }
        self.scales[row] = scale;
        self.terms[row] = self.kernel.row_term(values.iter().map(|&value| i32::from(value)).sum());
    }

    /// Encodes the weights for the kernel.
    pub fn encode(&mut self) {
        self.kernel.encode(&mut self.tiles);
    }

    /// Where the first weights of a row are; the next four come after those of the tile's other rows.
    fn start(&self, row: usize) -> usize {
        row / ROWS * ROWS * self.columns.next_multiple_of(WORD) + row % ROWS * WORD
    }

    /// Copies one row, as floats.
    pub fn row(&self, row: usize, out: &mut [f32]) {
        // The encoding is its own inverse.
        let mut group = [0; WORD];
        for (at, out) in out.chunks_mut(WORD).enumerate() {
            group.copy_from_slice(&self.tiles[self.start(row) + at * ROWS * WORD..][..WORD]);
            self.kernel.encode(&mut group);
            for (out, value) in out.iter_mut().zip(group) {
                *out = f32::from(value) * self.scales[row];
            }
        }
    }

    /// `out = matrix * x` for the vectors x in `range`; out: (vectors, rows).
    pub fn multiply(&self, x: &Quantized, range: std::ops::Range<usize>, out: &mut [f32]) {
        assert_eq!((x.kernel, x.columns), (self.kernel, self.columns));
        assert_eq!(out.len(), range.len() * self.rows);
        // Two vectors at a time: each load serves both, and the sums still fit in the registers. A few tiles at a time, so that
        // they are still in the first-level cache for the next two vectors.
        let tiles_at_a_time = if range.len() > 2 { TILES_AT_A_TIME } else { self.scales.len() / ROWS };
        let length = tiles_at_a_time * ROWS * self.columns.next_multiple_of(WORD);
        for (part, tiles) in self.tiles.chunks(length).enumerate() {
            let first = part * tiles_at_a_time * ROWS;
            for at in range.clone().step_by(2) {
                let out = &mut out[(at - range.start) * self.rows..];
                if at + 1 < range.end {
                    let (out, next) = out.split_at_mut(self.rows);
                    self.kernel.tiles(tiles, [x.words(at), x.words(at + 1)], |tile, [sums, next_sums]| {
                        self.finish(first + tile * ROWS, sums, x, at, out);
                        self.finish(first + tile * ROWS, next_sums, x, at + 1, &mut next[..self.rows]);
                    });
                } else {
                    self.kernel.tiles(tiles, [x.words(at)], |tile, [sums]| {
                        self.finish(first + tile * ROWS, sums, x, at, &mut out[..self.rows]);
                    });
                }
            }
        }
    }

    /// Sums to floats: `sum * (row's scale * activations' scale)`, for the rows of a tile that exist.
    #[inline(always)]
    fn finish(&self, first: usize, sums: Sums, x: &Quantized, at: usize, out: &mut [f32]) {
        let scales: &[f32; ROWS] = self.scales[first..].first_chunk().expect("padded to whole tiles");
        let terms: &[i32; ROWS] = self.terms[first..].first_chunk().expect("padded to whole tiles");
        let (scale, term) = (x.scales[at], x.terms[at]);
        let mut result = [0.0; ROWS];
        for (((result, sum), row_term), row_scale) in result.iter_mut().zip(&sums).zip(terms).zip(scales) {
            *result = sum.wrapping_add(*row_term).wrapping_add(term) as f32 * (row_scale * scale);
        }
        let out = &mut out[first..];
        match out.first_chunk_mut::<ROWS>() {
            Some(out) => *out = result,
            None => out.copy_from_slice(&result[..out.len()]),
        }
    }
}

/// Vectors of 7-bit activations, encoded for a kernel.
pub struct Quantized {
    kernel: Kernel,
    columns: usize,
    words: Vec<u32>,
    scales: Vec<f32>,
    /// See [`Kernel::prepare`].
    terms: Vec<i32>,
    scratch: Vec<i8>,
}

impl Quantized {
    /// Room for `vectors` of up to `columns` values.
    pub fn new(kernel: Kernel, vectors: usize, columns: usize) -> Self {
        let padded = columns.next_multiple_of(WORD);
        Self {
            kernel,
            columns,
            words: vec![0; vectors * padded / WORD * kernel.words()],
            scales: vec![0.0; vectors],
            terms: vec![0; vectors],
            scratch: Vec::with_capacity(padded),
        }
    }

    /// Quantizes vectors of `columns` values: rounded to absmax / 63. `x`: (vectors, columns).
    pub fn quantize(&mut self, x: &[f32], columns: usize) {
        self.columns = columns;
        for (index, x) in x.chunks_exact(columns).enumerate() {
            let mut scratch = std::mem::take(&mut self.scratch);
            let scale = quantize(x, LARGEST_ACTIVATION, &mut scratch);
            self.set(index, &scratch, scale);
            self.scratch = scratch;
        }
    }

    fn set(&mut self, index: usize, values: &[i8], scale: f32) {
        let length = self.words_each();
        let words = &mut self.words[index * length..][..length];
        self.terms[index] = self.kernel.prepare(values, words);
        self.scales[index] = scale;
    }

    fn words_each(&self) -> usize {
        self.columns.div_ceil(WORD) * self.kernel.words()
    }

    fn words(&self, index: usize) -> &[u32] {
        let length = self.words_each();
        &self.words[index * length..][..length]
    }
}

/// Rounds `values / scale` to integers of at most `largest` and returns the scale, absmax / largest;
/// zeros give scale 0.
fn quantize(values: &[f32], largest: f32, out: &mut Vec<i8>) -> f32 {
    out.clear();
    let absmax = magnitude(values);
    let inverse = largest / absmax;
    if !inverse.is_finite() {
        // Only zeros, or values too small to differ from zero; or an overflow, which stays one.
        out.resize(values.len(), 0);
        return if absmax.is_nan() { f32::NAN } else { 0.0 };
    }
    out.extend(values.iter().map(|value| round(value * inverse)));
    absmax / largest
}

#[cfg(test)]
mod tests;
