//! GGUF tensors to the matrices of the forward pass.

use super::EngineError;
use super::kernels::{dot, dot_i8, quantize};
use crate::model::{ModelFile, gguf_header};
use candle_core::Device;
use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::Content;
use std::io::Cursor;

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

/// Reads tensors of a file by name, and checks their shapes.
pub struct Reader<'a> {
    content: Content,
    bytes: Cursor<&'a [u8]>,
}

impl<'a> Reader<'a> {
    pub fn new(file: &'a ModelFile) -> Result<Self, EngineError> {
        let content = gguf_header(&file.bytes).map_err(|error| EngineError::Weights(error.to_string()))?;
        Ok(Self { content, bytes: Cursor::new(&file.bytes) })
    }

    /// A whole number of the header.
    pub fn number(&self, key: &str) -> Result<usize, EngineError> {
        let value = self.content.metadata.get(key).and_then(|value| value.to_u32().ok());
        value.map(|value| value as usize).ok_or_else(|| EngineError::Weights(format!("{key} is missing")))
    }

    /// A float of the header.
    pub fn float(&self, key: &str) -> Option<f32> {
        self.content.metadata.get(key).and_then(|value| value.to_f32().ok())
    }

    /// Whether the header has this field.
    pub fn has_key(&self, key: &str) -> bool {
        self.content.metadata.contains_key(key)
    }

    /// Whether the file has this tensor.
    pub fn has(&self, name: &str) -> bool {
        self.content.tensor_infos.contains_key(name)
    }

    /// A vector of `length` floats.
    pub fn vector(&mut self, name: &str, length: usize) -> Result<Vec<f32>, EngineError> {
        self.floats(name, &[length]).map(|(values, _)| values)
    }

    /// A matrix of `rows` x `columns`.
    pub fn matrix(&mut self, name: &str, rows: usize, columns: usize) -> Result<Matrix, EngineError> {
        let (floats, kind) = self.floats(name, &[rows, columns])?;
        if kind == GgmlDType::F32 {
            return Ok(Matrix::Floats { columns, values: floats });
        }
        let mut values = vec![0; floats.len()];
        let scales = values
            .chunks_exact_mut(columns)
            .zip(floats.chunks_exact(columns))
            .map(|(out, row)| quantize(row, i8::MAX, out))
            .collect();
        Ok(Matrix::Integers { columns, values, scales })
    }

    fn floats(&mut self, name: &str, shape: &[usize]) -> Result<(Vec<f32>, GgmlDType), EngineError> {
        let failed = |error: candle_core::Error| {
            EngineError::Weights(format!("{name}: {}", error.to_string().lines().next().unwrap_or_default()))
        };
        match self.content.tensor_infos.get(name) {
            None => return Err(EngineError::Weights(format!("{name} is missing"))),
            Some(found) if found.shape.dims() != shape => {
                let found = found.shape.dims();
                return Err(EngineError::Weights(format!("{name} has shape {found:?} instead of {shape:?}")));
            }
            Some(_) => {}
        }
        let tensor = self.content.tensor(&mut self.bytes, name, &Device::Cpu).map_err(failed)?;
        let kind = tensor.dtype();
        let values =
            tensor.dequantize(&Device::Cpu).and_then(|tensor| tensor.flatten_all()?.to_vec1()).map_err(failed)?;
        Ok((values, kind))
    }
}
