//! Causal attention over the tokens of a sequence, and its key-value cache.

use super::floats::{LANES, softmax};
use super::low_rank::Blend;
use crate::model::Shape;

/// Keys and values of one sequence, for every layer.
///
/// Keys are stored in blocks of 16 positions, dimension by dimension, so that a query is multiplied with 16 positions at once and
/// each score is summed in its own lane. Values are stored position by position. The cache grows only in [`Self::reserve`].
#[derive(Default)]
pub struct Cache {
    /// Positions allocated; a multiple of the block size.
    capacity: usize,
    /// Tokens seen.
    pub tokens: Vec<u32>,
    /// What they were read with: the model alone (none), or an adapter.
    pub blend: Option<Blend>,
    /// (layers, key heads, capacity / 16, head, 16)
    keys: Vec<f32>,
    /// (layers, key heads, capacity, head)
    values: Vec<f32>,
}

impl Cache {
    /// Makes room for at least this many positions. The content stays.
    pub fn reserve(&mut self, shape: &Shape, positions: usize) {
        let capacity = positions.next_multiple_of(LANES);
        if capacity <= self.capacity {
            return;
        }
        self.tokens.reserve(capacity - self.tokens.len());
        let heads = shape.layers * shape.key_heads;
        for old in [&mut self.keys, &mut self.values] {
            if self.tokens.is_empty() {
                // No content: free the old memory first.
                *old = Vec::new();
            }
            let mut new = vec![0.0; heads * capacity * shape.head];
            if !self.tokens.is_empty() {
                for (old, new) in
                    old.chunks_exact(self.capacity * shape.head).zip(new.chunks_exact_mut(capacity * shape.head))
                {
                    new[..old.len()].copy_from_slice(old);
                }
            }
            *old = new;
        }
        self.capacity = capacity;
    }

    /// Replaces the content by the first tokens of another sequence. There must be room for them.
    pub fn copy(&mut self, shape: &Shape, other: &Self, tokens: usize) {
        let floats = tokens.next_multiple_of(LANES) * shape.head;
        for (new, old) in [(&mut self.keys, &other.keys), (&mut self.values, &other.values)] {
            let heads = new.chunks_exact_mut(self.capacity * shape.head);
            for (new, old) in heads.zip(old.chunks_exact(other.capacity * shape.head)) {
                new[..floats].copy_from_slice(&old[..floats]);
            }
        }
        self.tokens.clear();
        self.tokens.extend_from_slice(&other.tokens[..tokens]);
        self.blend = other.blend;
    }

    /// Stores the rotated key and the value of one position. Both: (key heads, head).
    pub fn store(&mut self, shape: &Shape, layer: usize, position: usize, key: &[f32], value: &[f32]) {
        let head = shape.head;
        for index in 0..shape.key_heads {
            let start = self.start(shape, layer, index);
            let block = &mut self.keys[start + position / LANES * LANES * head..][..LANES * head];
            for (dimension, &key) in key[index * head..][..head].iter().enumerate() {
                block[dimension * LANES + position % LANES] = key;
            }
            self.values[start + position * head..][..head].copy_from_slice(&value[index * head..][..head]);
        }
    }

    /// Attention of the token at `position` over all positions up to it.
    ///
    /// `query`, `out`: (heads, head); `scores`: scratch space for one float per position, rounded up to whole blocks.
    pub fn attend(
        &self,
        shape: &Shape,
        layer: usize,
        position: usize,
        query: &[f32],
        scores: &mut [f32],
        out: &mut [f32],
    ) {
        let head = shape.head;
        let seen = position + 1;
        let scores = &mut scores[..seen.next_multiple_of(LANES)];
        let scale = 1.0 / (head as f32).sqrt();
        for (index, (query, out)) in query.chunks_exact(head).zip(out.chunks_exact_mut(head)).enumerate() {
            let start = self.start(shape, layer, index * shape.key_heads / shape.heads);
            let keys = &self.keys[start..][..scores.len() * head];
            let values = &self.values[start..][..seen * head];
            for (scores, keys) in scores.as_chunks_mut::<LANES>().0.iter_mut().zip(keys.chunks_exact(LANES * head)) {
                *scores = block_scores(query, keys, scale);
            }
            scores[seen..].fill(f32::NEG_INFINITY);
            softmax(scores);
            weighted_sum(&scores[..seen], values, out);
        }
    }

    /// Where a head's keys and values begin.
    fn start(&self, shape: &Shape, layer: usize, key_head: usize) -> usize {
        (layer * shape.key_heads + key_head) * self.capacity * shape.head
    }
}

/// Scores of 16 positions, each summed in order of the dimensions. `keys`: (head, 16).
fn block_scores(query: &[f32], keys: &[f32], scale: f32) -> [f32; LANES] {
    let mut sums = [0.0f32; LANES];
    for (&query, keys) in query.iter().zip(keys.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            sums[lane] += query * keys[lane];
        }
    }
    sums.map(|sum| sum * scale)
}

/// `out = sum of scores[p] * values[p]`, in order of the positions. `values`: (positions, head).
fn weighted_sum(scores: &[f32], values: &[f32], out: &mut [f32]) {
    let head = out.len();
    let (chunks, rest) = out.as_chunks_mut::<LANES>();
    let whole = chunks.len() * LANES;
    for (at, out) in chunks.iter_mut().enumerate() {
        let mut sums = [0.0f32; LANES];
        for (&score, values) in scores.iter().zip(values.chunks_exact(head)) {
            let values: &[f32; LANES] = values[at * LANES..].first_chunk().expect("a whole chunk of the head");
            for lane in 0..LANES {
                sums[lane] += score * values[lane];
            }
        }
        *out = sums;
    }
    for (at, out) in rest.iter_mut().enumerate() {
        *out = scores
            .iter()
            .zip(values.chunks_exact(head))
            .fold(0.0, |sum, (score, values)| sum + score * values[whole + at]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Attention by its definition (Vaswani et al. 2017), in 64-bit floats.
    fn naive(query: &[f32], keys: &[Vec<f32>], values: &[Vec<f32>]) -> Vec<f64> {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>();
        let scale = 1.0 / (query.len() as f64).sqrt();
        let weights: Vec<f64> = keys.iter().map(|key| libm::exp(dot(query, key) * scale)).collect();
        let total: f64 = weights.iter().sum();
        (0..query.len())
            .map(|at| weights.iter().zip(values).map(|(weight, value)| weight / total * f64::from(value[at])).sum())
            .collect()
    }

    proptest! {
        #[test]
        fn attention_is_the_definition(
            positions in 1usize..70,
            half in 1usize..20,
            key_heads in 1usize..4,
            sharing in 1usize..4,
            seed in any::<u32>(),
        ) {
            let (head, heads) = (2 * half, key_heads * sharing);
            let shape = Shape {
                width: heads * head, hidden: 1, layers: 2, heads, key_heads, head,
                vocabulary: 1, context: 1, epsilon: 0.0, rotary_base: 1.0,
            };
            let mut state = seed;
            let mut vector = |length: usize| -> Vec<f32> {
                (0..length)
                    .map(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        (state >> 8) as f32 / 4_194_304.0 - 2.0
                    })
                    .collect()
            };
            let mut cache = Cache::default();
            let (mut keys, mut values) = (Vec::new(), Vec::new());
            for position in 0..positions {
                // Growing in between keeps the content.
                cache.reserve(&shape, position + 1);
                let (key, value) = (vector(shape.key_width()), vector(shape.key_width()));
                cache.store(&shape, 1, position, &key, &value);
                cache.tokens.push(0);
                keys.push(key);
                values.push(value);
            }
            let query = vector(shape.query_width());
            let mut out = vec![0.0; query.len()];
            let mut scores = vec![0.0; positions.next_multiple_of(LANES)];
            cache.attend(&shape, 1, positions - 1, &query, &mut scores, &mut out);
            for index in 0..heads {
                let part = |vectors: &[Vec<f32>]| -> Vec<Vec<f32>> {
                    vectors.iter().map(|vector| vector[index / sharing * head..][..head].to_vec()).collect()
                };
                let exact = naive(&query[index * head..][..head], &part(&keys), &part(&values));
                for (out, exact) in out[index * head..][..head].iter().zip(exact) {
                    prop_assert!((f64::from(*out) - exact).abs() < 1e-5, "{} for {}", out, exact);
                }
            }
        }
    }
}
