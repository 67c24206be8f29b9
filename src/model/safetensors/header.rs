//! The header of a safetensors file: where the tensors are. Format: huggingface/safetensors, README.

use crate::model::ModelError;
use crate::model::rows::{Place, bytes_of};
use candle_core::quantized::GgmlDType;
use serde::Deserialize;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry::{Occupied, Vacant};
use std::io::{Read, Seek, SeekFrom};

/// The longest header allowed, in bytes: the limit of the format's own library.
const LONGEST: u64 = 100_000_000;
/// More dimensions than any tensor of a Llama has.
const MOST_SIZES: usize = 4;

/// A tensor's sizes and place.
#[derive(Clone, Debug)]
pub struct TensorInfo {
    /// Slowest first: (rows, columns).
    pub sizes: Vec<u64>,
    pub place: Place,
}

/// Reads the header of a file with this many bytes, and checks that every tensor is within the file.
pub fn read<R: Read + Seek>(source: &mut R, length: u64) -> Result<BTreeMap<String, TensorInfo>, ModelError> {
    let rest = length.checked_sub(8).ok_or_else(|| damaged("it ends within its header; download it again"))?;
    let mut bytes = [0; 8];
    source.seek(SeekFrom::Start(0))?;
    source.read_exact(&mut bytes)?;
    let header = u64::from_le_bytes(bytes);
    if header > rest || header > LONGEST {
        return Err(damaged(&format!("it claims a header of {header} bytes; download it again")));
    }
    let mut json = vec![0; header as usize];
    source.read_exact(&mut json)?;
    let Entries(entries) = serde_json::from_slice(&json).map_err(|error| damaged(&format!("its header: {error}")))?;
    let mut tensors = BTreeMap::new();
    for (name, entry) in entries {
        let tensor = entry.check(&name, 8 + header, rest - header)?;
        tensors.insert(name, tensor);
    }
    Ok(tensors)
}

/// Tensors by name; a duplicate name is an error.
struct Entries(BTreeMap<String, Entry>);

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Sizes,
    data_offsets: (u64, u64),
}

impl Entry {
    /// `start` is where the data begins, `left` the number of bytes from there.
    fn check(self, name: &str, start: u64, left: u64) -> Result<TensorInfo, ModelError> {
        let encoding = match self.dtype.as_str() {
            "F32" => GgmlDType::F32,
            "F16" => GgmlDType::F16,
            "BF16" => GgmlDType::BF16,
            other => {
                return Err(damaged(&format!("{name} is stored as {other}; F32, F16 and BF16 are supported")));
            }
        };
        let Sizes(sizes) = self.shape;
        let values = sizes.iter().try_fold(1u64, |product, &size| product.checked_mul(size));
        let bytes = values.and_then(|values| bytes_of(encoding, values));
        let (from, to) = self.data_offsets;
        if bytes.is_none() || to.checked_sub(from) != bytes {
            return Err(damaged(&format!("{name} of shape {sizes:?} does not fill bytes {from} to {to}")));
        }
        if to > left {
            return Err(damaged(&format!("it ends before its tensor {name} does; download it again")));
        }
        Ok(TensorInfo { sizes, place: Place { start: start + from, encoding } })
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Entries;

            fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
                formatter.write_str("tensors by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    }
                    match entries.entry(name) {
                        Vacant(place) => place.insert(map.next_value()?),
                        Occupied(place) => {
                            return Err(A::Error::custom(format!("the tensor {} is there twice", place.key())));
                        }
                    };
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Names)
    }
}

/// Sizes of a tensor, at most [`MOST_SIZES`], however long the list in the file is.
struct Sizes(Vec<u64>);

impl<'de> Deserialize<'de> for Sizes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Sizes;

            fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
                formatter.write_str("the sizes of a tensor")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Sizes, A::Error> {
                let mut sizes = Vec::new();
                while let Some(size) = list.next_element()? {
                    if sizes.len() == MOST_SIZES {
                        return Err(A::Error::custom(format!("a tensor has more than {MOST_SIZES} dimensions")));
                    }
                    sizes.push(size);
                }
                Ok(Sizes(sizes))
            }
        }
        deserializer.deserialize_seq(List)
    }
}

fn damaged(what: &str) -> ModelError {
    ModelError::Safetensors(what.into())
}
