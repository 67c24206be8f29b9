//! `fabula damage`: human passages, intact and damaged in known ways.

use crate::common::{ModelArguments, Outcome, Output, open};
use crate::reference::HeldOut;
use clap::Args;
use fabula::engine::Arithmetic;
use fabula::reading::{Damage, Original, damage};
use std::io::Write;
use std::path::PathBuf;

/// Lengths of the passages in tokens, in turn.
const LENGTHS: [usize; 3] = [64, 128, 256];

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    #[command(flatten)]
    held_out: HeldOut,
    /// File to write, one text per line: {"id", "kind", "prompt", "text"}
    #[arg(long)]
    output: PathBuf,
}

#[derive(serde::Serialize)]
struct Line<'a> {
    id: String,
    kind: &'a str,
    prompt: &'a str,
    text: &'a str,
}

pub fn run(arguments: Arguments) -> Outcome {
    let (mut engine, tokenizer, model) = open(&arguments.model, Arithmetic::Auto)?;
    let passages = arguments.held_out.passages(&tokenizer, |_| Ok(()))?;
    let mut out = Output::create(&arguments.output, &[&arguments.held_out.texts])?;
    let cut = |index: usize| {
        let tokens = &passages[index].token_ids;
        &tokens[..tokens.len().min(LENGTHS[index % LENGTHS.len()])]
    };
    for (index, passage) in passages.iter().enumerate() {
        let prompt = tokenizer.decode(&passage.prompt);
        let text = tokenizer.decode(cut(index));
        // A passage of the same length from elsewhere.
        let alike = |&other: &usize| other != index && cut(other).len() == cut(index).len();
        let far = index + passages.len() / 2;
        let Some(other) = (far..far + passages.len()).map(|at| at % passages.len()).find(alike) else { continue };
        let other = tokenizer.decode(cut(other));
        let original = Original { prompt: &prompt, text: &text, other: &other, tokens: cut(index).len() as u32 };
        for kind in Damage::ALL {
            let seed = index as u32;
            let damaged = damage(&original, kind, seed, &mut engine, &tokenizer, &model.info)?;
            let Some(text) = damaged else { continue };
            let name = kind.name();
            let line = Line { id: format!("{index} {name}"), kind: &name, prompt: &prompt, text: &text };
            serde_json::to_writer(&mut out, &line)?;
            writeln!(out)?;
        }
    }
    out.finish()
}
