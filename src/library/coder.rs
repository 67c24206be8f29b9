//! Binary arithmetic coding with adaptive probabilities, in integers only, so that every machine reads the same.
//!
//! A model is written once, for both directions: it asks its [`Coder`] for each bit, and passes the bit that an encoder
//! writes and a decoder ignores. Its decisions may depend only on the bits that come back.
//! After Witten, Neal & Cleary 1987 and the carry-less coder of Mahoney's lpaq (2007).

/// Writes or reads bits.
pub trait Coder {
    /// Codes one bit. `one`: the probability that it is 1, of 65536.
    fn code(&mut self, bit: u32, one: u32) -> u32;
}

/// Bytes to bits. Past the end it reads zeros: whoever needs to know compares what comes out.
pub struct Decoder<'a> {
    low: u32,
    high: u32,
    value: u32,
    bytes: &'a [u8],
}

impl<'a> Decoder<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = Self { low: 0, high: u32::MAX, value: 0, bytes };
        for _ in 0..4 {
            decoder.shift();
        }
        decoder
    }

    fn shift(&mut self) {
        let byte = self.bytes.split_off_first().copied().unwrap_or(0);
        self.value = self.value << 8 | u32::from(byte);
    }
}

/// The last number of the lower, likelier-to-be-1 part of an interval.
pub fn divide(low: u32, high: u32, one: u32) -> u32 {
    debug_assert!((1..1 << 16).contains(&one));
    low + ((u64::from(high - low) * u64::from(one)) >> 16) as u32
}

impl Coder for Decoder<'_> {
    fn code(&mut self, _: u32, one: u32) -> u32 {
        let middle = divide(self.low, self.high, one);
        let bit = u32::from(self.value <= middle);
        if bit == 1 {
            self.high = middle
        } else {
            self.low = middle + 1
        }
        while (self.low ^ self.high) >> 24 == 0 {
            self.shift();
            self.low <<= 8;
            self.high = self.high << 8 | 255;
        }
        bit
    }
}

/// The probability of a 1, learnt from the bits that came: their mean at first, then one that forgets slowly.
#[derive(Clone, Copy)]
pub struct Bit {
    /// Of 65536.
    one: u16,
    /// Bits seen, up to [`STEADY`].
    seen: u16,
}

/// From so many bits on, each new one moves the probability by as much.
const STEADY: u16 = 126;

/// 65536 / (seen + 1.5), so that the first bits count as much as they should.
const SHARE: [i32; STEADY as usize + 1] = {
    let mut share = [0; STEADY as usize + 1];
    let mut seen = 0;
    while seen < share.len() {
        share[seen] = (2 * 65536 / (2 * seen + 3)) as i32;
        seen += 1;
    }
    share
};

impl Default for Bit {
    fn default() -> Self {
        Self { one: 1 << 15, seen: 0 }
    }
}

impl Bit {
    /// The probability of a 1, of 65536; never 0 or all.
    pub fn one(self) -> u32 {
        u32::from(self.one).clamp(32, 65536 - 32)
    }

    pub fn learn(&mut self, bit: u32) {
        let target = if bit == 1 { 65535 } else { 0 };
        let error = target - i32::from(self.one);
        self.one = (i32::from(self.one) + ((error * (SHARE[usize::from(self.seen)] >> 2)) >> 14)) as u16;
        self.seen = (self.seen + 1).min(STEADY);
    }

    /// What is known so far as a first guess, soon to be corrected by what comes.
    pub fn as_guess(self) -> Self {
        Self { seen: self.seen.min(6), ..self }
    }

    /// Codes a bit and learns it.
    pub fn code(&mut self, coder: &mut impl Coder, bit: u32) -> u32 {
        let bit = coder.code(bit, self.one());
        self.learn(bit);
        bit
    }
}

/// A number of `bits` bits, highest first; every prefix has a [`Bit`] of its own among the 2^bits `nodes`.
pub fn tree(coder: &mut impl Coder, nodes: &mut [Bit], bits: u32, value: u32) -> u32 {
    let mut node = 1;
    for place in (0..bits).rev() {
        node = node << 1 | nodes[node as usize].code(coder, value >> place & 1);
    }
    node - (1 << bits)
}
