//! Records the logits of candle's own Llama, which the tests compare the engine with. From the repository's root:
//!
//!     cargo run --release --manifest-path tests/oracle/Cargo.toml                 after a change of the house model
//!     cargo run --release --manifest-path tests/oracle/Cargo.toml -- --check      compares, and writes nothing
//!
//! Models that are not at hand keep what was recorded of them.

#[path = "../../it/oracle.rs"]
mod oracle;
#[path = "../../it/skip.rs"]
mod skip;
#[path = "../../it/small.rs"]
mod small;

use candle_core::quantized::{GgmlDType, gguf_file};
use candle_core::{Device, Tensor};
use candle_transformers::models::quantized_llama::ModelWeights;
use fabula::model::{Part, Shape, Tokenizer, open_path};
use oracle::{
    RECORDING, THIRD_PARTY, difference, house_lengths, house_tokens, in_floats, recorded, third_party_tokens,
};
use small::Small;
use std::collections::HashMap;
use std::io::Cursor;
use std::path::Path;
use std::process::ExitCode;

const HOUSE: &str = "models/fable-9m/fable-9m-q8_0.gguf";
const TOKENIZER: &str = "models/fable-9m/tokenizer.json";
/// Matrix products may differ in the last places from processor to processor.
const TOLERANCE: f32 = 2e-5;

/// What is asked of one model.
struct Question {
    id: String,
    /// In 32-bit floats.
    gguf: Vec<u8>,
    tokens: Vec<u32>,
    lengths: Vec<usize>,
}

fn house() -> Question {
    let tokenizer = Tokenizer::new(&std::fs::read(TOKENIZER).unwrap()).unwrap();
    let id = open_path(Path::new(HOUSE)).unwrap().info.id();
    let gguf = in_floats(&std::fs::read(HOUSE).unwrap());
    let tokens = house_tokens(&tokenizer);
    Question { id, gguf, lengths: house_lengths(&tokens).into(), tokens }
}

fn third_party(name: &str) -> Option<Question> {
    let path = Path::new("../shared/models").join(name);
    if !path.exists() {
        skip::skip(format_args!("the oracle is not asked: no {}", path.display()));
        return None;
    }
    let model = open_path(&path).unwrap();
    let classifier = model.weights.has(fabula::model::Tensor::Classifier);
    let gguf = gguf_of(&std::fs::read(&path).unwrap(), model.info.shape, classifier);
    let tokens = third_party_tokens();
    Some(Question { id: model.info.id(), gguf, lengths: vec![tokens.len()], tokens })
}

/// A llama2.c file as GGUF, by the order in which run.c takes its floats.
fn gguf_of(file: &[u8], shape: Shape, classifier: bool) -> Vec<u8> {
    use fabula::model::Tensor;
    let mut floats = file[28..].chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
    let mut take = |count: usize| floats.by_ref().take(count).collect::<Vec<f32>>();
    let Shape { width, hidden, layers, .. } = shape;
    let key = shape.key_width();
    let mut weights = vec![(Tensor::Embedding, take(shape.vocabulary * width))];
    for (part, size) in [
        (Part::AttentionNorm, width),
        (Part::Query, width * width),
        (Part::Key, key * width),
        (Part::Value, key * width),
        (Part::Output, width * width),
        (Part::FeedNorm, width),
        (Part::Gate, hidden * width),
        (Part::Down, width * hidden),
        (Part::Up, hidden * width),
    ] {
        weights.extend((0..layers).map(|layer| (Tensor::Layer(layer, part), take(size))));
    }
    weights.push((Tensor::OutputNorm, take(width)));
    take(shape.context * shape.head);
    if classifier {
        weights.push((Tensor::Classifier, take(shape.vocabulary * width)));
    }
    assert!(take(1).is_empty());
    Small { shape, classifier, weights }.gguf(GgmlDType::F32)
}

impl Question {
    /// The logits after the first so many tokens, fed as one sequence: a row for each length.
    fn ask(&self) -> Vec<Vec<f32>> {
        let mut reader = Cursor::new(&self.gguf);
        let content = gguf_file::Content::read(&mut reader).unwrap();
        let mut oracle = ModelWeights::from_gguf(content, &mut reader, &Device::Cpu).unwrap();
        let mut ask = |length: usize| {
            let input = Tensor::new(&self.tokens[..length], &Device::Cpu).unwrap().unsqueeze(0).unwrap();
            // At position 0 candle forgets what came before.
            oracle.forward(&input, 0).unwrap().squeeze(0).unwrap().to_vec1().unwrap()
        };
        self.lengths.iter().map(|&length| ask(length)).collect()
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--check"] => true,
        _ => {
            eprintln!("oracle: only --check is known, not {arguments:?}");
            return ExitCode::from(2);
        }
    };
    let questions: Vec<Question> =
        [house()].into_iter().chain(THIRD_PARTY.into_iter().filter_map(third_party)).collect();
    if check {
        for question in &questions {
            let (recorded, found) = (recorded(&question.id, &question.tokens), question.ask());
            assert_eq!(recorded.len(), found.len());
            let largest = recorded.iter().zip(&found).map(|(a, b)| difference(a, b)).fold(0.0, f32::max);
            println!("{}: the recorded logits are within {largest:e} of candle's", question.id);
            assert!(largest <= TOLERANCE, "the recording differs from candle by more than {TOLERANCE:e}");
        }
        return ExitCode::SUCCESS;
    }
    let mut recording: HashMap<String, Tensor> = match Path::new(RECORDING).exists() {
        true => candle_core::safetensors::load(RECORDING, &Device::Cpu).unwrap(),
        false => HashMap::new(),
    };
    for question in &questions {
        // Of an earlier version of this model nothing is kept.
        let name = question.id.split('@').next().unwrap().to_string() + "@";
        recording.retain(|id, _| !id.starts_with(&name));
        let logits = question.ask();
        let shape = (logits.len(), logits[0].len());
        recording.insert(question.id.clone(), Tensor::from_vec(logits.concat(), shape, &Device::Cpu).unwrap());
        let tokens = Tensor::new(question.tokens.as_slice(), &Device::Cpu).unwrap();
        recording.insert(format!("{} tokens", question.id), tokens);
        println!("{}: recorded", question.id);
    }
    candle_core::safetensors::save(&recording, RECORDING).unwrap();
    ExitCode::SUCCESS
}
