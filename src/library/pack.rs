//! What a library file consists of, packed with adaptive models. Each function writes and reads: see [`super::coder`].
//! Arrays come full and go out unchanged when writing, and come empty but of the right length when reading.

use super::coder::{Bit, Coder, tree};
use super::mixer::Mixer;

/// Any number, in twice its bits at most.
pub fn number(coder: &mut impl Coder, value: u32) -> u32 {
    const HALF: u32 = 1 << 15;
    let value = u64::from(value) + 1;
    let mut bits = 0;
    while bits < 32 && coder.code(u32::from(bits < value.ilog2()), HALF) == 1 {
        bits += 1;
    }
    let mut read = 1u64;
    for place in (0..bits).rev() {
        read = read << 1 | u64::from(coder.code((value >> place & 1) as u32, HALF));
    }
    // 2^32 is no number that was written.
    u32::try_from(read - 1).unwrap_or(0)
}

/// Numbers of which small ones and near ones are likely: how often each word occurs.
pub fn counts(coder: &mut impl Coder, counts: &mut [u32]) {
    let mut sizes = vec![Bit::default(); 33 * 64];
    let mut rest = vec![Bit::default(); 33 * 16];
    let mut last = 0;
    for count in counts {
        let value = u64::from(*count) + 1;
        let nodes = &mut sizes[last * 64..][..64];
        let bits = tree(coder, nodes, 6, value.ilog2()).min(32);
        last = bits as usize;
        let mut read = 1u64;
        for place in (0..bits).rev() {
            let node = &mut rest[last * 16 + (read as usize & 15)];
            read = read << 1 | u64::from(node.code(coder, (value >> place & 1) as u32));
        }
        *count = u32::try_from(read - 1).unwrap_or(0);
    }
}

/// A place in a table for some context.
fn slot(table: &mut [Bit], context: u32, node: u32) -> &mut Bit {
    let bits = table.len().ilog2();
    let hash = (context.wrapping_mul(0x9E37_79B1) ^ node.wrapping_mul(0x85EB_CA6B)).wrapping_mul(0xC2B2_AE35);
    &mut table[(hash >> (32 - bits)) as usize]
}

/// Bytes of words and names, by the three before each.
pub fn bytes(coder: &mut impl Coder, bytes: &mut [u8]) {
    let mut tables: [Vec<Bit>; 3] =
        [vec![Bit::default(); 1 << 16], vec![Bit::default(); 1 << 18], vec![Bit::default(); 1 << 20]];
    let mut mixers = vec![Mixer::<3>::default(); 256];
    let mut before = 0u32;
    for byte in bytes {
        let mut node = 1;
        for place in (0..8).rev() {
            let [one, two, three] = &mut tables;
            let guesses = [
                slot(one, before & 0xFF, node),
                slot(two, before & 0xFFFF | 1 << 24, node),
                slot(three, before & 0xFF_FFFF | 2 << 24, node),
            ];
            node = node << 1 | mixers[node as usize].code(coder, u32::from(*byte) >> place & 1, guesses);
        }
        *byte = node as u8;
        before = before << 8 | node & 0xFF;
    }
}

/// Words that occur at least so often have their own memory of what precedes them.
pub const OFTEN: u32 = 128;

/// The models of one number below the vocabulary's size: how many bits it has, then the bits.
#[derive(Clone)]
struct Numbers {
    sizes: [Bit; 32],
    rest: Vec<Bit>,
    /// Whether it is the last one again, or the one before; by whether that was so lately.
    again: [[Bit; 2]; 64],
}

impl Numbers {
    fn new(vocabulary: usize) -> Self {
        let rest = vec![Bit::default(); (vocabulary + 1).next_power_of_two()];
        Self { sizes: [Bit::default(); 32], rest, again: [[Bit::default(); 2]; 64] }
    }

    fn guess_from(&mut self, other: &Self) {
        let all = self.rest.iter_mut().zip(&other.rest).chain(self.sizes.iter_mut().zip(&other.sizes));
        for (own, bit) in all.chain(self.again.as_flattened_mut().iter_mut().zip(other.again.as_flattened())) {
            *own = bit.as_guess();
        }
    }

    fn number(&mut self, coder: &mut impl Coder, value: u32) -> u32 {
        let value = value + 1;
        let size = tree(coder, &mut self.sizes, 5, value.ilog2());
        let mut read = 1;
        for place in (0..size).rev() {
            let node = (read as usize).min(self.rest.len() - 1);
            let node = &mut self.rest[node];
            read = read << 1 | node.code(coder, value >> place & 1);
        }
        read - 1
    }
}

/// Entries that one call codes. Browsers compile a function well only between two calls of it: a loop of millions of turns would
/// run in their first, slow code to its end.
pub const BLOCK: usize = 1 << 14;

/// The Burrows-Wheeler transform of the words. `counts`: how often each occurs; they tell which word follows at each place, for
/// the places are sorted by what follows.
pub fn transform(coder: &mut impl Coder, last: &mut [u32], counts: &[u32]) {
    let all = Numbers::new(counts.len());
    let own = all.clone();
    // The place of the empty suffix comes before all words.
    let mut coding =
        TransformCoding { counts, own, all, following: 0, end: 1, recent: [u32::MAX; 2], history: 0, often: false };
    for (block, entries) in last.chunks_mut(BLOCK).enumerate() {
        coding.block(coder, block * BLOCK, entries);
    }
}

struct TransformCoding<'a> {
    counts: &'a [u32],
    all: Numbers,
    own: Numbers,
    /// The word that comes after the one which follows here, and where its places begin.
    following: usize,
    end: usize,
    recent: [u32; 2],
    history: usize,
    often: bool,
}

impl TransformCoding<'_> {
    #[inline(never)]
    fn block(&mut self, coder: &mut impl Coder, start: usize, entries: &mut [u32]) {
        let Self { counts, all, own, following, end, recent, history, often } = self;
        for (place, entry) in (start..).zip(entries) {
            while place >= *end && *following < counts.len() {
                *end += counts[*following] as usize;
                *often = counts[*following] >= OFTEN;
                if *often {
                    own.guess_from(all);
                }
                *following += 1;
            }
            let model = if *often { &mut *own } else { &mut *all };
            let again = &mut model.again[*history & 63];
            let rank = if again[0].code(coder, u32::from(*entry == recent[0])) == 1 {
                0
            } else if again[1].code(coder, u32::from(*entry == recent[1])) == 1 {
                1
            } else {
                2
            };
            *entry = match rank {
                2 => model.number(coder, *entry),
                rank => recent[rank],
            };
            if rank > 0 {
                *recent = [*entry, recent[0]];
            }
            *history = *history << 2 | rank;
        }
    }
}

/// What stands before a word: the number of a gap, and how the word is written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Setting {
    pub gap: u16,
    /// 0: in lower case; 1: capitalized; 2: in upper case; 3: in a way of its own.
    pub case: u8,
}

/// Of two guesses, what both know together: the odds multiplied, as if each had its own evidence.
fn bolder(one: u32, other: u32) -> u32 {
    let (yes, no) = (one * (other >> 4), (65536 - one) * ((65536 - other) >> 4));
    ((u64::from(yes) << 16) / u64::from(yes + no).max(1)).clamp(32, 65504) as u32
}

/// The number of a gap below this; rarer ones share their texts with nothing.
pub const GAPS: usize = 1 << 12;

/// The setting of every word, in the order of the text. `vocabulary`: more than the largest number of a word.
pub fn settings(coder: &mut impl Coder, text: &[u32], vocabulary: usize, settings: &mut [Setting]) {
    let mut coding = SettingsCoding {
        ending: vec![Bit::default(); vocabulary],
        beginning: vec![Bit::default(); vocabulary],
        gaps: [vec![Bit::default(); 1 << 18], vec![Bit::default(); 1 << 18]],
        mixers: vec![Mixer::default(); GAPS],
        cases: vec![Bit::default(); vocabulary],
        cases_after: vec![Bit::default(); 1 << 18],
        before: 0,
        last: 0,
    };
    for (text, settings) in text.chunks(BLOCK).zip(settings.chunks_mut(BLOCK)) {
        coding.block(coder, text, settings);
    }
}

struct SettingsCoding {
    /// Whether the gap is the commonest one, by the word before it and the one after it.
    ending: Vec<Bit>,
    beginning: Vec<Bit>,
    gaps: [Vec<Bit>; 2],
    mixers: Vec<Mixer<2>>,
    cases: Vec<Bit>,
    cases_after: Vec<Bit>,
    before: usize,
    last: u32,
}

impl SettingsCoding {
    #[inline(never)]
    fn block(&mut self, coder: &mut impl Coder, text: &[u32], settings: &mut [Setting]) {
        let Self { ending, beginning, gaps, mixers, cases, cases_after, before, last } = self;
        for (&word, setting) in text.iter().zip(settings) {
            let at = (word as usize).min(beginning.len() - 1);
            let mut gap = 0;
            let (by_before, by_word) = (&mut ending[*before], &mut beginning[at]);
            let some = coder.code(u32::from(setting.gap > 0), bolder(by_before.one(), by_word.one()));
            by_before.learn(some);
            by_word.learn(some);
            if some == 1 {
                let mut node = 1;
                for place in (0..GAPS.ilog2()).rev() {
                    let [by_before, by_last] = &mut *gaps;
                    let guesses = [slot(by_before, *before as u32, node), slot(by_last, *last, node)];
                    let bit = u32::from(setting.gap) >> place & 1;
                    node = node << 1 | mixers[node as usize].code(coder, bit, guesses);
                }
                gap = node - GAPS as u32;
            }
            // Mostly decided by the first bit.
            let mut case = 0;
            while case < 3 {
                let bit = match (gap, case) {
                    (0, 0) => &mut cases[at],
                    _ => slot(cases_after, word, gap << 2 | case),
                };
                if bit.code(coder, u32::from(u32::from(setting.case) > case)) == 0 {
                    break;
                }
                case += 1;
            }
            *setting = Setting { gap: gap as u16, case: case as u8 };
            (*before, *last) = (at, gap);
        }
    }
}
