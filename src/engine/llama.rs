//! The Llama forward pass.
//!
//! Touvron et al. 2023: RMSNorm, rotary positions on the pairs (2i, 2i + 1), grouped-query attention, SwiGLU. A pass
//! takes several rows at once, a row being a token at a position of a sequence: the tokens of a prompt, or the next
//! tokens of several stories. Every row's result is what it would be alone, to the bit.

use super::attention::Cache;
use super::floats::{LANES, add, rms_norm, swiglu};
use super::integers::Kernel;
use super::low_rank::{Blend, LoadedAdapter};
use super::matrix::{Activations, Arithmetic, Matrix, read_vector};
use super::{Engine, EngineError};
use crate::model::id::hash_of;
use crate::model::{self, LONGEST_CONTEXT, Model, Part, Shape, Tensor, Weights};

/// Maximum number of rows in a pass.
pub const ROWS: usize = 8;
/// Adapters in memory, at most.
const ADAPTERS: usize = 2;

struct Layer {
    attention_norm: Vec<f32>, // (width)
    query: Matrix,            // (query width, width)
    key: Matrix,              // (key width, width)
    value: Matrix,            // (key width, width)
    output: Matrix,           // (width, query width)
    feed_norm: Vec<f32>,      // (width)
    gate: Matrix,             // (hidden, width)
    up: Matrix,               // (hidden, width)
    down: Matrix,             // (width, hidden)
}

/// A token at a position of a sequence.
#[derive(Clone, Copy)]
struct Row {
    sequence: usize,
    position: usize,
    token: usize,
    blend: Option<Blend>,
}

/// A Llama, and the sequences of tokens it has seen.
pub struct Llama {
    shape: Shape,
    kernel: Kernel,
    embedding: Matrix, // (vocabulary, width)
    layers: Vec<Layer>,
    norm: Vec<f32>, // (width)
    /// (vocabulary, width); none if the embedding is also the classifier.
    classifier: Option<Matrix>,
    adapters: Vec<LoadedAdapter>,
    /// How often a sequence was adapted with any of them.
    uses: u64,
    sequences: Vec<Cache>,
    /// (cosine, sine) of each pair of a head, for every allocated position: (positions, head / 2).
    rotation: Vec<(f32, f32)>,
    buffers: Buffers,
}

/// Scratch space of a pass; allocated once, for the largest number of rows.
struct Buffers {
    rows: Vec<Row>,
    stream: Vec<f32>,   // (rows, width)
    input: Activations, // (rows, the widest of width, query width and hidden)
    query: Vec<f32>,    // (rows, query width)
    key: Vec<f32>,      // (rows, key width)
    value: Vec<f32>,    // (rows, key width)
    gate: Vec<f32>,     // (rows, hidden)
    up: Vec<f32>,       // (rows, hidden)
    change: Vec<f32>,   // (rows, width)
    scores: Vec<f32>,   // (positions)
    low: Vec<f32>,      // (the largest rank of an adapter)
    logits: Vec<f32>,   // (rows, vocabulary)
}

impl Llama {
    /// Reads the weights; see [`Arithmetic::Auto`].
    pub fn new(model: &mut Model) -> Result<Self, EngineError> {
        Self::with(model, Arithmetic::default(), Kernel::best())
    }

    /// Reads the weights, to compute with the given arithmetic and kernel.
    ///
    /// # Panics
    /// If the kernel is not [available](Kernel::available) on this machine.
    pub fn with(model: &mut Model, arithmetic: Arithmetic, kernel: Kernel) -> Result<Self, EngineError> {
        assert!(Kernel::available().contains(&kernel), "{} does not run here", kernel.name());
        let shape = Shape { context: model.info.shape.context.min(LONGEST_CONTEXT), ..model.info.shape };
        let weights = model.weights.as_mut();
        let way = (kernel, arithmetic);
        Ok(Self {
            embedding: Matrix::read(weights, &shape, Tensor::Embedding, way)?,
            layers: (0..shape.layers)
                .map(|index| Layer::read(weights, &shape, index, way))
                .collect::<Result<_, _>>()?,
            norm: read_vector(weights, &shape, Tensor::OutputNorm)?,
            classifier: match weights.has(Tensor::Classifier) {
                true => Some(Matrix::read(weights, &shape, Tensor::Classifier, way)?),
                false => None,
            },
            adapters: Vec::new(),
            uses: 0,
            sequences: vec![Cache::default()],
            rotation: Vec::new(),
            buffers: Buffers::new(&shape, kernel, 1),
            kernel,
            shape,
        })
    }

    /// The kernel that multiplies integers.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// Loads an adapter, so that sequences can be [adapted](Engine::adapt) with it. It replaces the one with the same hash. Otherwise,
    /// if two are loaded already, it replaces the one that was not used for the longest time, and returns the `NAME@HASH8` of that.
    /// Sequences adapted with a replaced adapter forget their tokens.
    pub fn load_adapter(&mut self, adapter: &model::Adapter) -> Option<String> {
        let mut adapter = LoadedAdapter::new(adapter, &self.shape);
        self.uses += 1;
        adapter.used = self.uses;
        let low = &mut self.buffers.low;
        low.resize(adapter.rank.max(low.len()), 0.0);
        let same = self.number_of(&adapter.id);
        let Some(number) = same.or_else(|| self.least_used()) else {
            self.adapters.push(adapter);
            return None;
        };
        let old = std::mem::replace(&mut self.adapters[number], adapter);
        let with = |sequence: &&mut Cache| sequence.blend.is_some_and(|blend| blend.adapter == number);
        for sequence in self.sequences.iter_mut().filter(with) {
            sequence.tokens.clear();
            sequence.blend = sequence.blend.filter(|_| same.is_some());
        }
        same.is_none().then_some(old.id)
    }

    /// The adapter that was not used for the longest time, if there is no room for another.
    fn least_used(&self) -> Option<usize> {
        if self.adapters.len() < ADAPTERS {
            return None;
        }
        (0..ADAPTERS).min_by_key(|&number| self.adapters[number].used)
    }

    /// Whether an adapter is loaded. Of its `NAME@HASH8`, only the hash counts.
    pub fn has_adapter(&self, id: &str) -> bool {
        self.number_of(id).is_some()
    }

    fn number_of(&self, id: &str) -> Option<usize> {
        self.adapters.iter().position(|adapter| hash_of(&adapter.id) == hash_of(id))
    }

    /// See [`Engine::adapt`].
    fn adapt_sequence(&mut self, sequence: usize, adapter: Option<(&str, f64)>) -> Result<(), EngineError> {
        let blend = match adapter.filter(|&(_, strength)| strength != 0.0) {
            None => None,
            Some((id, strength)) => {
                let adapter = self.number_of(id).ok_or_else(|| EngineError::NoAdapter { id: id.into() })?;
                self.uses += 1;
                self.adapters[adapter].used = self.uses;
                Some(Blend { adapter, strength: strength as f32 })
            }
        };
        let cache = &mut self.sequences[sequence];
        if cache.blend != blend {
            cache.blend = blend;
            cache.tokens.clear();
        }
        Ok(())
    }

    /// Number of sequences allocated.
    pub fn sequences(&self) -> usize {
        self.sequences.len()
    }

    /// Forgets all tokens, and makes room for this many sequences of up to `positions` tokens each.
    pub fn begin(&mut self, sequences: usize, positions: usize) {
        self.sequences.resize_with(sequences.max(1), Cache::default);
        for sequence in 0..self.sequences.len() {
            self.sequences[sequence].tokens.clear();
            self.make_room(sequence, positions);
        }
    }

    /// One sequence, by number from 0, as an engine of its own. Feeding it does not change the others.
    pub fn sequence(&mut self, number: usize) -> Sequence<'_> {
        let sequences = self.sequences.len().max(number + 1);
        self.sequences.resize_with(sequences, Cache::default);
        Sequence { llama: self, number }
    }

    /// Copies the first tokens of one sequence to another, without computing them again, with room for `positions` in total.
    ///
    /// # Panics
    /// If `from` does not exist or has seen fewer tokens, or if both are the same sequence.
    pub fn share(&mut self, from: usize, to: usize, tokens: usize, positions: usize) {
        self.sequence(to).reset(positions.max(tokens));
        let [from, to] = self.sequences.get_disjoint_mut([from, to]).expect("two sequences");
        to.copy(&self.shape, from, tokens);
    }

    /// Feeds one token to each of some sequences, given by their numbers from 0. Returns their logits: (tokens, vocabulary).
    ///
    /// # Errors
    /// No token, a token outside the vocabulary, or a sequence whose context is full. Then no token is fed.
    ///
    /// # Panics
    /// If a sequence occurs twice, or was not allocated by [`Self::begin`].
    pub fn feed_each(&mut self, tokens: &[(usize, u32)]) -> Result<&[f32], EngineError> {
        for (index, &(sequence, token)) in tokens.iter().enumerate() {
            assert!(tokens[..index].iter().all(|&(other, _)| other != sequence), "sequence {sequence} twice");
            self.check(self.sequences[sequence].tokens.len() + 1, &[token])?;
        }
        if tokens.is_empty() {
            return Err(EngineError::NoToken);
        }
        for &(sequence, _) in tokens {
            self.make_room(sequence, self.sequences[sequence].tokens.len() + 1);
        }
        self.buffers.grow(&self.shape, self.kernel, tokens.len().min(ROWS), tokens.len());
        for (pass, tokens) in tokens.chunks(ROWS).enumerate() {
            let rows = tokens.iter().map(|&(sequence, token)| (sequence, 0, token));
            self.remember(rows);
            self.classify(0..tokens.len(), pass * ROWS);
        }
        Ok(&self.buffers.logits[..tokens.len() * self.shape.vocabulary])
    }

    /// A pass over new tokens. `rows`: sequence, tokens before it in this pass, token.
    fn remember(&mut self, rows: impl Iterator<Item = (usize, usize, u32)>) {
        let Self { sequences, buffers, .. } = self;
        buffers.rows.clear();
        buffers.rows.extend(rows.map(|(sequence, before, token)| Row {
            sequence,
            position: sequences[sequence].tokens.len() + before,
            token: token as usize,
            blend: sequences[sequence].blend,
        }));
        self.forward();
        for row in &self.buffers.rows {
            self.sequences[row.sequence].tokens.push(row.token as u32);
        }
    }

    /// One pass over all weights but the classifier, for the rows in the buffers.
    fn forward(&mut self) {
        let Self { shape, adapters, sequences, buffers: b, .. } = self;
        let Shape { width, hidden, head, epsilon, .. } = *shape;
        let n = b.rows.len();
        let low = &mut b.low;
        let rows = &b.rows;
        // A matrix, and what the adapters of the rows add to it.
        let mut multiply = |layer: usize, part: Part, matrix: &Matrix, input: &Activations, out: &mut [f32]| {
            matrix.multiply(input, 0..n, out);
            let columns = out.len() / n;
            for (at, (row, out)) in rows.iter().zip(out.chunks_exact_mut(columns)).enumerate() {
                if let Some(Blend { adapter, strength }) = row.blend {
                    adapters[adapter].add(layer, part, strength, input.vector(at), low, out);
                }
            }
        };
        let stream = &mut b.stream[..n * width];
        let change = &mut b.change[..n * width];
        let query = &mut b.query[..n * shape.query_width()];
        let key = &mut b.key[..n * shape.key_width()];
        let value = &mut b.value[..n * shape.key_width()];
        let gate = &mut b.gate[..n * hidden];
        let up = &mut b.up[..n * hidden];

        for (row, stream) in b.rows.iter().zip(stream.chunks_exact_mut(width)) {
            self.embedding.row(row.token, stream);
        }
        for (index, layer) in self.layers.iter().enumerate() {
            b.input.set(n, width, |row, out| {
                rms_norm(&stream[row * width..][..width], &layer.attention_norm, epsilon, out)
            });
            multiply(index, Part::Query, &layer.query, &b.input, query);
            multiply(index, Part::Key, &layer.key, &b.input, key);
            multiply(index, Part::Value, &layer.value, &b.input, value);
            for (row, ((query, key), value)) in b.rows.iter().zip(
                query
                    .chunks_exact_mut(shape.query_width())
                    .zip(key.chunks_exact_mut(shape.key_width()))
                    .zip(value.chunks_exact(shape.key_width())),
            ) {
                let rotation = &self.rotation[row.position * head / 2..][..head / 2];
                rotate(query, rotation);
                rotate(key, rotation);
                sequences[row.sequence].store(shape, index, row.position, key, value);
            }
            b.input.set(n, shape.query_width(), |at, out| {
                let Row { sequence, position, .. } = b.rows[at];
                let query = &query[at * out.len()..][..out.len()];
                sequences[sequence].attend(shape, index, position, query, &mut b.scores, out);
            });
            multiply(index, Part::Output, &layer.output, &b.input, change);
            add(stream, change);

            b.input.set(n, width, |row, out| rms_norm(&stream[row * width..][..width], &layer.feed_norm, epsilon, out));
            multiply(index, Part::Gate, &layer.gate, &b.input, gate);
            multiply(index, Part::Up, &layer.up, &b.input, up);
            b.input
                .set(n, hidden, |row, out| swiglu(&gate[row * hidden..][..hidden], &up[row * hidden..][..hidden], out));
            multiply(index, Part::Down, &layer.down, &b.input, change);
            add(stream, change);
        }
    }

    /// Logits of some rows of the last pass, written from row `to` on.
    fn classify(&mut self, rows: std::ops::Range<usize>, to: usize) {
        let Shape { width, vocabulary, epsilon, .. } = self.shape;
        let b = &mut self.buffers;
        let stream = &b.stream[rows.start * width..rows.end * width];
        b.input.set(rows.len(), width, |row, out| rms_norm(&stream[row * width..][..width], &self.norm, epsilon, out));
        let logits = &mut b.logits[to * vocabulary..][..rows.len() * vocabulary];
        self.classifier.as_ref().unwrap_or(&self.embedding).multiply(&b.input, 0..rows.len(), logits);
    }

    /// Checks that these tokens can be fed, giving `positions` in total.
    fn check(&self, positions: usize, tokens: &[u32]) -> Result<(), EngineError> {
        let Shape { context, vocabulary, .. } = self.shape;
        if positions > context {
            return Err(EngineError::ContextFull { context, requested: positions });
        }
        match tokens.iter().find(|&&token| token as usize >= vocabulary) {
            Some(&token) => Err(EngineError::UnknownToken { token, vocabulary }),
            None => Ok(()),
        }
    }

    /// Makes room in a sequence for this many positions, at most the model's context.
    fn make_room(&mut self, sequence: usize, positions: usize) {
        let positions = positions.clamp(1, self.shape.context);
        self.sequences[sequence].reserve(&self.shape, positions);
        let pairs = self.shape.head / 2;
        let known = self.rotation.len() / pairs;
        if known < positions {
            self.rotation.extend(rotation(&self.shape, known..positions));
            self.buffers.scores.resize(positions.next_multiple_of(LANES), 0.0);
        }
    }

    /// See [`Engine::feed`].
    fn feed_to(&mut self, sequence: usize, tokens: &[u32]) -> Result<&[f32], EngineError> {
        if tokens.is_empty() {
            return Err(EngineError::NoToken);
        }
        let positions = self.sequences[sequence].tokens.len() + tokens.len();
        self.check(positions, tokens)?;
        self.make_room(sequence, positions);
        self.buffers.grow(&self.shape, self.kernel, tokens.len().min(ROWS), 1);
        for tokens in tokens.chunks(ROWS) {
            self.remember(tokens.iter().enumerate().map(|(before, &token)| (sequence, before, token)));
        }
        let last = (tokens.len() - 1) % ROWS;
        self.classify(last..last + 1, 0);
        Ok(&self.buffers.logits[..self.shape.vocabulary])
    }

    /// See [`Engine::again`].
    fn again_in(&mut self, sequence: usize, tokens: usize) -> Result<&[f32], EngineError> {
        let position = tokens.checked_sub(1).ok_or(EngineError::NoToken)?;
        // Its key and value are computed and stored again, with the same result.
        let Cache { tokens, blend, .. } = &self.sequences[sequence];
        let (token, blend) = (tokens[position] as usize, *blend);
        self.buffers.rows.clear();
        self.buffers.rows.push(Row { sequence, position, token, blend });
        self.forward();
        self.classify(0..1, 0);
        Ok(&self.buffers.logits[..self.shape.vocabulary])
    }
}

impl Layer {
    fn read(
        weights: &mut dyn Weights,
        shape: &Shape,
        index: usize,
        way: (Kernel, Arithmetic),
    ) -> Result<Self, EngineError> {
        let mut matrix = |part| Matrix::read(weights, shape, Tensor::Layer(index, part), way);
        let (query, key, value) = (matrix(Part::Query)?, matrix(Part::Key)?, matrix(Part::Value)?);
        let (output, gate, up, down) =
            (matrix(Part::Output)?, matrix(Part::Gate)?, matrix(Part::Up)?, matrix(Part::Down)?);
        let attention_norm = read_vector(weights, shape, Tensor::Layer(index, Part::AttentionNorm))?;
        let feed_norm = read_vector(weights, shape, Tensor::Layer(index, Part::FeedNorm))?;
        Ok(Self { attention_norm, query, key, value, output, feed_norm, gate, up, down })
    }
}

impl Buffers {
    fn new(shape: &Shape, kernel: Kernel, rows: usize) -> Self {
        let floats = |columns: usize| vec![0.0; rows * columns];
        let widest = shape.width.max(shape.query_width()).max(shape.hidden);
        Self {
            rows: Vec::with_capacity(rows),
            stream: floats(shape.width),
            input: Activations::new(kernel, rows, widest),
            query: floats(shape.query_width()),
            key: floats(shape.key_width()),
            value: floats(shape.key_width()),
            gate: floats(shape.hidden),
            up: floats(shape.hidden),
            change: floats(shape.width),
            scores: Vec::new(),
            low: Vec::new(),
            logits: vec![0.0; shape.vocabulary],
        }
    }

    /// Makes room for passes of this many rows, and for this many rows of logits.
    fn grow(&mut self, shape: &Shape, kernel: Kernel, rows: usize, logits: usize) {
        if self.stream.len() < rows * shape.width {
            let Self { scores, low, logits, .. } = std::mem::replace(self, Self::new(shape, kernel, rows));
            (self.scores, self.low, self.logits) = (scores, low, logits);
        }
        if self.logits.len() < logits * shape.vocabulary {
            self.logits.resize(logits * shape.vocabulary, 0.0);
        }
    }
}

/// As an engine, a Llama is its first sequence.
impl Engine for Llama {
    fn context(&self) -> usize {
        self.shape.context
    }
    fn seen(&self) -> &[u32] {
        &self.sequences[0].tokens
    }
    fn rewind(&mut self, position: usize) {
        self.sequences[0].tokens.truncate(position);
    }
    fn reserve(&mut self, positions: usize) {
        self.make_room(0, positions);
    }
    fn feed(&mut self, tokens: &[u32]) -> Result<&[f32], EngineError> {
        self.feed_to(0, tokens)
    }
    fn again(&mut self, tokens: usize) -> Result<&[f32], EngineError> {
        self.again_in(0, tokens)
    }
    fn adapt(&mut self, adapter: Option<(&str, f64)>) -> Result<(), EngineError> {
        self.adapt_sequence(0, adapter)
    }
}

/// A sequence of a [`Llama`].
pub struct Sequence<'a> {
    llama: &'a mut Llama,
    number: usize,
}

impl Engine for Sequence<'_> {
    fn context(&self) -> usize {
        self.llama.shape.context
    }
    fn seen(&self) -> &[u32] {
        &self.llama.sequences[self.number].tokens
    }
    fn rewind(&mut self, position: usize) {
        self.llama.sequences[self.number].tokens.truncate(position);
    }
    fn reserve(&mut self, positions: usize) {
        self.llama.make_room(self.number, positions);
    }
    fn feed(&mut self, tokens: &[u32]) -> Result<&[f32], EngineError> {
        self.llama.feed_to(self.number, tokens)
    }
    fn again(&mut self, tokens: usize) -> Result<&[f32], EngineError> {
        self.llama.again_in(self.number, tokens)
    }
    fn adapt(&mut self, adapter: Option<(&str, f64)>) -> Result<(), EngineError> {
        self.llama.adapt_sequence(self.number, adapter)
    }
}

/// Rotary positions (Su et al. 2021): pair i of a head turns by `position / base^(2i / head)`.
fn rotation(shape: &Shape, positions: std::ops::Range<usize>) -> impl Iterator<Item = (f32, f32)> {
    let pairs = shape.head / 2;
    let base = f64::from(shape.rotary_base);
    let speeds: Vec<f64> = (0..pairs).map(|pair| libm::pow(base, -(pair as f64) / pairs as f64)).collect();
    positions.flat_map(move |position| {
        let angles: Vec<f64> = speeds.iter().map(|speed| position as f64 * speed).collect();
        angles.into_iter().map(|angle| (libm::cos(angle) as f32, libm::sin(angle) as f32))
    })
}

/// Turns the pairs of every head.
fn rotate(heads: &mut [f32], rotation: &[(f32, f32)]) {
    for head in heads.chunks_exact_mut(2 * rotation.len()) {
        for (pair, (cosine, sine)) in head.as_chunks_mut::<2>().0.iter_mut().zip(rotation) {
            let [x, y] = *pair;
            *pair = [x * cosine - y * sine, x * sine + y * cosine];
        }
    }
}
