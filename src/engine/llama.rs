//! The Llama forward pass, one token at a time: exact, so that a token is the same on every machine.
//!
//! Touvron et al. 2023; RMSNorm, rotary positions on pairs (2i, 2i + 1), grouped-query attention, SwiGLU.

use super::kernels::{dot, rms_norm, softmax, swiglu};
use super::weights::{Matrix, matrix, vector};
use super::{Engine, EngineError};
use crate::model::{Model, Part, Shape, Tensor, Weights};

/// A bound on positions, so that a file's claim cannot fill the memory.
const LONGEST_CONTEXT: usize = 8192;

struct Layer {
    attention_norm: Vec<f32>,
    query: Matrix,  // (width, width)
    key: Matrix,    // (key width, width)
    value: Matrix,  // (key width, width)
    output: Matrix, // (width, width)
    feed_norm: Vec<f32>,
    gate: Matrix, // (hidden, width)
    up: Matrix,   // (hidden, width)
    down: Matrix, // (width, hidden)
    /// Keys and values of all positions so far: (context, key width).
    keys: Vec<f32>,
    values: Vec<f32>,
}

/// A Llama and the tokens it has seen.
pub struct Llama {
    shape: Shape,
    embedding: Matrix, // (vocabulary, width)
    layers: Vec<Layer>,
    norm: Vec<f32>,
    /// None where the embedding serves for both.
    classifier: Option<Matrix>,
    /// (cosine, sine) of each position and pair: (context, head / 2).
    rotation: Vec<(f32, f32)>,
    position: usize,
    buffers: Buffers,
}

/// What a step writes into; allocated once.
struct Buffers {
    stream: Vec<f32>,   // (width)
    normed: Vec<f32>,   // (width)
    query: Vec<f32>,    // (width)
    attended: Vec<f32>, // (width)
    scores: Vec<f32>,   // (context)
    gate: Vec<f32>,     // (hidden)
    up: Vec<f32>,       // (hidden)
    quantized: Vec<i8>, // (the larger of width and hidden)
    logits: Vec<f32>,   // (vocabulary)
}

impl Llama {
    /// Reads the weights.
    pub fn new(model: &mut Model) -> Result<Self, EngineError> {
        let shape = Shape { context: model.info.shape.context.min(LONGEST_CONTEXT), ..model.info.shape };
        let weights = model.weights.as_mut();
        let embedding = matrix(weights, &shape, Tensor::Embedding)?;
        let layers = (0..shape.layers).map(|index| Layer::new(weights, index, shape)).collect::<Result<_, _>>()?;
        let norm = vector(weights, &shape, Tensor::OutputNorm)?;
        let classifier = match weights.has(Tensor::Classifier) {
            true => Some(matrix(weights, &shape, Tensor::Classifier)?),
            false => None,
        };
        Ok(Self {
            norm,
            rotation: rotation(shape, shape.rotary_base.into()),
            position: 0,
            buffers: Buffers::new(shape),
            embedding,
            layers,
            classifier,
            shape,
        })
    }

    /// Feeds one token; the stream then holds what the last layer says.
    fn step(&mut self, token: usize) {
        let Shape { epsilon, head, .. } = self.shape;
        let position = self.position;
        let rotation = &self.rotation[position * head / 2..][..head / 2];
        let b = &mut self.buffers;
        self.embedding.row(token, &mut b.stream);
        for layer in &mut self.layers {
            rms_norm(&b.stream, &layer.attention_norm, epsilon, &mut b.normed);
            layer.attend(self.shape, position, rotation, b);
            layer.output.multiply(&b.attended, &mut b.quantized, &mut b.normed);
            add(&mut b.stream, &b.normed);

            rms_norm(&b.stream, &layer.feed_norm, epsilon, &mut b.normed);
            layer.gate.multiply(&b.normed, &mut b.quantized, &mut b.gate);
            layer.up.multiply(&b.normed, &mut b.quantized, &mut b.up);
            swiglu(&mut b.gate, &b.up);
            layer.down.multiply(&b.gate, &mut b.quantized, &mut b.normed);
            add(&mut b.stream, &b.normed);
        }
        self.position += 1;
    }

    /// Logits of the token after the last one fed: (vocabulary).
    fn classify(&mut self) -> &[f32] {
        let b = &mut self.buffers;
        rms_norm(&b.stream, &self.norm, self.shape.epsilon, &mut b.normed);
        self.classifier.as_ref().unwrap_or(&self.embedding).multiply(&b.normed, &mut b.quantized, &mut b.logits);
        &b.logits
    }
}

impl Layer {
    fn new(weights: &mut dyn Weights, index: usize, shape: Shape) -> Result<Self, EngineError> {
        let key_width = shape.key_width();
        let context = shape.context;
        let name = |part| Tensor::Layer(index, part);
        Ok(Self {
            attention_norm: vector(weights, &shape, name(Part::AttentionNorm))?,
            query: matrix(weights, &shape, name(Part::Query))?,
            key: matrix(weights, &shape, name(Part::Key))?,
            value: matrix(weights, &shape, name(Part::Value))?,
            output: matrix(weights, &shape, name(Part::Output))?,
            feed_norm: vector(weights, &shape, name(Part::FeedNorm))?,
            gate: matrix(weights, &shape, name(Part::Gate))?,
            up: matrix(weights, &shape, name(Part::Up))?,
            down: matrix(weights, &shape, name(Part::Down))?,
            keys: vec![0.0; context * key_width],
            values: vec![0.0; context * key_width],
        })
    }

    /// Causal attention of the token at `position` over all positions up to it: `b.normed` in, `b.attended` out.
    fn attend(&mut self, shape: Shape, position: usize, rotation: &[(f32, f32)], b: &mut Buffers) {
        let Shape { heads, key_heads, head, .. } = shape;
        let key_width = key_heads * head;
        let here = position * key_width..(position + 1) * key_width;
        self.query.multiply(&b.normed, &mut b.quantized, &mut b.query);
        self.key.multiply(&b.normed, &mut b.quantized, &mut self.keys[here.clone()]);
        self.value.multiply(&b.normed, &mut b.quantized, &mut self.values[here.clone()]);
        rotate(&mut b.query, rotation);
        rotate(&mut self.keys[here], rotation);

        let scale = 1.0 / (head as f32).sqrt();
        let scores = &mut b.scores[..=position];
        for (index, (query, out)) in b.query.chunks_exact(head).zip(b.attended.chunks_exact_mut(head)).enumerate() {
            let shared = index / (heads / key_heads) * head;
            for (score, keys) in scores.iter_mut().zip(self.keys.chunks_exact(key_width)) {
                *score = dot(query, &keys[shared..shared + head]) * scale;
            }
            softmax(scores);
            out.fill(0.0);
            for (score, values) in scores.iter().zip(self.values.chunks_exact(key_width)) {
                for (out, value) in out.iter_mut().zip(&values[shared..shared + head]) {
                    *out += score * value;
                }
            }
        }
    }
}

impl Buffers {
    fn new(shape: Shape) -> Self {
        let Shape { width, hidden, vocabulary, context, .. } = shape;
        let floats = |length| vec![0.0; length];
        Self {
            stream: floats(width),
            normed: floats(width),
            query: floats(shape.query_width()),
            attended: floats(shape.query_width()),
            scores: floats(context),
            gate: floats(hidden),
            up: floats(hidden),
            quantized: vec![0; width.max(hidden).max(shape.query_width())],
            logits: floats(vocabulary),
        }
    }
}

impl Engine for Llama {
    fn context(&self) -> usize {
        self.shape.context
    }

    fn position(&self) -> usize {
        self.position
    }

    fn reset(&mut self) {
        self.position = 0;
    }

    fn feed(&mut self, tokens: &[u32]) -> Result<&[f32], EngineError> {
        let Shape { context, vocabulary, .. } = self.shape;
        let asked = self.position + tokens.len();
        if tokens.is_empty() {
            return Err(EngineError::NoToken);
        }
        if asked > context {
            return Err(EngineError::ContextFull { context, asked });
        }
        if let Some(&token) = tokens.iter().find(|&&token| token as usize >= vocabulary) {
            return Err(EngineError::UnknownToken { token, vocabulary });
        }
        for &token in tokens {
            self.step(token as usize);
        }
        Ok(self.classify())
    }
}

/// Rotary positions (Su et al. 2021): pair i of a head turns by `position / base^(2i / head)`.
fn rotation(shape: Shape, base: f64) -> Vec<(f32, f32)> {
    let pairs = shape.head / 2;
    let angle = |position: usize, pair: usize| position as f64 * libm::pow(base, -(pair as f64) / pairs as f64);
    (0..shape.context * pairs)
        .map(|index| angle(index / pairs, index % pairs))
        .map(|angle| (libm::cos(angle) as f32, libm::sin(angle) as f32))
        .collect()
}

/// Turns the pairs of every head.
fn rotate(heads: &mut [f32], rotation: &[(f32, f32)]) {
    for head in heads.chunks_exact_mut(2 * rotation.len()) {
        for (pair, (cosine, sine)) in head.chunks_exact_mut(2).zip(rotation) {
            let (x, y) = (pair[0], pair[1]);
            pair[0] = x * cosine - y * sine;
            pair[1] = x * sine + y * cosine;
        }
    }
}

fn add(stream: &mut [f32], change: &[f32]) {
    for (stream, change) in stream.iter_mut().zip(change) {
        *stream += change;
    }
}
