//! llama2.c checkpoints (`.bin`), the legacy format of 32-bit floats that its `run.c` reads.
//!
//! Seven little-endian 32-bit integers, then floats without names. Format: karpathy/llama2.c, `export.py`
//! (`legacy_export`) and `run.c` (`memory_map_weights`).

use super::hash::measure;
use super::rows::{Place, Rows};
use super::weights::{Model, ModelInfo, Part, Shape, Tensor, Weights};
use super::{ModelError, Origin};
use candle_core::quantized::GgmlDType;
use std::io::{Read, Seek};

/// Bytes of the header.
pub(super) const HEADER: usize = 28;

/// "ak42": how llama2.c's later formats begin.
pub(super) const VERSIONED: u32 = 0x616b_3432;

/// llama2.c puts this token before every story, and `run.c` stops at it.
const BETWEEN_STORIES: u32 = 1;

/// Not in the file: llama2.c uses one value for all models.
const EPSILON: f32 = 1e-5;
const ROTARY_BASE: f32 = 10_000.0;

/// The parts of a layer in the order of the file: first one part of all layers, then the next part.
const ORDER: [Part; 9] = [
    Part::AttentionNorm,
    Part::Query,
    Part::Key,
    Part::Value,
    Part::Output,
    Part::FeedNorm,
    Part::Gate, // w1
    Part::Down, // w2
    Part::Up,   // w3
];

/// What the header says.
#[derive(Clone, Copy, Debug)]
struct Header {
    shape: Shape,
    /// Whether the embedding is also the classifier.
    shared: bool,
}

struct Llama2c<R> {
    header: Header,
    rows: Rows<R>,
}

/// Opens a llama2.c checkpoint of 32-bit floats. The file has no name for the model.
pub(super) fn open<R: Read + Seek + 'static>(mut source: R, origin: Origin) -> Result<Model, ModelError> {
    let (length, hash) = measure(&mut source, origin.sha256)?;
    let mut bytes = [0; HEADER];
    if length < HEADER as u64 {
        return Err(ModelError::Llama2c("it ends within its header; download it again".into()));
    }
    source.read_exact(&mut bytes)?;
    let header = Header::parse(&bytes)?;
    let expected = header.start(None);
    if length != expected {
        return Err(ModelError::Llama2c(format!(
            "it has {length} bytes, but its header implies {expected}; download it again"
        )));
    }
    let shape = header.shape;
    let between = Some(BETWEEN_STORIES).filter(|&token| (token as usize) < shape.vocabulary);
    let info = ModelInfo {
        name: origin.name.into(),
        hash8: hash[..8].to_string(),
        shape,
        parameters: shape.parameters(!header.shared),
        begin_token: between,
        end_token: between,
    };
    Ok(Model { info, weights: Box::new(Llama2c { header, rows: Rows::new(source) }) })
}

/// Whether this can be the header of a file: all sizes are possible for a Llama.
pub(super) fn plausible(header: &[u8; HEADER]) -> bool {
    Header::parse(header).is_ok()
}

impl Header {
    fn parse(bytes: &[u8; HEADER]) -> Result<Self, ModelError> {
        let words: [i32; 7] =
            std::array::from_fn(|index| i32::from_le_bytes(std::array::from_fn(|byte| bytes[4 * index + byte])));
        if words[0] as u32 == VERSIONED {
            return Err(ModelError::Llama2c(
                "it has a versioned llama2.c format; only the legacy format of 32-bit floats is supported (export.py --version 0)"
                    .into(),
            ));
        }
        let [width, hidden, layers, heads, key_heads, vocabulary, context] = words.map(i64::from);
        let size = |size: i64| usize::try_from(size).unwrap_or(0);
        if heads <= 0 || width % heads != 0 {
            return Err(ModelError::Llama2c(format!("{heads} heads do not divide a width of {width}")));
        }
        let shape = Shape {
            width: size(width),
            hidden: size(hidden),
            layers: size(layers),
            heads: size(heads),
            key_heads: size(key_heads),
            head: size(width / heads),
            // A negative vocabulary means that the classifier is a separate matrix.
            vocabulary: size(vocabulary.abs()),
            context: size(context),
            epsilon: EPSILON,
            rotary_base: ROTARY_BASE,
        };
        shape.check()?;
        Ok(Self { shape, shared: vocabulary > 0 })
    }

    /// Position of a tensor's first byte; without a tensor, the end of the file. It fits in 64 bits for every shape
    /// that passes [`Shape::check`].
    fn start(&self, wanted: Option<Tensor>) -> u64 {
        let shape = &self.shape;
        let floats = |tensor: Tensor| {
            let (rows, columns) = tensor.size(shape);
            rows as u64 * columns as u64
        };
        let mut before = 0;
        let mut found = None;
        let mut put = |tensor: Tensor| {
            if Some(tensor) == wanted {
                found = Some(before);
            }
            before += floats(tensor);
        };
        put(Tensor::Embedding);
        for part in ORDER {
            for layer in 0..shape.layers {
                put(Tensor::Layer(layer, part));
            }
        }
        put(Tensor::OutputNorm);
        // Cosines and sines of the rotary angles, once used by run.c.
        let angles = shape.context as u64 * shape.head as u64;
        if wanted == Some(Tensor::Classifier) {
            found = Some(before + angles);
        }
        let classifier = if self.shared { 0 } else { floats(Tensor::Classifier) };
        HEADER as u64 + 4 * found.unwrap_or(before + angles + classifier)
    }
}

impl<R: Read + Seek> Weights for Llama2c<R> {
    fn has(&self, tensor: Tensor) -> bool {
        tensor != Tensor::Classifier || !self.header.shared
    }

    fn is_f32(&self, _: Tensor) -> bool {
        true
    }

    fn read_rows(&mut self, tensor: Tensor, first: usize, out: &mut [f32]) -> Result<(), ModelError> {
        let place = Place { start: self.header.start(Some(tensor)), encoding: GgmlDType::F32 };
        let columns = tensor.size(&self.header.shape).1;
        self.rows.read(place, columns, first, out, || format!("{tensor:?}"))
    }
}
