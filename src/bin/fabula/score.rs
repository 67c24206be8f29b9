//! `fabula score`: every number of every text.

use crate::common::{ModelArguments, Outcome, Output, library, lines, open, reference};
use clap::Args;
use fabula::engine::Arithmetic;
use fabula::reading::{Scorer, by_name, percentiles};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// File with one text per line: {"id", "text", "prompt"?}. A text begins exactly where its prompt ends, including the space
    /// between them
    #[arg(long)]
    input: PathBuf,
    /// File to write, one line per text: {"id", "metrics": {name: number or null}, "percentiles": {name: share of human passages
    /// below}}
    #[arg(long)]
    output: PathBuf,
    /// Reference file written by `fabula reference` [default: the one next to the model]
    #[arg(long)]
    reference: Option<PathBuf>,
    /// Library file written by `fabula index` [default: the one next to the model]
    #[arg(long)]
    library: Option<PathBuf>,
}

#[derive(serde::Deserialize)]
struct Line {
    id: Value,
    #[serde(deserialize_with = "fabula::model::plain_string")]
    text: String,
    #[serde(default, deserialize_with = "fabula::model::plain_option")]
    prompt: Option<String>,
}

#[derive(serde::Serialize)]
struct Scored {
    id: Value,
    metrics: Map<String, Value>,
    /// For the metrics in the reference; empty without one.
    percentiles: BTreeMap<String, f64>,
}

pub fn run(arguments: Arguments) -> Outcome {
    let texts: Vec<Line> = lines(&arguments.input)?;
    if texts.is_empty() {
        return Err(format!("{}: the file has no texts", arguments.input.display()).into());
    }
    let (mut engine, tokenizer, model) = open(&arguments.model, Arithmetic::Auto)?;
    let reference = reference(arguments.reference.as_deref(), &arguments.model.model, &model.info)?;
    let library = library(arguments.library.as_deref(), &arguments.model.model)?;
    let mut out = Output::create(&arguments.output, &[&arguments.input])?;
    let mut scorer = Scorer {
        engine: &mut engine,
        tokenizer: &tokenizer,
        model: &model.info,
        reference: reference.as_ref(),
        library: library.as_ref(),
    };
    for Line { id, text, prompt } in texts {
        let scores = scorer.score(prompt.as_deref().unwrap_or_default(), &text);
        let scores = scores.map_err(|error| format!("{}: text {id}: {error}", arguments.input.display()))?;
        let metrics = by_name(&scores);
        let percentiles = reference
            .as_ref()
            .map(|reference| percentiles(&metrics, scores.metrics.tokens, reference))
            .unwrap_or_default();
        serde_json::to_writer(&mut out, &Scored { id, metrics, percentiles })?;
        writeln!(out)?;
    }
    out.finish()
}
