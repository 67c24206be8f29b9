//! Reads rows of encoded numbers from a file as 32-bit floats.

use super::ModelError;
use candle_core::quantized::k_quants::{
    BlockQ2K, BlockQ3K, BlockQ4_0, BlockQ4_1, BlockQ4K, BlockQ5_0, BlockQ5_1, BlockQ5K, BlockQ6K, BlockQ8_0, BlockQ8_1,
    BlockQ8K,
};
use candle_core::quantized::{GgmlDType, GgmlType};
use half::{bf16, f16};
use std::io::{Read, Seek, SeekFrom};

/// Bytes read at a time, unless one row is longer.
const PIECE: usize = 1 << 16;

/// The largest alignment of a block: that of its 32-bit floats.
const ALIGNMENT: usize = 4;

/// Where the rows of a tensor are in the file, and how its numbers are stored.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Position of the first byte in the file.
    pub start: u64,
    pub encoding: GgmlDType,
}

/// Bytes of this many values; none if they do not fill whole blocks, or if the result exceeds 64 bits.
pub fn bytes_of(encoding: GgmlDType, values: u64) -> Option<u64> {
    let block = encoding.block_size() as u64;
    if !values.is_multiple_of(block) {
        return None;
    }
    (values / block).checked_mul(encoding.type_size() as u64)
}

/// A file that rows are read from.
pub struct Rows<R> {
    source: R,
    /// Some rows as they are in the file; reused between reads.
    piece: Vec<u8>,
}

impl<R: Read + Seek> Rows<R> {
    pub fn new(source: R) -> Self {
        Self { source, piece: Vec::new() }
    }

    /// Fills `out` with whole rows of `columns` columns, from row `first` on. A value that is not finite is
    /// an error that names the tensor.
    pub fn read(
        &mut self,
        place: Place,
        columns: usize,
        first: usize,
        out: &mut [f32],
        name: impl Fn() -> String,
    ) -> Result<(), ModelError> {
        assert!(columns > 0 && out.len().is_multiple_of(columns), "whole rows are read");
        let row = bytes_of(place.encoding, columns as u64).and_then(|bytes| usize::try_from(bytes).ok());
        let Some(row) = row.filter(|&row| row > 0) else {
            return Err(ModelError::Damaged(format!("a row of {} does not consist of whole blocks", name())));
        };
        let rows = (PIECE / row).max(1);
        self.source.seek(SeekFrom::Start(place.start + first as u64 * row as u64))?;
        for out in out.chunks_mut(rows * columns) {
            let length = out.len() / columns * row;
            self.piece.resize(length + ALIGNMENT, 0);
            let aligned = self.piece.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
            let piece = &mut self.piece[aligned..][..length];
            self.source.read_exact(piece)?;
            decode(place.encoding, piece, out);
            if out.iter().any(|value| !value.is_finite()) {
                return Err(ModelError::Damaged(format!("{} contains a value that is not a finite number", name())));
            }
        }
        Ok(())
    }
}

/// Decodes values until `out` is full. candle's functions for single blocks are called by name, so that the
/// linker can leave out the rest of candle.
fn decode(encoding: GgmlDType, bytes: &[u8], out: &mut [f32]) {
    match encoding {
        GgmlDType::F32 => decode_each(bytes, out, f32::from_le_bytes),
        GgmlDType::F16 => decode_each(bytes, out, |bytes| f16::from_le_bytes(bytes).to_f32()),
        GgmlDType::BF16 => decode_each(bytes, out, |bytes| bf16::from_le_bytes(bytes).to_f32()),
        GgmlDType::Q4_0 => decode_blocks::<BlockQ4_0>(bytes, out),
        GgmlDType::Q4_1 => decode_blocks::<BlockQ4_1>(bytes, out),
        GgmlDType::Q5_0 => decode_blocks::<BlockQ5_0>(bytes, out),
        GgmlDType::Q5_1 => decode_blocks::<BlockQ5_1>(bytes, out),
        GgmlDType::Q8_0 => decode_blocks::<BlockQ8_0>(bytes, out),
        GgmlDType::Q8_1 => decode_blocks::<BlockQ8_1>(bytes, out),
        GgmlDType::Q2K => decode_blocks::<BlockQ2K>(bytes, out),
        GgmlDType::Q3K => decode_blocks::<BlockQ3K>(bytes, out),
        GgmlDType::Q4K => decode_blocks::<BlockQ4K>(bytes, out),
        GgmlDType::Q5K => decode_blocks::<BlockQ5K>(bytes, out),
        GgmlDType::Q6K => decode_blocks::<BlockQ6K>(bytes, out),
        GgmlDType::Q8K => decode_blocks::<BlockQ8K>(bytes, out),
    }
}

fn decode_each<const SIZE: usize>(bytes: &[u8], out: &mut [f32], decode: impl Fn([u8; SIZE]) -> f32) {
    for (out, &bytes) in out.iter_mut().zip(bytes.as_chunks::<SIZE>().0) {
        *out = decode(bytes);
    }
}

fn decode_blocks<B: GgmlType>(bytes: &[u8], out: &mut [f32]) {
    // SAFETY: the block types are `repr(C)` structs of integers and floats, for which any bytes are a value.
    let (before, blocks, after) = unsafe { bytes.align_to::<B>() };
    assert!(before.is_empty() && after.is_empty() && blocks.len() * B::BLCK_SIZE == out.len());
    B::to_float(blocks, out);
}
