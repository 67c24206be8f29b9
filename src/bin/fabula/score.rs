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
    /// Texts, one a line: {"id", "text", "prompt"?}; a text goes on exactly where its prompt ends, the space between included
    #[arg(long)]
    input: PathBuf,
    /// Scores, one a line: {"id", "metrics": {name: number or null}, "percentiles": {name: share of people's passages below}}
    #[arg(long)]
    output: PathBuf,
    /// Reference file, as `fabula reference` writes it; the one beside the model if not given
    #[arg(long)]
    reference: Option<PathBuf>,
    /// Library file, as `fabula index` writes it; the one beside the model if not given
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
    /// Of what the reference knows; empty without one.
    percentiles: BTreeMap<String, f64>,
}

pub fn run(arguments: Arguments) -> Outcome {
    let texts: Vec<Line> = lines(&arguments.input)?;
    if texts.is_empty() {
        return Err(format!("{}: it holds no texts", arguments.input.display()).into());
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
