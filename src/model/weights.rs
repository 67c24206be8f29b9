//! The interface of all model readers: the sizes of a Llama, and its tensors, a few rows at a time.

use super::{ModelError, id};

/// Limit on the context length, so that a wrong value in a file cannot fill the memory.
pub const LONGEST_CONTEXT: usize = 8192;

/// The sizes of a Llama.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Width of the residual stream.
    pub width: usize,
    /// Width of the feed-forward layers.
    pub hidden: usize,
    /// Number of layers.
    pub layers: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; each serves `heads / key_heads` query heads (Ainslie et al. 2023).
    pub key_heads: usize,
    /// Width of one head.
    pub head: usize,
    /// Tokens in the vocabulary.
    pub vocabulary: usize,
    /// Context length that the model was trained with.
    pub context: usize,
    /// Added to the mean square in RMSNorm.
    pub epsilon: f32,
    /// Base of the rotary angles.
    pub rotary_base: f32,
}

impl Shape {
    /// Width of all query heads together.
    pub fn query_width(&self) -> usize {
        self.heads * self.head
    }

    /// Width of all key heads together.
    pub fn key_width(&self) -> usize {
        self.key_heads * self.head
    }

    /// Number of weights, with or without a separate classifier.
    pub(super) fn parameters(&self, classifier: bool) -> usize {
        let count = |tensor: Tensor| {
            let (rows, columns) = tensor.size(self);
            rows as u64 * columns as u64
        };
        let all = Tensor::all(self).filter(|&tensor| tensor != Tensor::Classifier || classifier);
        // The sum fits in 64 bits; the result has 32 bits in WebAssembly.
        usize::try_from(all.map(count).sum::<u64>()).unwrap_or(usize::MAX)
    }

    /// Refuses impossible sizes, and sizes that do not fit in this machine's address space, before anything is allocated.
    pub fn check(&self) -> Result<(), ModelError> {
        for (what, size, limit) in [
            ("width", self.width, 1 << 14),
            ("feed-forward width", self.hidden, 1 << 16),
            ("number of layers", self.layers, 1 << 10),
            ("number of heads", self.heads, 1 << 10),
            ("number of key heads", self.key_heads, 1 << 10),
            ("head width", self.head, 1 << 10),
            ("vocabulary", self.vocabulary, 1 << 18),
            ("context", self.context, 1 << 24),
        ] {
            if size == 0 || size > limit {
                return Err(ModelError::Shape(format!("its {what} is {size}; from 1 to {limit} is supported")));
            }
        }
        // Sums of integer products fit in 32 bits up to this many columns; the other widths are limited above.
        if self.query_width() > 1 << 16 {
            return Err(ModelError::Shape(format!(
                "its heads have a total width of {}, but at most 65536 is supported",
                self.query_width()
            )));
        }
        let floats = |sizes: &[usize]| sizes.iter().fold(4u64, |bytes, &size| bytes.saturating_mul(size as u64));
        let largest_matrix = floats(&[self.vocabulary.max(self.hidden).max(self.query_width()), self.width]);
        let memory_of_tokens = floats(&[2 * self.layers, self.key_width(), self.context.min(LONGEST_CONTEXT)]);
        if largest_matrix.max(memory_of_tokens) > isize::MAX as u64 {
            return Err(ModelError::Shape("it is too large for this machine's address space".into()));
        }
        if !self.heads.is_multiple_of(self.key_heads) {
            let Self { heads, key_heads, .. } = self;
            return Err(ModelError::Shape(format!("{key_heads} key heads do not divide {heads} heads")));
        }
        if !self.head.is_multiple_of(2) {
            return Err(ModelError::Shape(format!("its head width is {}, which is odd", self.head)));
        }
        if !(self.epsilon.is_finite() && self.epsilon >= 0.0 && self.rotary_base.is_finite() && self.rotary_base > 0.0)
        {
            return Err(ModelError::Shape("its norm epsilon or rotary base is out of range".into()));
        }
        Ok(())
    }
}

/// A tensor of the model. Matrices are (rows out, columns in); a vector is one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tensor {
    /// (vocabulary, width)
    Embedding,
    /// (vocabulary, width); a model without one uses the embedding.
    Classifier,
    /// (1, width)
    OutputNorm,
    /// A part of the layer with this number.
    Layer(usize, Part),
}

/// The tensors of one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// (1, width)
    AttentionNorm,
    /// (query width, width). Heads rotate the pairs (2i, 2i + 1); a reader of files with the pairs (i, i + head / 2)
    /// must reorder the rows.
    Query,
    /// (key width, width); rows in the same order as the query's.
    Key,
    /// (key width, width)
    Value,
    /// (width, query width)
    Output,
    /// (1, width)
    FeedNorm,
    /// (hidden, width)
    Gate,
    /// (hidden, width)
    Up,
    /// (width, hidden)
    Down,
}

impl Part {
    const ALL: [Self; 9] = [
        Self::AttentionNorm,
        Self::Query,
        Self::Key,
        Self::Value,
        Self::Output,
        Self::FeedNorm,
        Self::Gate,
        Self::Up,
        Self::Down,
    ];
}

impl Tensor {
    /// Every tensor of a model of this shape, in the order of the forward pass.
    pub fn all(shape: &Shape) -> impl Iterator<Item = Self> {
        let layers = (0..shape.layers).flat_map(|layer| Part::ALL.map(|part| Self::Layer(layer, part)));
        std::iter::once(Self::Embedding).chain(layers).chain([Self::OutputNorm, Self::Classifier])
    }

    /// Rows and columns.
    pub fn size(self, shape: &Shape) -> (usize, usize) {
        let Shape { width, hidden, vocabulary, .. } = *shape;
        match self {
            Self::Embedding | Self::Classifier => (vocabulary, width),
            Self::OutputNorm | Self::Layer(_, Part::AttentionNorm | Part::FeedNorm) => (1, width),
            Self::Layer(_, Part::Query) => (shape.query_width(), width),
            Self::Layer(_, Part::Key | Part::Value) => (shape.key_width(), width),
            Self::Layer(_, Part::Output) => (width, shape.query_width()),
            Self::Layer(_, Part::Gate | Part::Up) => (hidden, width),
            Self::Layer(_, Part::Down) => (width, hidden),
        }
    }
}

/// The tensors of an opened model file.
pub trait Weights {
    /// Whether the file has this tensor. Only the classifier may be missing.
    fn has(&self, tensor: Tensor) -> bool;

    /// Whether the file stores this tensor as 32-bit floats.
    fn is_f32(&self, tensor: Tensor) -> bool;

    /// Reads whole rows from `first` on, as many as fill `out`. Every value is finite.
    fn read_rows(&mut self, tensor: Tensor, first: usize, out: &mut [f32]) -> Result<(), ModelError>;
}

/// What is known about a model besides its weights.
#[derive(Clone, Debug)]
pub struct ModelInfo {
    /// The name in the file, or "model".
    pub name: String,
    /// First 8 hexadecimal digits of the file's SHA-256; for several files see [`super::open_safetensors`].
    pub hash8: String,
    pub shape: Shape,
    /// Number of weights.
    pub parameters: usize,
    /// The token that begins every text.
    pub begin_token: Option<u32>,
    /// The token that ends a text.
    pub end_token: Option<u32>,
}

impl ModelInfo {
    /// `NAME@HASH8`, the model's id in links and results. Characters that links would encode become hyphens.
    pub fn id(&self) -> String {
        id::id(&self.name, "model", &self.hash8)
    }
}

/// An open model file: information about it, and its weights, which are read later.
pub struct Model {
    pub info: ModelInfo,
    pub weights: Box<dyn Weights>,
}
