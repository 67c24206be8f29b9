//! The program as a user meets it: what it prints, and how it fails.

use serde_json::Value;
use std::process::{Command, Output};

const MODEL: &str = "models/fable-9m/fable-9m-q8_0.gguf";

fn fabula(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fabula")).args(arguments).output().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = fabula(&[&["generate", "--model", MODEL, "--json"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// One line on stderr that contains `word`, nothing on stdout, and a failure.
fn refuses(arguments: &[&str], word: &str) {
    let output = fabula(arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{arguments:?}");
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(message.starts_with("fabula: ") && message.contains(word), "{message}");
    assert!(output.stdout.is_empty());
}

#[test]
fn json_has_what_was_promised() {
    let report =
        json(&["--prompt", "The king", "--temperature", "0.8", "--top-p", "0.95", "--seed", "42", "--tokens", "16"]);
    for field in ["text", "token_ids", "surprisal_bits", "digest", "metrics", "settings", "model", "seconds", "link"] {
        assert!(!report[field].is_null(), "{field}");
    }
    assert_eq!(report["token_ids"].as_array().unwrap().len(), 16);
    assert_eq!(report["surprisal_bits"].as_array().unwrap().len(), 16);
    assert_eq!(report["settings"]["temperature"], 0.8);
    assert!(report["metrics"]["session_novelty"].is_null(), "there is no earlier story");
}

#[test]
fn without_json_it_prints_prompt_and_story() {
    let output = fabula(&["generate", "--model", MODEL, "--prompt", "The king", "--tokens", "16"]);
    let report = json(&["--prompt", "The king", "--tokens", "16"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("The king{}\n", report["text"].as_str().unwrap()));
}

#[test]
fn an_earlier_story_is_compared() {
    let folder = std::env::temp_dir().join(format!("fabula-earlier-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("story.txt");
    let first = json(&["--tokens", "32"]);
    std::fs::write(&file, first["text"].as_str().unwrap()).unwrap();
    let again = json(&["--tokens", "32", "--earlier", file.to_str().unwrap()]);
    assert_eq!(again["metrics"]["session_novelty"], 0.0);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn perplexity_measures_text_and_documents() {
    let folder = std::env::temp_dir().join(format!("fabula-perplexity-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (text, lines) = (folder.join("text.txt"), folder.join("text.jsonl"));
    let document = "Once upon a time there was a king who had three daughters. ".repeat(50);
    std::fs::write(&text, &document).unwrap();
    let line = serde_json::json!({ "text": document, "title": "A king" }).to_string();
    std::fs::write(&lines, format!("{line}\n\n{line}\n")).unwrap();
    let measure = |file: &std::path::Path| -> Value {
        let output = fabula(&["perplexity", "--model", MODEL, "--json", file.to_str().unwrap()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (one, two) = (measure(&text), measure(&lines));
    assert_eq!((&one["documents"], &one["windows"], &one["bytes"]), (&1.into(), &2.into(), &document.len().into()));
    assert_eq!(two["tokens"].as_u64(), one["tokens"].as_u64().map(|tokens| 2 * tokens));
    let number = |report: &Value, field: &str| report[field].as_f64().unwrap();
    assert!((number(&one, "bits_per_byte") - number(&two, "bits_per_byte")).abs() < 1e-9);
    assert!((number(&one, "perplexity").log2() - number(&one, "bits_per_token")).abs() < 1e-9);
    assert!(number(&one, "bits_per_byte") < 1.0, "the text repeats itself");
    let output = fabula(&["perplexity", "--model", MODEL, "--precision", "f32", "--json", text.to_str().unwrap()]);
    let floats: Value = serde_json::from_slice(&output.stdout).unwrap();
    let change = number(&floats, "bits_per_byte") / number(&one, "bits_per_byte");
    assert!(change != 1.0 && (change - 1.0).abs() < 0.05, "{change}");
    let table = fabula(&["perplexity", "--model", MODEL, text.to_str().unwrap()]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("bits per byte") && table.contains("perplexity"), "{table}");
    std::fs::write(&text, "").unwrap();
    refuses(&["perplexity", "--model", MODEL, text.to_str().unwrap()], "no text");
    std::fs::write(&lines, format!("{line}\n{{\"title\": 1}}\n")).unwrap();
    refuses(&["perplexity", "--model", MODEL, lines.to_str().unwrap()], "line 2");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn mistakes_end_with_one_clear_line() {
    refuses(&["generate", "--modle", MODEL], "--modle");
    refuses(&["generate"], "--model");
    refuses(&["generate", "--model", "no/such/file.gguf"], "no/such/file.gguf");
    refuses(&["generate", "--model", "Cargo.toml"], "GGUF");
    refuses(&["generate", "--model", MODEL, "--tokenizer", "Cargo.toml"], "tokenizer");
    refuses(&["generate", "--model", MODEL, "--temperature", "3"], "temperature");
    refuses(&["generate", "--model", MODEL, "--temperature", "-1"], "temperature");
    refuses(&["generate", "--model", MODEL, "--seed", "-1"], "seed");
    refuses(&["generate", "--model", MODEL, "--temperature", "warm"], "warm");
    refuses(&["generate", "--model", MODEL, "--top-p", "0"], "top-p");
    refuses(&["generate", "--model", MODEL, "--tokens", "0"], "length");
    refuses(&["generate", "--model", MODEL, "--prompt", &"x1 ".repeat(600)], "prompt");
    refuses(&["quantize", "no/such/folder", "out.gguf", "--name", "x"], "no/such/folder");
    refuses(&["perplexity", "--model", MODEL, "no/such/text.txt"], "no/such/text.txt");
    refuses(&["generate", "--model", "src"], "config.json");
    refuses(&["frobnicate"], "frobnicate");
}

#[test]
fn a_cut_model_file_is_named() {
    let file = std::env::temp_dir().join(format!("fabula-cut-{}.gguf", std::process::id()));
    let whole = std::fs::read(MODEL).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    refuses(
        &["generate", "--model", file.to_str().unwrap(), "--tokenizer", "models/fable-9m/tokenizer.json"],
        "ends before",
    );
    std::fs::remove_file(&file).unwrap();
}
