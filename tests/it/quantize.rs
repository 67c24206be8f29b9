//! What `fabula quantize` makes of a checkpoint is known to the byte. The checkpoint (18 MB) is not part of this repository: the test is skipped
//! where it is missing.

use crate::skip::skip;
use fabula::model::{Precision, quantize, sha256_hex};
use std::path::Path;

/// The file that was made of the first run's checkpoint when it was new.
const FIRST: &str = "0983b1ba146e7b406268ceb668633f3e4122ea4db84a25685820cac30a57687b";

#[test]
fn a_checkpoint_always_makes_the_same_file() {
    let checkpoint = Path::new("../shared/model");
    if !checkpoint.join("model.safetensors").exists() {
        return skip("no training checkpoint in ../shared/model");
    }
    let made = quantize(checkpoint, "fable-9m", Precision::Q8_0).unwrap();
    assert_eq!(sha256_hex(&made), FIRST);
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
