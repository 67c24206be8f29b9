//! `fabula perplexity`

use crate::common::{AdapterArguments, ModelArguments, Outcome, lines, open, text};
use crate::terminal::shown;
use clap::{Args, ValueEnum};
use fabula::engine::{Arithmetic, Engine};
use fabula::reading::Perplexity;
use fabula::story::{AdapterSetting, Settings};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    #[command(flatten)]
    adapter: AdapterArguments,
    /// Text file with one document, or .jsonl file with one document per line in the field "text"
    file: PathBuf,
    /// Number format to compute in; `generate` uses auto
    #[arg(long, value_enum, default_value = "auto")]
    precision: ArithmeticName,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum ArithmeticName {
    /// 32-bit floats for matrices that the file stores as floats, 8-bit integers for the others
    Auto,
    /// 32-bit floats
    F32,
    /// 8-bit integers
    Int8,
}

/// What `perplexity --json` prints.
#[derive(Serialize)]
struct PerplexityReport {
    #[serde(flatten)]
    sums: Perplexity,
    bits_per_token: f64,
    bits_per_byte: f64,
    perplexity: f64,
    model: String,
    /// `NAME@HASH8` and strength, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    adapter: Option<AdapterSetting>,
    seconds: f64,
}

pub fn run(arguments: Arguments) -> Outcome {
    let documents = documents(&arguments.file)?;
    let arithmetic = match arguments.precision {
        ArithmeticName::Auto => Arithmetic::Auto,
        ArithmeticName::F32 => Arithmetic::Float,
        ArithmeticName::Int8 => Arithmetic::Integer,
    };
    let (mut engine, tokenizer, model) = open(&arguments.model, arithmetic)?;
    let adapter = arguments.adapter.open(&model.info)?;
    let mut settings = Settings::default();
    arguments.adapter.set(adapter.as_ref(), &mut settings, false)?;
    if let Some(adapter) = &adapter {
        engine.load_adapter(adapter);
    }
    engine.adapt(settings.adapter())?;
    let start = Instant::now();
    let mut sums = Perplexity::default();
    for document in &documents {
        sums.add(document, &mut engine, &tokenizer, &model.info)?;
    }
    if sums.tokens == 0 {
        return Err(format!("{}: the file has no text to predict", arguments.file.display()).into());
    }
    let report = PerplexityReport {
        bits_per_token: sums.bits_per_token(),
        bits_per_byte: sums.bits_per_byte(),
        perplexity: sums.perplexity(),
        model: model.info.id(),
        adapter: settings.adapter,
        seconds: start.elapsed().as_secs_f64(),
        sums,
    };
    let mut out = std::io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
        return Ok(());
    }
    let Perplexity { documents, windows, tokens, bytes, .. } = sums;
    if let Some(AdapterSetting { id, strength }) = &report.adapter {
        writeln!(out, "{:<15}{id}, strength {strength}", "adapter")?;
    }
    for (what, value) in [
        ("model", report.model),
        ("documents", documents.to_string()),
        ("windows", windows.to_string()),
        ("tokens", tokens.to_string()),
        ("bytes", bytes.to_string()),
        ("bits per token", format!("{:.4}", report.bits_per_token)),
        ("bits per byte", format!("{:.4}", report.bits_per_byte)),
        ("perplexity", format!("{:.3}", report.perplexity)),
    ] {
        writeln!(out, "{what:<15}{}", shown(&value))?;
    }
    Ok(())
}

/// The documents of a file: the whole file, or one per line of a .jsonl file.
fn documents(path: &Path) -> Outcome<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Line {
        #[serde(deserialize_with = "fabula::model::plain_string")]
        text: String,
    }
    if path.extension().is_none_or(|ending| ending != "jsonl") {
        return Ok(vec![text(path)?]);
    }
    Ok(lines::<Line>(path)?.into_iter().map(|line| line.text).collect())
}
