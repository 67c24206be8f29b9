//! Exact search for sequences of words of any length: all places of the text, sorted by the first words there.
//! Longer sequences are searched for among the places that match their beginning.

use super::text::{BLOCK, RARE, Text, low};
use super::{BOUNDARY, Library};
use std::borrow::Cow;

/// A word that is not in the library.
const UNKNOWN: u32 = u32::MAX;
/// Number of words by which places are sorted. Few places share more words, so comparing the rest is fast.
const SORTED: usize = 3;

/// All places of a text, sorted by the [`SORTED`] words there, each cut to two bytes.
pub struct Index {
    order: Vec<u32>,
    /// Where each first word's places begin in the order, and the end.
    buckets: Vec<u32>,
}

impl Index {
    pub fn new(text: &Text) -> Self {
        let text = text.low();
        let mut buckets = vec![0; RARE as usize + 2];
        for block in text.chunks(BLOCK) {
            count(block, &mut buckets);
        }
        let mut sum = 0;
        for bucket in &mut buckets {
            sum += std::mem::replace(bucket, sum);
        }
        let mut next = buckets.clone();
        let mut order = vec![0; text.len()];
        for (block, words) in text.chunks(BLOCK).enumerate() {
            distribute(words, block * BLOCK, &mut next, &mut order);
        }
        let mut keyed = Vec::new();
        // No sequence begins with the end of a document.
        for bucket in buckets[BOUNDARY as usize + 1..].windows(2) {
            sort(text, &mut order[bucket[0] as usize..bucket[1] as usize], &mut keyed);
        }
        Self { order, buckets }
    }

    pub fn all(&self) -> &[u32] {
        &self.order
    }

    /// The places of a word; for a rare word, the places of all rare words.
    pub fn first(&self, number: u32) -> &[u32] {
        let bucket = usize::from(low(number));
        &self.order[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize]
    }
}

#[inline(never)]
fn count(words: &[u16], counts: &mut [u32]) {
    for &word in words {
        counts[usize::from(word)] += 1;
    }
}

#[inline(never)]
fn distribute(words: &[u16], start: usize, next: &mut [u32], order: &mut [u32]) {
    for (place, &word) in (start as u32..).zip(words) {
        let next = &mut next[usize::from(word)];
        order[*next as usize] = place;
        *next += 1;
    }
}

/// Sorts places by the second and third word, then by themselves.
#[inline(never)]
fn sort(text: &[u16], places: &mut [u32], keyed: &mut Vec<u64>) {
    let word = |place: usize| u64::from(text.get(place).copied().unwrap_or(0));
    let key = |place: u32| word(place as usize + 1) << 16 | word(place as usize + 2);
    keyed.clear();
    keyed.extend(places.iter().map(|&place| key(place) << 32 | u64::from(place)));
    keyed.sort_unstable();
    for (place, keyed) in places.iter_mut().zip(keyed) {
        *place = *keyed as u32;
    }
}

impl Library {
    /// The numbers of folded words.
    pub(super) fn numbers(&self, words: &[String]) -> Vec<u32> {
        words.iter().map(|word| self.numbers.get(word).copied().unwrap_or(UNKNOWN)).collect()
    }

    /// `places` match the first `depth` words; returns those where `number` follows.
    fn narrow<'a>(&'a self, places: Cow<'a, [u32]>, depth: usize, number: u32) -> Cow<'a, [u32]> {
        let text = &self.contents.text;
        let places = match places {
            Cow::Borrowed(places) if depth < SORTED => {
                let word = |&place: &u32| text.low().get(place as usize + depth).copied().unwrap_or(0);
                let places = if depth == 0 {
                    self.index.first(number)
                } else {
                    let from = places.partition_point(|place| word(place) < low(number));
                    let count = places[from..].partition_point(|place| word(place) == low(number));
                    &places[from..from + count]
                };
                if number < RARE {
                    return Cow::Borrowed(places);
                }
                Cow::Borrowed(places)
            }
            places => places,
        };
        places.iter().copied().filter(|&place| text.at(place as usize + depth) == Some(number)).collect()
    }

    /// The places where these numbers occur.
    pub(super) fn find(&self, numbers: &[u32]) -> Cow<'_, [u32]> {
        let all = Cow::Borrowed(self.index.all());
        numbers.iter().enumerate().fold(all, |places, (depth, &number)| self.narrow(places, depth, number))
    }

    /// How often this sequence of folded words occurs, within one document each time.
    pub fn occurrences(&self, words: &[String]) -> usize {
        self.find(&self.numbers(words)).len()
    }

    /// For each word, the length in words of the longest sequence that begins with it and occurs in the library.
    pub fn longest(&self, words: &[String]) -> Vec<usize> {
        let numbers = self.numbers(words);
        let longest = |start: usize| {
            let mut places = Cow::Borrowed(self.index.all());
            let mut depth = 0;
            for &number in &numbers[start..] {
                places = self.narrow(places, depth, number);
                if places.is_empty() {
                    break;
                }
                depth += 1;
            }
            depth
        };
        (0..numbers.len()).map(longest).collect()
    }
}
