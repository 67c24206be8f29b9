//! The header of a GGUF file: metadata and where the tensors lie.
//!
//! Arrays are skipped: the tokenizer's are by far the largest part, and nothing here needs them. Every length is
//! compared with the rest of the file before it is used.

use crate::model::ModelError;
use crate::model::rows::{Place, bytes_of};
use candle_core::quantized::GgmlDType;
use std::collections::BTreeMap;
use std::io::{BufReader, Read, Seek};

/// More metadata entries than any model has; real files have about fifty.
const MOST_METADATA: usize = 1 << 12;
/// More tensors than any model has.
const MOST_TENSORS: usize = 1 << 14;
/// Deepest nesting of arrays.
const DEEPEST_ARRAY: usize = 4;

/// A metadata value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// An integer of any width.
    Whole(i128),
    Float(f64),
    Bool(bool),
    Text(String),
    /// Its elements are not read.
    Array,
}

/// A tensor's sizes and place.
#[derive(Clone, Debug)]
pub struct TensorInfo {
    /// Slowest first, so (rows, columns); GGUF stores them in reverse order.
    pub sizes: Vec<u64>,
    pub place: Place,
}

#[derive(Debug)]
pub struct Header {
    pub metadata: BTreeMap<String, Value>,
    pub tensors: BTreeMap<String, TensorInfo>,
}

impl Header {
    /// Reads the header of a file with this many bytes, from its beginning, and checks that every tensor is within the file.
    pub fn read<R: Read + Seek>(source: R, length: u64) -> Result<Self, ModelError> {
        let mut input = Input { source: BufReader::new(source), left: length };
        if input.bytes()? != *b"GGUF" {
            return Err(damaged("it does not begin with \"GGUF\""));
        }
        let version = u32::from_le_bytes(input.bytes()?);
        if !matches!(version, 2 | 3) {
            return Err(damaged(&format!(
                "it has version {version}, or is big-endian; versions 2 and 3 are supported"
            )));
        }
        let tensor_count = input.whole(U64)?;
        let metadata_count = input.whole(U64)?;
        if tensor_count > MOST_TENSORS as i128 || metadata_count > MOST_METADATA as i128 {
            return Err(damaged(&format!(
                "it claims {tensor_count} tensors and {metadata_count} metadata entries, more than any model has"
            )));
        }
        let mut metadata = BTreeMap::new();
        for _ in 0..metadata_count {
            let key = input.text()?;
            let kind = u32::from_le_bytes(input.bytes()?);
            let value = input.value(kind)?;
            if let Some(key) = add(&mut metadata, key, value) {
                return Err(damaged(&format!("it gives {key} twice")));
            }
        }
        let mut found = BTreeMap::new();
        for _ in 0..tensor_count {
            let name = input.text()?;
            let tensor = input.tensor(&name)?;
            if let Some(name) = add(&mut found, name, tensor) {
                return Err(damaged(&format!("it has the tensor {name} twice")));
            }
        }
        let data = align(length - input.left, alignment(&metadata)?);
        let mut tensors = BTreeMap::new();
        for (name, RawTensor { sizes, encoding, offset }) in found {
            let bytes = sizes.iter().try_fold(1u64, |product, &size| product.checked_mul(size));
            let bytes = match bytes {
                Some(values) => Some(bytes_of(encoding, values).ok_or_else(|| {
                    damaged(&format!(
                        "its tensor {name} of sizes {sizes:?} does not consist of whole {encoding:?} blocks"
                    ))
                })?),
                None => None,
            };
            let start = data.and_then(|data| data.checked_add(offset));
            let end = start.zip(bytes).and_then(|(start, bytes)| start.checked_add(bytes));
            let (Some(start), true) = (start, end.is_some_and(|end| end <= length)) else {
                return Err(damaged(&format!("it ends before its tensor {name} does; download it again")));
            };
            tensors.insert(name, TensorInfo { sizes, place: Place { start, encoding } });
        }
        Ok(Self { metadata, tensors })
    }
}

/// Inserts, or returns the key if it exists already.
fn add<V>(map: &mut BTreeMap<String, V>, key: String, value: V) -> Option<String> {
    if map.contains_key(&key) {
        return Some(key);
    }
    map.insert(key, value);
    None
}

/// Tensor data begins at a multiple of this many bytes.
fn alignment(metadata: &BTreeMap<String, Value>) -> Result<u64, ModelError> {
    match metadata.get("general.alignment") {
        None => Some(32),
        Some(Value::Whole(bytes)) => u64::try_from(*bytes).ok().filter(|bytes| bytes.is_power_of_two()),
        Some(_) => None,
    }
    .ok_or_else(|| damaged("its general.alignment is not a power of two"))
}

fn align(position: u64, alignment: u64) -> Option<u64> {
    position.checked_next_multiple_of(alignment)
}

struct RawTensor {
    sizes: Vec<u64>,
    encoding: GgmlDType,
    /// From the beginning of the tensor data.
    offset: u64,
}

// GGUF's numbers of value types.
const U8: u32 = 0;
const I8: u32 = 1;
const U16: u32 = 2;
const I16: u32 = 3;
const U32: u32 = 4;
const I32: u32 = 5;
const F32: u32 = 6;
const BOOL: u32 = 7;
const TEXT: u32 = 8;
const ARRAY: u32 = 9;
const U64: u32 = 10;
const I64: u32 = 11;
const F64: u32 = 12;

/// The file, and the number of bytes left.
struct Input<R> {
    source: BufReader<R>,
    left: u64,
}

impl<R: Read + Seek> Input<R> {
    fn take(&mut self, bytes: u64) -> Result<(), ModelError> {
        let left = self.left.checked_sub(bytes);
        self.left = left.ok_or_else(|| damaged("it ends within its header; download it again"))?;
        Ok(())
    }

    fn bytes<const SIZE: usize>(&mut self) -> Result<[u8; SIZE], ModelError> {
        self.take(SIZE as u64)?;
        let mut bytes = [0; SIZE];
        self.source.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn skip(&mut self, bytes: u64) -> Result<(), ModelError> {
        self.take(bytes)?;
        let bytes = i64::try_from(bytes).map_err(|_| damaged("it is too long"))?;
        Ok(self.source.seek_relative(bytes)?)
    }

    fn length(&mut self) -> Result<u64, ModelError> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    fn text(&mut self) -> Result<String, ModelError> {
        let length = self.length()?;
        self.take(length)?;
        let mut text = vec![0; usize::try_from(length).map_err(|_| damaged("a text in its header is too long"))?];
        self.source.read_exact(&mut text)?;
        String::from_utf8(text).map_err(|_| damaged("a text in its header is not UTF-8"))
    }

    fn whole(&mut self, kind: u32) -> Result<i128, ModelError> {
        Ok(match kind {
            U8 => u8::from_le_bytes(self.bytes()?).into(),
            I8 => i8::from_le_bytes(self.bytes()?).into(),
            U16 => u16::from_le_bytes(self.bytes()?).into(),
            I16 => i16::from_le_bytes(self.bytes()?).into(),
            U32 => u32::from_le_bytes(self.bytes()?).into(),
            I32 => i32::from_le_bytes(self.bytes()?).into(),
            U64 => u64::from_le_bytes(self.bytes()?).into(),
            I64 => i64::from_le_bytes(self.bytes()?).into(),
            _ => return Err(damaged(&format!("its header has a value of the unknown type {kind}"))),
        })
    }

    fn value(&mut self, kind: u32) -> Result<Value, ModelError> {
        Ok(match kind {
            F32 => Value::Float(f32::from_le_bytes(self.bytes()?).into()),
            F64 => Value::Float(f64::from_le_bytes(self.bytes()?)),
            BOOL => Value::Bool(self.bytes()? != [0]),
            TEXT => Value::Text(self.text()?),
            ARRAY => {
                self.skip_array(DEEPEST_ARRAY)?;
                Value::Array
            }
            _ => Value::Whole(self.whole(kind)?),
        })
    }

    fn skip_array(&mut self, depth: usize) -> Result<(), ModelError> {
        if depth == 0 {
            return Err(damaged("its header has arrays within arrays, too deep"));
        }
        let kind = u32::from_le_bytes(self.bytes()?);
        let count = self.length()?;
        let size = match kind {
            U8 | I8 | BOOL => 1,
            U16 | I16 => 2,
            U32 | I32 | F32 => 4,
            U64 | I64 | F64 => 8,
            // Every element takes some bytes, so a wrong count reaches the end of the file.
            TEXT => {
                for _ in 0..count {
                    let length = self.length()?;
                    self.skip(length)?;
                }
                return Ok(());
            }
            ARRAY => {
                for _ in 0..count {
                    self.skip_array(depth - 1)?;
                }
                return Ok(());
            }
            _ => return Err(damaged(&format!("its header has an array of the unknown type {kind}"))),
        };
        self.skip(count.saturating_mul(size))
    }

    fn tensor(&mut self, name: &str) -> Result<RawTensor, ModelError> {
        let count = u32::from_le_bytes(self.bytes()?);
        if count > 4 {
            return Err(damaged(&format!("its tensor {name} has {count} dimensions; at most 4 are possible")));
        }
        let mut sizes = (0..count).map(|_| self.length()).collect::<Result<Vec<_>, _>>()?;
        sizes.reverse();
        let number = u32::from_le_bytes(self.bytes()?);
        let encoding = encoding(number).ok_or_else(|| {
            damaged(&format!(
                "its tensor {name} has encoding {number}, which is not supported; use a Q8_0 version of the model"
            ))
        })?;
        Ok(RawTensor { sizes, encoding, offset: self.length()? })
    }
}

/// ggml's numbers of encodings.
fn encoding(number: u32) -> Option<GgmlDType> {
    Some(match number {
        0 => GgmlDType::F32,
        1 => GgmlDType::F16,
        2 => GgmlDType::Q4_0,
        3 => GgmlDType::Q4_1,
        6 => GgmlDType::Q5_0,
        7 => GgmlDType::Q5_1,
        8 => GgmlDType::Q8_0,
        9 => GgmlDType::Q8_1,
        10 => GgmlDType::Q2K,
        11 => GgmlDType::Q3K,
        12 => GgmlDType::Q4K,
        13 => GgmlDType::Q5K,
        14 => GgmlDType::Q6K,
        15 => GgmlDType::Q8K,
        30 => GgmlDType::BF16,
        _ => return None,
    })
}

fn damaged(what: &str) -> ModelError {
    ModelError::Gguf(what.into())
}
