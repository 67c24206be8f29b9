//! The oracle: candle's own Llama in 32-bit floats, which the engine is compared with. Its logits are recorded in
//! `tests/oracle/logits.safetensors`; the program in `tests/oracle/`, which records and checks them, shares this file.
//!
//! For each model the recording holds `ID tokens`, the tokens fed, and `ID`, the logits that follow the first so many of them:
//! (lengths, vocabulary).

use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{Device, Tensor};
use fabula::model::Tokenizer;
use std::collections::HashMap;
use std::io::Cursor;

pub const RECORDING: &str = "tests/oracle/logits.safetensors";
/// Models in `../shared/models`, which the oracle was fed all of [`third_party_tokens`].
pub const THIRD_PARTY: [&str; 2] = ["stories260K.bin", "babyllama-tok105.bin"];

const TEXT: &str = "Once upon a time there was a king who had three daughters, and the youngest was so fair that the sun \
    itself wondered whenever it shone in her face. Close by the castle lay a great dark forest.";

/// The begin token and a text, in tokens of the house model.
pub fn house_tokens(tokenizer: &Tokenizer) -> Vec<u32> {
    let mut tokens = vec![0];
    tokens.extend(tokenizer.encode(TEXT).unwrap());
    tokens
}

/// How many of these tokens the oracle was fed, as one sequence.
pub fn house_lengths(tokens: &[u32]) -> [usize; 6] {
    [1, 2, 3, 7, 20, tokens.len()]
}

pub fn third_party_tokens() -> Vec<u32> {
    (0..40).map(|index| if index == 0 { 1 } else { (index * 37 + 5) % 100 + 3 }).collect()
}

/// A GGUF file with its weights as 32-bit floats. In 8 bits the activations are rounded too, and a difference in the last place may
/// turn into one of a whole step; in floats it stays what it is.
pub fn in_floats(file: &[u8]) -> Vec<u8> {
    let mut reader = Cursor::new(file);
    let content = gguf_file::Content::read(&mut reader).unwrap();
    let tensors: Vec<(String, QTensor)> = content
        .tensor_infos
        .keys()
        .map(|name| {
            let tensor = content.tensor(&mut reader, name, &Device::Cpu).unwrap().dequantize(&Device::Cpu).unwrap();
            (name.clone(), QTensor::quantize(&tensor, GgmlDType::F32).unwrap())
        })
        .collect();
    let metadata: Vec<(&str, &gguf_file::Value)> =
        content.metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    let mut out = Cursor::new(Vec::new());
    gguf_file::write(&mut out, &metadata, &tensors).unwrap();
    out.into_inner()
}

/// The recorded logits of a model, a row for each length.
///
/// # Panics
/// If there are none for this model and these tokens.
pub fn recorded(id: &str, tokens: &[u32]) -> Vec<Vec<f32>> {
    let file = std::fs::read(RECORDING).unwrap();
    let recording: HashMap<String, Tensor> = candle_core::safetensors::load_buffer(&file, &Device::Cpu).unwrap();
    let again = "record it again: cargo run --release --manifest-path tests/oracle/Cargo.toml";
    let recorded = |name: String| recording.get(&name).unwrap_or_else(|| panic!("{RECORDING} lacks {name}; {again}"));
    let fed: Vec<u32> = recorded(format!("{id} tokens")).to_vec1().unwrap();
    assert!(fed == tokens, "{RECORDING} is of other tokens; {again}");
    recorded(id.into()).to_vec2().unwrap()
}

/// The largest difference between two rows of logits.
pub fn difference(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}
