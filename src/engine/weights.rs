//! A file's tensors to the matrices of the forward pass.

use super::kernels::{dot, dot_i8, quantize};
use crate::model::{ModelError, Shape, Tensor, Weights};

/// Largest activation in 7 bits.
const ACTIVATION: i8 = 63;

/// A matrix, row by row: 32-bit floats as they are, anything smaller as 8-bit integers with a scale a row.
pub enum Matrix {
    Floats { columns: usize, values: Vec<f32> },
    Integers { columns: usize, values: Vec<i8>, scales: Vec<f32> },
}

impl Matrix {
    /// `out = matrix * x`; `scratch` holds x in 7 bits. Shapes: x (columns), out (rows).
    pub fn multiply(&self, x: &[f32], scratch: &mut [i8], out: &mut [f32]) {
        match self {
            Self::Floats { columns, values } => {
                for (out, row) in out.iter_mut().zip(values.chunks_exact(*columns)) {
                    *out = dot(row, x);
                }
            }
            Self::Integers { columns, values, scales } => {
                let x_quantized = &mut scratch[..*columns];
                let x_scale = quantize(x, ACTIVATION, x_quantized);
                for ((out, row), scale) in out.iter_mut().zip(values.chunks_exact(*columns)).zip(scales) {
                    *out = dot_i8(row, x_quantized) as f32 * (scale * x_scale);
                }
            }
        }
    }

    /// Copies one row, as floats.
    pub fn row(&self, row: usize, out: &mut [f32]) {
        match self {
            Self::Floats { columns, values } => out.copy_from_slice(&values[row * columns..][..*columns]),
            Self::Integers { columns, values, scales } => {
                for (out, value) in out.iter_mut().zip(&values[row * columns..][..*columns]) {
                    *out = f32::from(*value) * scales[row];
                }
            }
        }
    }
}

/// Rows read at a time.
const PIECE: usize = 64;

/// Reads a matrix; floats stay floats.
pub fn matrix(weights: &mut dyn Weights, shape: &Shape, tensor: Tensor) -> Result<Matrix, ModelError> {
    let (rows, columns) = tensor.size(shape);
    if weights.is_f32(tensor) {
        let mut values = vec![0.0; rows * columns];
        weights.read_rows(tensor, 0, &mut values)?;
        return Ok(Matrix::Floats { columns, values });
    }
    let mut values = vec![0; rows * columns];
    let mut scales = Vec::with_capacity(rows);
    let mut floats = vec![0.0; PIECE * columns];
    for (piece, out) in values.chunks_mut(PIECE * columns).enumerate() {
        let floats = &mut floats[..out.len()];
        weights.read_rows(tensor, piece * PIECE, floats)?;
        for (out, row) in out.chunks_exact_mut(columns).zip(floats.chunks_exact(columns)) {
            scales.push(quantize(row, i8::MAX, out));
        }
    }
    Ok(Matrix::Integers { columns, values, scales })
}

/// Reads a vector.
pub fn vector(weights: &mut dyn Weights, shape: &Shape, tensor: Tensor) -> Result<Vec<f32>, ModelError> {
    let mut values = vec![0.0; tensor.size(shape).1];
    weights.read_rows(tensor, 0, &mut values)?;
    Ok(values)
}
