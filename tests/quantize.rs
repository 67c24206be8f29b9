//! The committed model is what `fabula quantize` makes of the training checkpoint. Skips, saying so, where
//! the checkpoint is not at hand.

use fabula::model::{Precision, quantize, sha256_hex};
use std::path::Path;

#[test]
fn the_committed_model_is_made_by_this_command() {
    let checkpoint = Path::new("../shared/model");
    if !checkpoint.join("model.safetensors").exists() {
        eprintln!("skipped: no training checkpoint beside this folder");
        return;
    }
    let output = std::env::temp_dir().join(format!("fabula-quantized-{}.gguf", std::process::id()));
    quantize(checkpoint, &output, "fable-9m", Precision::Q8_0).unwrap();
    let made = std::fs::read(&output).unwrap();
    std::fs::remove_file(&output).unwrap();
    assert_eq!(sha256_hex(&made), sha256_hex(&std::fs::read("models/fable-9m/fable-9m-q8_0.gguf").unwrap()));
}

/// The page trusts the manifest; the manifest must describe the files.
#[test]
fn the_manifest_describes_the_files() {
    let manifest: serde_json::Value = serde_json::from_slice(&std::fs::read("models/index.json").unwrap()).unwrap();
    for model in manifest["models"].as_array().unwrap() {
        for (file, bytes, hash) in [("file", "bytes", "sha256"), ("tokenizer", "tokenizer_bytes", "tokenizer_sha256")] {
            let content = std::fs::read(Path::new("models").join(model[file].as_str().unwrap())).unwrap();
            assert_eq!(model[bytes], content.len());
            assert_eq!(model[hash], sha256_hex(&content));
        }
        assert!(Path::new("models").join(model["card"].as_str().unwrap()).exists());
    }
}
