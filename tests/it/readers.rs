//! One model in every format: the readers give the same rows, and the engine the same logits.

use crate::oracle::{THIRD_PARTY, difference, recorded, third_party_tokens};
use crate::skip::skip;
use crate::small::{BLOCKS, Small, TINY, gguf_name, sentence_piece, tokenizer_bin};
use candle_core::Device;
use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::{self, Value};
use fabula::engine::{Engine, Llama};
use fabula::model::{
    Model, ModelError, Precision, Shape, Tensor, Tokenizer, open, open_path, open_safetensors, quantize,
};
use fabula::reading::Perplexity;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// All rows of a tensor, asked for a few at a time.
fn rows(model: &mut Model, tensor: Tensor) -> Vec<f32> {
    let (rows, columns) = tensor.size(&model.info.shape);
    let mut out = vec![0.0; rows * columns];
    for (piece, out) in out.chunks_mut(7 * columns).enumerate() {
        model.weights.read_rows(tensor, 7 * piece, out).unwrap();
    }
    out
}

fn assert_same(model: &mut Model, small: &Small) {
    assert_eq!(model.info.shape, small.shape);
    assert_eq!(model.weights.has(Tensor::Classifier), small.classifier);
    assert_eq!(model.info.parameters, small.weights.iter().map(|(_, values)| values.len()).sum::<usize>());
    for (tensor, values) in &small.weights {
        assert!(model.weights.is_f32(*tensor));
        assert!(rows(model, *tensor) == *values, "{tensor:?}");
    }
}

fn open_bytes(file: Vec<u8>) -> Result<Model, ModelError> {
    open(Cursor::new(file))
}

fn refuses<T>(result: Result<T, ModelError>, word: &str) {
    let message = result.err().unwrap_or_else(|| panic!("{word}: it was accepted")).to_string();
    assert!(message.contains(word), "{message}");
}

/// A folder of its own, gone with the value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fabula-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn every_encoding_of_gguf_reads_as_candle_reads_it() {
    use GgmlDType::*;
    let small = Small::new(BLOCKS, true);
    for kind in [F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2K, Q3K, Q4K, Q5K, Q6K, Q8K] {
        let mut model = open_bytes(small.gguf(kind)).unwrap();
        assert_eq!((model.info.name.as_str(), model.info.shape), ("small", small.shape));
        assert_eq!((model.info.begin_token, model.info.end_token), (Some(1), Some(2)));
        for (tensor, values) in &small.weights {
            let array = small.stored(*tensor, kind).dequantize(&Device::Cpu).unwrap();
            let expected: Vec<f32> = array.flatten_all().unwrap().to_vec1().unwrap();
            assert!(rows(&mut model, *tensor) == expected, "{kind:?} {tensor:?}");
            if kind == F32 {
                assert!(expected == *values);
            }
        }
    }
}

#[test]
fn llama2c_checkpoints_read_exactly() {
    for classifier in [false, true] {
        for shape in [TINY, BLOCKS] {
            let small = Small::new(shape, classifier);
            let mut model = open_bytes(small.llama2c()).unwrap();
            assert_same(&mut model, &small);
            assert_eq!((model.info.begin_token, model.info.end_token), (Some(1), Some(1)));
        }
    }
}

#[test]
fn llama2c_files_of_another_kind_are_named() {
    let file = Small::new(TINY, false).llama2c();
    let mut versioned = file.clone();
    versioned[..4].copy_from_slice(&0x616b_3432u32.to_le_bytes());
    refuses(open_bytes(versioned), "legacy");
    let expected = file.len().to_string();
    refuses(open_bytes(file[..file.len() - 4].to_vec()), &format!("its header implies {expected}"));
    refuses(open_bytes([file, vec![0]].concat()), &format!("its header implies {expected}"));
}

#[test]
fn safetensors_read_exactly_in_one_file_or_several() {
    for classifier in [false, true] {
        let small = Small::new(TINY, classifier);
        let config = small.config().to_string();
        let file = small.safetensors(4, |_| true);
        let hash = fabula::model::sha256_hex(&file);
        let mut model = open_safetensors(config.as_bytes(), vec![Cursor::new(file.clone())], "whole").unwrap();
        assert_same(&mut model, &small);
        assert_eq!(model.info.id(), format!("whole@{}", &hash[..8]));

        let folder = Folder::new(&format!("safetensors-{classifier}"));
        folder.write("config.json", &config);
        let alone = folder.write("alone.safetensors", &file);
        let mut model = open_path(&alone).unwrap();
        assert_same(&mut model, &small);
        assert_eq!(model.info.name, "alone");
        refuses(open_path(&folder.0), "model.safetensors");
        folder.write("one.safetensors", small.safetensors(4, |tensor| tensor == Tensor::Embedding));
        folder.write("two.safetensors", small.safetensors(4, |tensor| tensor != Tensor::Embedding));
        let index = |name: &str| format!("{{\"weight_map\": {{\"a\": \"one.safetensors\", \"b\": \"{name}\"}}}}");
        folder.write("model.safetensors.index.json", index("two.safetensors"));
        let mut model = open_path(&folder.0).unwrap();
        assert_same(&mut model, &small);
        folder.write("model.safetensors.index.json", index("../two.safetensors"));
        refuses(open_path(&folder.0), "not a file in this folder");
        folder.write("model.safetensors.index.json", index("one.safetensors"));
        refuses(open_path(&folder.0), "is missing");
    }
}

#[test]
fn half_precision_safetensors_are_rounded_once() {
    let small = Small::new(TINY, false);
    let file = small.safetensors(2, |_| true);
    let mut model = open_safetensors(small.config().to_string().as_bytes(), vec![Cursor::new(file)], "half").unwrap();
    for (tensor, values) in &small.weights {
        assert!(!model.weights.is_f32(*tensor));
        // The test's file has the upper half of each float's bits.
        let expected: Vec<f32> = values.iter().map(|value| f32::from_bits(value.to_bits() >> 16 << 16)).collect();
        assert!(rows(&mut model, *tensor) == expected, "{tensor:?}");
    }
}

#[test]
fn what_the_engine_does_not_run_is_refused() {
    let small = Small::new(TINY, false);
    let with = |key: &str, value: serde_json::Value| {
        let mut config = small.config();
        config[key] = value;
        open_safetensors(config.to_string().as_bytes(), vec![Cursor::new(small.safetensors(4, |_| true))], "x")
    };
    refuses(with("architectures", serde_json::json!(["MistralForCausalLM"])), "MistralForCausalLM");
    refuses(with("rope_scaling", serde_json::json!({ "rope_type": "llama3", "factor": 8.0 })), "rotary");
    refuses(with("rope_parameters", serde_json::json!({ "rope_type": "yarn", "rope_theta": 1e4 })), "rotary");
    refuses(with("attention_bias", true.into()), "bias");
    refuses(with("mlp_bias", true.into()), "bias");
    refuses(with("hidden_act", "gelu".into()), "SiLU");
    refuses(with("quantization_config", serde_json::json!({ "bits": 4 })), "quantized");
    refuses(with("head_dim", 6.into()), "shape");
    refuses(with("num_attention_heads", 0.into()), "heads");
    refuses(with("hidden_size", (1u64 << 40).into()), "width");
    refuses(with("vocab_size", (-1).into()), "config.json");
    refuses(with("num_hidden_layers", 3.into()), "is missing");
    refuses(with("num_hidden_layers", 1.into()), "model.layers.1");
    assert!(with("rope_scaling", serde_json::json!({ "type": "default" })).is_ok());
    assert!(with("head_dim", 4.into()).is_ok());
    let several = with("eos_token_id", serde_json::json!([3, 2])).unwrap();
    assert_eq!(several.info.end_token, Some(3));
    let base = with("rope_parameters", serde_json::json!({ "rope_type": "default", "rope_theta": 5e5 })).unwrap();
    assert_eq!(base.info.shape.rotary_base, 1e4, "what config.json says itself goes first");

    let gguf = |key: &str, value: Value| open_bytes(small.gguf_with(GgmlDType::F32, &[(key, value)]));
    refuses(gguf("general.architecture", Value::String("qwen3".into())), "qwen3");
    refuses(gguf("llama.rope.scaling.factor", Value::F32(2.0)), "rotary");
    refuses(gguf("llama.rope.dimension_count", Value::U32(2)), "part of each head");
    refuses(gguf("llama.expert_count", Value::U32(8)), "experts");
    refuses(
        gguf("llama.feed_forward_length", Value::Array(vec![Value::U32(12), Value::U32(12)])),
        "not a single integer",
    );
    refuses(gguf("general.alignment", Value::U32(0)), "alignment");
    refuses(gguf("general.alignment", Value::U32(24)), "alignment");
    refuses(gguf("llama.block_count", Value::U32(3)), "missing");
    refuses(gguf("llama.block_count", Value::U32(1)), "blk.1");
}

/// Hugging Face's order of rows: a checkpoint read directly and one turned into GGUF first say the same.
#[test]
fn a_checkpoint_and_the_gguf_made_of_it_agree() {
    for (shape, classifier) in [(TINY, true), (BLOCKS, false)] {
        let small = Small::new(shape, classifier);
        let folder = Folder::new(&format!("checkpoint-{classifier}"));
        folder.write("config.json", small.config().to_string());
        folder.write("model.safetensors", small.safetensors(4, |_| true));
        folder.write("tokenizer.json", small.tokenizer_json());
        let gguf = folder.0.join("made.gguf");
        std::fs::write(&gguf, quantize(&folder.0, "made", Precision::F32).unwrap()).unwrap();
        let mut logits = [&folder.0, &gguf].map(|path| {
            let mut engine = Llama::new(&mut open_path(path).unwrap()).unwrap();
            engine.feed(&[1, 5, 3, 7, 9]).unwrap().to_vec()
        });
        let [direct, made] = &mut logits;
        assert!(direct.iter().any(|logit| logit.abs() > 0.01));
        let difference = direct.iter().zip(made).map(|(a, b)| (*a - *b).abs()).fold(0.0, f32::max);
        assert!(difference <= 1e-5, "{difference}");
    }
}

/// What a folder is refused for when it is run is not left out of its GGUF either.
#[test]
fn a_gguf_is_made_of_all_that_the_configuration_says() {
    let small = Small::new(TINY, true);
    let folder = Folder::new("configured");
    folder.write("model.safetensors", small.safetensors(4, |_| true));
    folder.write("tokenizer.json", small.tokenizer_json());
    let made = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut config = small.config();
        change(&mut config);
        folder.write("config.json", config.to_string());
        quantize(&folder.0, "made", Precision::F32)
    };
    let with_base = made(&|config| {
        config.as_object_mut().unwrap().remove("rope_theta");
        config["rope_parameters"] = serde_json::json!({"rope_type": "default", "rope_theta": 500.0});
    })
    .unwrap();
    assert_eq!(open_bytes(with_base).unwrap().info.shape, Shape { rotary_base: 500.0, ..TINY });
    refuses(made(&|config| config["attention_bias"] = true.into()), "biases");
    refuses(made(&|config| config["num_attention_heads"] = 0.into()), "heads");
    refuses(made(&|config| config["rope_scaling"] = serde_json::json!({"rope_type": "llama3"})), "rotary");
}

/// Third-party models, where they are at hand.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new("../shared/models").join(name);
    if !path.exists() {
        skip(format_args!("no {}", path.display()));
    }
    Some(path).filter(|path| path.exists())
}

#[test]
fn llama2c_models_give_candles_logits() {
    let tokens = third_party_tokens();
    for path in THIRD_PARTY.into_iter().filter_map(shared) {
        let mut model = open_path(&path).unwrap();
        let mut engine = Llama::new(&mut model).unwrap();
        let [full] = recorded(&model.info.id(), &tokens).try_into().expect("one row");
        let difference = difference(&full, engine.feed(&tokens).unwrap());
        assert!(difference <= 1e-4, "{}: {difference}", path.display());
    }
}

#[test]
fn stories260k_understands_its_language() {
    let (Some(path), Some(tokenizer)) = (shared("stories260K.bin"), shared("tok512.bin")) else { return };
    let mut model = open_path(&path).unwrap();
    assert_eq!(model.info.name, "stories260K");
    let tokenizer = Tokenizer::new(&std::fs::read(tokenizer).unwrap()).unwrap();
    tokenizer.check_fits(&model.info).unwrap();
    let mut engine = Llama::new(&mut model).unwrap();
    let mut result = Perplexity::default();
    let text = "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, \
        she saw a big dog. The dog was very happy and wanted to play with her.";
    result.add(text, &mut engine, &tokenizer, &model.info).unwrap();
    // The text has a space at its beginning that the tokens have too.
    assert_eq!(tokenizer.decode(&tokenizer.encode(text).unwrap()), text);
    assert!(result.bits_per_byte() < 1.2, "{}", result.bits_per_byte());
}

#[test]
fn tokenizer_bin_is_recognized() {
    let tokenizer = Tokenizer::new(&tokenizer_bin(true, &[" ", "a", "b", " a", "ab", " ab"])).unwrap();
    assert!(tokenizer.leading_space());
    assert_eq!(tokenizer.vocabulary(), 265);
    assert!(tokenizer.encode("").unwrap().is_empty());
    // " a" scores best of all pairs, then " ab" has no other way to be made.
    assert_eq!(tokenizer.encode("ab").unwrap(), [264]);
    assert_eq!(tokenizer.encode("é").unwrap(), [259, 0xc3 + 3, 0xa9 + 3]);
    for text in ["ab ba", "é\n\0", " a", "<s>", "\n<s>\n", "<0x41>"] {
        let ids = tokenizer.encode(text).unwrap();
        assert_eq!(tokenizer.decode(&ids), text);
        assert!(ids.iter().all(|&id| id > 2), "{text:?}");
    }
    assert!([0, 1, 2, 265, u32::MAX].iter().all(|&id| tokenizer.token_bytes(id).is_empty()));
}

/// Checkpoints come with what was set up for training.
#[test]
fn a_text_is_neither_cut_nor_filled_up_nor_taken_apart_at_random() {
    let plain = std::fs::read("models/fable-9m/tokenizer.json").unwrap();
    let mut trained: serde_json::Value = serde_json::from_slice(&plain).unwrap();
    trained["truncation"] =
        serde_json::json!({"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0});
    trained["padding"] = serde_json::json!({"strategy": {"Fixed": 64}, "direction": "Right", "pad_to_multiple_of": null,
        "pad_id": 0, "pad_type_id": 0, "pad_token": "<|story|>"});
    trained["model"]["dropout"] = 0.5.into();
    let tokenizer = Tokenizer::new(trained.to_string().as_bytes()).unwrap();
    let text = "Once upon a time, a small fox found a door in the snow.";
    assert_eq!(tokenizer.encode(text).unwrap(), Tokenizer::new(&plain).unwrap().encode(text).unwrap());
}

#[test]
fn tokenizer_json_in_sentence_pieces_manner() {
    for metaspace in [false, true] {
        let tokenizer = Tokenizer::new(&sentence_piece(metaspace)).unwrap();
        assert!(tokenizer.leading_space());
        assert_eq!(tokenizer.vocabulary(), 3 + 256 + 10);
        assert!(tokenizer.encode("").unwrap().is_empty());
        assert_eq!(tokenizer.encode("the the").unwrap(), [268, 268]);
        assert_eq!(tokenizer.token_bytes(268), b" the");
        assert_eq!(tokenizer.token_bytes(3 + 10), b"\n");
        for text in ["the <s>", "<s>", "</s>the", "é\n", "x  y"] {
            let ids = tokenizer.encode(text).unwrap();
            assert!(ids.iter().all(|&id| id > 2), "{text:?}: {ids:?}");
            assert_eq!(tokenizer.decode(&ids), text);
        }
    }
}

#[test]
fn names_of_tensors_are_ggufs() {
    // The names of the house model, which llama.cpp reads.
    let file = std::fs::read("models/fable-9m/fable-9m-q8_0.gguf").unwrap();
    let content = gguf_file::Content::read(&mut Cursor::new(&file)).unwrap();
    let shape = open_bytes(file).unwrap().info.shape;
    let mut names: Vec<String> =
        Tensor::all(&shape).filter(|&tensor| tensor != Tensor::Classifier).map(gguf_name).collect();
    let mut found: Vec<&String> = content.tensor_infos.keys().collect();
    names.sort();
    found.sort();
    assert_eq!(names.iter().collect::<Vec<_>>(), found);
}
