//! Bytes that stay in JavaScript's memory and are copied in piece by piece. WebAssembly's memory never shrinks: a model
//! file that passed through it as a whole would double what the tab holds.

use js_sys::Uint8Array;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};

/// A `Uint8Array` as a file.
pub struct JsBytes {
    array: Uint8Array,
    position: u64,
}

impl JsBytes {
    /// A file that begins with the array's first byte.
    pub fn new(array: Uint8Array) -> Self {
        Self { array, position: 0 }
    }
}

impl Read for JsBytes {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let length = self.array.length();
        let start = self.position.min(length.into()) as u32;
        let end = start + (out.len() as u64).min((length - start).into()) as u32;
        let count = (end - start) as usize;
        self.array.subarray(start, end).copy_to(&mut out[..count]);
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for JsBytes {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let (base, offset) = match to {
            SeekFrom::Start(position) => (position, 0),
            SeekFrom::Current(offset) => (self.position, offset),
            SeekFrom::End(offset) => (self.array.length().into(), offset),
        };
        self.position = base
            .checked_add_signed(offset)
            .ok_or_else(|| Error::new(ErrorKind::InvalidInput, "a position before the beginning"))?;
        Ok(self.position)
    }
}
