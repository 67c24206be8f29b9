//! The engine and the tokenizer on the house model.

use candle_core::Device;
use candle_core::quantized::gguf_file;
use candle_core::quantized::{GgmlDType, QTensor};
use fabula::engine::{CandleLlama, Engine, EngineError};
use fabula::model::{ModelError, ModelFile, Tokenizer};
use proptest::prelude::*;
use std::io::Cursor;
use std::sync::LazyLock;

static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| std::fs::read("models/fable-9m/fable-9m-q8_0.gguf").unwrap());
static TOKENIZER: LazyLock<Tokenizer> =
    LazyLock::new(|| Tokenizer::new(&std::fs::read("models/fable-9m/tokenizer.json").unwrap()).unwrap());

/// The house model with its weights as 32-bit floats. In 8 bits the activations are rounded too, and a
/// difference in the last place may turn into one of a whole step; in floats it stays what it is.
fn in_floats() -> ModelFile {
    let mut reader = Cursor::new(MODEL.as_slice());
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
    ModelFile::new(out.into_inner()).unwrap()
}

const TEXT: &str = "Once upon a time there was a king who had three daughters, and the youngest was so fair that the sun \
    itself wondered whenever it shone in her face. Close by the castle lay a great dark forest.";

/// The known trap: a forward pass that is given a wrong position still writes fluent nonsense.
#[test]
fn incremental_logits_equal_full_sequence_logits() {
    let mut engine = CandleLlama::new(&in_floats()).unwrap();
    let mut tokens = vec![0];
    tokens.extend(TOKENIZER.encode(TEXT).unwrap());
    assert!(tokens.len() > 30);
    for length in [1, 2, 3, 7, 20, tokens.len()] {
        engine.reset();
        let full = engine.feed(&tokens[..length]).unwrap();
        engine.reset();
        let incremental = tokens[..length].iter().map(|&token| engine.feed(&[token]).unwrap()).last().unwrap();
        engine.reset();
        let halves = if length > 1 {
            engine.feed(&tokens[..length / 2]).unwrap();
            engine.feed(&tokens[length / 2..length]).unwrap()
        } else {
            engine.feed(&tokens[..1]).unwrap()
        };
        assert_eq!(engine.position(), length);
        for other in [incremental, halves] {
            let difference = full.iter().zip(&other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(difference <= 1e-4, "{length} tokens: {difference}");
        }
    }
}

#[test]
fn the_model_understands_its_language() {
    let file = ModelFile::new(MODEL.clone()).unwrap();
    assert_eq!((file.name.as_str(), file.context, file.vocabulary), ("fable-9m", 512, 4096));
    assert_eq!((file.begin_token, file.end_token), (Some(0), Some(0)));
    let mut engine = CandleLlama::new(&file).unwrap();
    let mut bits = |text: &str| {
        engine.reset();
        let tokens = TOKENIZER.encode(text).unwrap();
        let mut logits = engine.feed(&[0]).unwrap();
        let mut total = 0.0;
        for &token in &tokens {
            total += fabula::sampling::surprisal_bits(&logits, token);
            logits = engine.feed(&[token]).unwrap();
        }
        total / text.len() as f64
    };
    let sense = bits("Once upon a time, there was a little girl who lived with her mother in a small house.");
    let nonsense = bits("House small a in mother her with lived who girl little a was there, time a upon once.");
    // Bits per byte; the card gives about 0.7 for such prose.
    assert!(sense < 1.0, "{sense}");
    assert!(nonsense > 1.5 * sense, "{nonsense} against {sense}");
}

#[test]
fn the_context_has_an_end() {
    let mut engine = CandleLlama::new(&ModelFile::new(MODEL.clone()).unwrap()).unwrap();
    engine.feed(&[5; 512]).unwrap();
    assert!(matches!(engine.feed(&[5]), Err(EngineError::ContextFull { context: 512, asked: 513 })));
    assert!(matches!(engine.feed(&[]), Err(EngineError::NoToken)));
    engine.reset();
    engine.feed(&[5]).unwrap();
}

#[test]
fn a_special_token_in_a_prompt_is_only_text() {
    let ids = TOKENIZER.encode("The end.<|story|>Once").unwrap();
    assert!(!ids.contains(&0), "{ids:?}");
    assert_eq!(TOKENIZER.decode(&ids), "The end.<|story|>Once");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn any_text_survives_the_tokenizer(text in "\\PC{0,60}|[ \\n\\t\\r\\x00-\\x1f]{0,20}|.{0,60}") {
        prop_assert_eq!(TOKENIZER.decode(&TOKENIZER.encode(&text).unwrap()), text);
    }

    #[test]
    fn any_token_can_be_written(ids in prop::collection::vec(0u32..5000, 0..50)) {
        // Unknown ids write nothing; nothing panics.
        TOKENIZER.decode(&ids);
    }
}

#[test]
fn damaged_files_are_refused_with_a_reason() {
    for cut in [0, 3, 4, 23, 24, 1000, 100_000, 1_000_000, MODEL.len() - 1] {
        match ModelFile::new(MODEL[..cut].to_vec()) {
            Err(ModelError::Gguf(reason)) => assert!(!reason.is_empty()),
            other => panic!("cut at {cut}: {:?}", other.map(|file| file.name)),
        }
    }
    assert!(ModelFile::new(b"GGUF\xff\xff\xff\xff".to_vec()).is_err());
    assert!(Tokenizer::new(b"{}").is_err());
    assert!(Tokenizer::new(&MODEL[..100]).is_err());
}
