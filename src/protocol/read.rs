//! How parts of a message are read.

use serde::Deserialize;
use serde::de::{Error, Visitor};

/// Reads a part of a message in a function of its own: as often as it is asked for, it is in the module only once.
#[inline(never)]
pub fn apart<'a, Part: Deserialize<'a>, Source: serde::Deserializer<'a>>(
    source: Source,
) -> Result<Part, Source::Error> {
    Part::deserialize(source)
}

/// Reads a Uint8Array. Until its "type" is known a message is kept as plain data, so that a JavaScript object would not get through.
pub fn bytes<'a, Source: serde::Deserializer<'a>>(source: Source) -> Result<Vec<u8>, Source::Error> {
    struct Bytes;
    impl Visitor<'_> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a Uint8Array")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }

        fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
            Ok(bytes)
        }
    }
    source.deserialize_byte_buf(Bytes)
}
