//! The Llama forward pass, one token at a time: exact, so that a token is the same on every machine.
//!
//! Touvron et al. 2023; RMSNorm, rotary positions on pairs (2i, 2i + 1), grouped-query attention, SwiGLU.

use super::kernels::{dot, rms_norm, softmax, swiglu};
use super::weights::{Matrix, Reader};
use super::{Engine, EngineError};
use crate::model::ModelFile;

/// A bound on positions, so that a file's claim cannot fill the memory.
const LONGEST_CONTEXT: usize = 8192;

/// The sizes of a model. width = heads * head; key width = key heads * head.
#[derive(Clone, Copy)]
struct Shape {
    width: usize,
    hidden: usize,
    heads: usize,
    key_heads: usize,
    head: usize,
    vocabulary: usize,
    context: usize,
    epsilon: f32,
}

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
    pub fn new(file: &ModelFile) -> Result<Self, EngineError> {
        let mut read = Reader::new(file)?;
        let width = read.number("llama.embedding_length")?;
        let heads = read.number("llama.attention.head_count")?;
        let key_heads = read.number("llama.attention.head_count_kv").unwrap_or(heads);
        if width == 0
            || heads == 0
            || key_heads == 0
            || width % heads != 0
            || heads % key_heads != 0
            || (width / heads) % 2 != 0
        {
            return Err(EngineError::Weights(format!(
                "{heads} heads ({key_heads} for keys) do not divide a width of {width}"
            )));
        }
        let head = width / heads;
        if read.number("llama.rope.dimension_count").is_ok_and(|rotated| rotated != head) {
            return Err(EngineError::Weights("it rotates only a part of each head, which is not supported".into()));
        }
        if read.has("rope_freqs.weight") || read.has_key("llama.rope.scaling.factor") {
            return Err(EngineError::Weights("it scales its rotary positions, which is not supported".into()));
        }
        let hidden = read.number("llama.feed_forward_length")?;
        if hidden == 0 {
            return Err(EngineError::Weights("llama.feed_forward_length is 0".into()));
        }
        let shape = Shape {
            width,
            hidden,
            heads,
            key_heads,
            head,
            vocabulary: file.vocabulary,
            context: file.context.min(LONGEST_CONTEXT),
            epsilon: read.float("llama.attention.layer_norm_rms_epsilon").unwrap_or(1e-5),
        };
        let base = f64::from(read.float("llama.rope.freq_base").unwrap_or(10_000.0));
        let embedding = read.matrix("token_embd.weight", shape.vocabulary, width)?;
        let layers = (0..read.number("llama.block_count")?).map(|index| Layer::new(&mut read, index, shape));
        let layers = layers.collect::<Result<_, _>>()?;
        let classifier = match read.has("output.weight") {
            true => Some(read.matrix("output.weight", shape.vocabulary, width)?),
            false => None,
        };
        Ok(Self {
            norm: read.vector("output_norm.weight", width)?,
            rotation: rotation(shape, base),
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
    fn new(read: &mut Reader, index: usize, shape: Shape) -> Result<Self, EngineError> {
        let Shape { width, hidden, head, key_heads, context, .. } = shape;
        let key_width = key_heads * head;
        let name = |part: &str| format!("blk.{index}.{part}.weight");
        Ok(Self {
            attention_norm: read.vector(&name("attn_norm"), width)?,
            query: read.matrix(&name("attn_q"), width, width)?,
            key: read.matrix(&name("attn_k"), key_width, width)?,
            value: read.matrix(&name("attn_v"), key_width, width)?,
            output: read.matrix(&name("attn_output"), width, width)?,
            feed_norm: read.vector(&name("ffn_norm"), width)?,
            gate: read.matrix(&name("ffn_gate"), hidden, width)?,
            up: read.matrix(&name("ffn_up"), hidden, width)?,
            down: read.matrix(&name("ffn_down"), width, hidden)?,
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
            query: floats(width),
            attended: floats(width),
            scores: floats(context),
            gate: floats(hidden),
            up: floats(hidden),
            quantized: vec![0; width.max(hidden)],
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
