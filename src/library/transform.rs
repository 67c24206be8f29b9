//! The Burrows-Wheeler transform of a sequence of numbers (Burrows & Wheeler 1994), and back: what precedes each suffix, in
//! the order of the suffixes. Equal contexts lie side by side there, so it packs well; and undoing it yields the text
//! together with its suffix array, which is the search index.

use super::pack::BLOCK;

/// Pieces of the text that are walked side by side when undoing: each step waits for memory, so eight can wait at once.
pub const WALKS: usize = 8;

/// The transform of a text, without the end that is thought after it.
pub struct Transform {
    /// What precedes each suffix, by the order of the suffixes; the suffix that is the whole text is left out.
    pub last: Vec<u32>,
    /// The places, among the suffixes with the empty one, of those at which the pieces begin; the whole text is the first.
    pub places: [u32; WALKS],
}

/// A text with its suffix array.
pub struct Suffixes {
    pub text: Vec<u32>,
    /// The starts of all suffixes but the empty one, in lexicographic order; a suffix that is the beginning of
    /// another comes first.
    pub order: Vec<u32>,
}

/// Where the pieces of a text begin.
pub fn pieces(length: usize) -> [usize; WALKS] {
    std::array::from_fn(|piece| (piece * length.div_ceil(WALKS)).min(length))
}

impl Transform {
    /// Undoes the transform, with three arrays of the text's length. None where it is no transform of anything.
    pub fn invert(self) -> Option<Suffixes> {
        let Self { last: mut step, places } = self;
        let length = step.len();
        // How many symbols are smaller; then, symbol by symbol, where each occurrence stands when it comes first.
        let mut first = vec![0u32; step.iter().max().map_or(0, |&largest| largest as usize + 1)];
        for entries in step.chunks(BLOCK) {
            count(entries, &mut first);
        }
        let mut sum = 1;
        for count in &mut first {
            sum += std::mem::replace(count, sum);
        }
        let symbols = first.clone();
        for entries in step.chunks_mut(BLOCK) {
            link(entries, &mut first);
        }
        let mut order = vec![0; length];
        let mut walk = Walk::new(length, places);
        while walk.on(&step, &mut order)? {}
        drop(step);
        // The suffixes that begin alike lie together: their symbols are read off in order.
        let mut text = vec![0; length];
        let mut symbol = 0;
        for (block, positions) in order.chunks(BLOCK).enumerate() {
            read_off(positions, block * BLOCK, &symbols, &mut symbol, &mut text);
        }
        Some(Suffixes { text, order })
    }
}

#[inline(never)]
fn count(entries: &[u32], counts: &mut [u32]) {
    for &symbol in entries {
        counts[symbol as usize] += 1;
    }
}

/// Makes of each symbol the place of the suffix that it begins.
#[inline(never)]
fn link(entries: &mut [u32], first: &mut [u32]) {
    for entry in entries {
        let place = &mut first[*entry as usize];
        *entry = *place;
        *place += 1;
    }
}

#[inline(never)]
fn read_off(positions: &[u32], start: usize, symbols: &[u32], symbol: &mut usize, text: &mut [u32]) {
    for (row, &position) in (start as u32 + 1..).zip(positions) {
        while symbols.get(*symbol + 1).is_some_and(|&first| row >= first) {
            *symbol += 1;
        }
        text[position as usize] = *symbol as u32;
    }
}

/// The pieces of the text, each walked from its end to its beginning.
struct Walk {
    /// The place of each piece with all that follows it; of the first, that of the whole text.
    places: [u32; WALKS],
    rows: [u32; WALKS],
    starts: [usize; WALKS],
    ends: [usize; WALKS],
    /// Positions walked of each piece, and of the longest.
    done: usize,
    all: usize,
}

impl Walk {
    fn new(length: usize, places: [u32; WALKS]) -> Self {
        let starts = pieces(length);
        Self {
            places,
            // The place of the suffix after each piece; after the last comes the empty one.
            rows: std::array::from_fn(|piece| places.get(piece + 1).copied().unwrap_or(0)),
            ends: std::array::from_fn(|piece| starts.get(piece + 1).copied().unwrap_or(length)),
            starts,
            done: 0,
            all: length.div_ceil(WALKS),
        }
    }

    /// Walks on for a block; false at the end.
    #[inline(never)]
    fn on(&mut self, step: &[u32], order: &mut [u32]) -> Option<bool> {
        let to = self.all.min(self.done + BLOCK);
        for back in self.done + 1..=to {
            for piece in 0..WALKS {
                let position = self.ends[piece].checked_sub(back).filter(|&position| position >= self.starts[piece]);
                let Some(position) = position else { continue };
                let row = self.rows[piece];
                let entry = *step.get(row as usize - usize::from(row > self.places[0]))?;
                *order.get_mut((entry as usize).wrapping_sub(1))? = position as u32;
                self.rows[piece] = entry;
            }
        }
        self.done = to;
        // Each piece leads to the place that it is said to have, or the file is damaged.
        if to == self.all && self.rows != self.places {
            return None;
        }
        Some(to < self.all)
    }
}
