//! The writing side of [`super::coder`].

use super::coder::{Coder, divide};

/// Bits to bytes.
pub struct Encoder {
    low: u32,
    high: u32,
    bytes: Vec<u8>,
}

impl Encoder {
    pub fn new() -> Self {
        Self { low: 0, high: u32::MAX, bytes: Vec::new() }
    }

    /// The bytes written.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.extend(self.high.to_be_bytes());
        self.bytes
    }
}

impl Coder for Encoder {
    fn code(&mut self, bit: u32, one: u32) -> u32 {
        let middle = divide(self.low, self.high, one);
        if bit == 1 {
            self.high = middle
        } else {
            self.low = middle + 1
        }
        while (self.low ^ self.high) >> 24 == 0 {
            self.bytes.push((self.high >> 24) as u8);
            self.low <<= 8;
            self.high = self.high << 8 | 255;
        }
        bit
    }
}

#[cfg(test)]
mod tests {
    use super::super::coder::{Bit, Decoder, tree};
    use super::*;
    use proptest::prelude::*;

    fn numbers(coder: &mut impl Coder, values: &[u32]) -> Vec<u32> {
        let mut nodes = vec![Bit::default(); 256];
        values.iter().map(|&value| tree(coder, &mut nodes, 8, value)).collect()
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(values in prop::collection::vec(0u32..256, 0..3000)) {
            let mut encoder = Encoder::new();
            numbers(&mut encoder, &values);
            let bytes = encoder.finish();
            prop_assert_eq!(numbers(&mut Decoder::new(&bytes), &vec![0; values.len()]), values);
        }
    }

    #[test]
    fn what_repeats_itself_costs_little() {
        let mut encoder = Encoder::new();
        numbers(&mut encoder, &[77; 10_000]);
        let bytes = encoder.finish();
        assert!(bytes.len() < 200, "{} bytes", bytes.len());
    }
}
