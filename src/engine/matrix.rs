//! A matrix of the forward pass, in integers or in floats, and the activations it multiplies.

use super::floats::dot;
use super::integers::{Integers, Kernel, Quantized};
use crate::model::{ModelError, Shape, Tensor, Weights};

/// The number format in which matrices are multiplied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arithmetic {
    /// Floats for the matrices that the file stores as 32-bit floats, integers for the others.
    #[default]
    Auto,
    /// 32-bit floats for all: the reference, with four times the memory.
    Float,
    /// 8-bit weights and 7-bit activations for all.
    Integer,
}

/// Rows read from a file at a time.
const PIECE: usize = 16;

/// A matrix of the forward pass.
pub enum Matrix {
    /// (rows, columns)
    Floats {
        columns: usize,
        values: Vec<f32>,
    },
    Integers(Integers),
}

impl Matrix {
    /// Reads a matrix from a file, a few rows at a time.
    pub fn read(
        weights: &mut dyn Weights,
        shape: &Shape,
        tensor: Tensor,
        (kernel, arithmetic): (Kernel, Arithmetic),
    ) -> Result<Self, ModelError> {
        let (rows, columns) = tensor.size(shape);
        let floats = match arithmetic {
            Arithmetic::Auto => weights.is_f32(tensor),
            Arithmetic::Float => true,
            Arithmetic::Integer => false,
        };
        if floats {
            let mut values = vec![0.0; rows * columns];
            for (piece, out) in values.chunks_mut(PIECE * columns).enumerate() {
                weights.read_rows(tensor, piece * PIECE, out)?;
            }
            return Ok(Self::Floats { columns, values });
        }
        let mut matrix = Integers::new(kernel, rows, columns);
        let mut piece = vec![0.0; PIECE * columns];
        let mut scratch = Vec::with_capacity(columns);
        for first in (0..rows).step_by(PIECE) {
            let piece = &mut piece[..PIECE.min(rows - first) * columns];
            weights.read_rows(tensor, first, piece)?;
            for (at, row) in piece.chunks_exact(columns).enumerate() {
                matrix.quantize_row(first + at, row, &mut scratch);
            }
        }
        matrix.encode();
        Ok(Self::Integers(matrix))
    }

    /// `out = matrix * x` for the vectors x in `range`; out: (vectors, rows).
    pub fn multiply(&self, x: &Activations, range: std::ops::Range<usize>, out: &mut [f32]) {
        match self {
            Self::Integers(matrix) => matrix.multiply(&x.quantized, range, out),
            Self::Floats { columns, values } => {
                let rows = values.len() / columns;
                // Row by row, so that each row is read once for all vectors.
                for (row, weights) in values.chunks_exact(*columns).enumerate() {
                    for (at, index) in range.clone().enumerate() {
                        out[at * rows + row] = dot(weights, x.vector(index));
                    }
                }
            }
        }
    }

    /// Copies one row, as floats.
    pub fn row(&self, row: usize, out: &mut [f32]) {
        match self {
            Self::Floats { columns, values } => out.copy_from_slice(&values[row * columns..][..*columns]),
            Self::Integers(matrix) => matrix.row(row, out),
        }
    }
}

/// Reads a vector from a file.
pub fn read_vector(weights: &mut dyn Weights, shape: &Shape, tensor: Tensor) -> Result<Vec<f32>, ModelError> {
    let mut values = vec![0.0; tensor.size(shape).1];
    weights.read_rows(tensor, 0, &mut values)?;
    Ok(values)
}

/// Input vectors of the matrices in a pass: as floats, and the same in 7 bits.
pub struct Activations {
    columns: usize,
    floats: Vec<f32>,
    quantized: Quantized,
}

impl Activations {
    /// Room for `vectors` of up to `columns` values.
    pub fn new(kernel: Kernel, vectors: usize, columns: usize) -> Self {
        Self { columns, floats: vec![0.0; vectors * columns], quantized: Quantized::new(kernel, vectors, columns) }
    }

    /// Fills `vectors` of `columns` values each, then quantizes them. `fill` gets an index and the place to write to.
    pub fn set(&mut self, vectors: usize, columns: usize, mut fill: impl FnMut(usize, &mut [f32])) {
        self.columns = columns;
        let floats = &mut self.floats[..vectors * columns];
        for (index, vector) in floats.chunks_exact_mut(columns).enumerate() {
            fill(index, vector);
        }
        self.quantized.quantize(floats, columns);
    }

    /// One of the vectors, as floats.
    pub fn vector(&self, index: usize) -> &[f32] {
        &self.floats[index * self.columns..][..self.columns]
    }
}
