//! `fabula reference`: measures human passages.

use crate::common::{ModelArguments, Outcome, Output, library, lines, open};
use crate::library::{HELD_OUT, Line};
use crate::terminal::shown;
use clap::Args;
use fabula::engine::Arithmetic;
use fabula::metrics::Rarity;
use fabula::model::Tokenizer;
use fabula::reading::{HumanPassage, LENGTHS, Scorer, human_passages, reference};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

/// Written by a machine, so not part of a human reference.
const NOT_HUMAN: &str = "TinyStories";

/// Human passages that were held out of training.
#[derive(Args)]
pub struct HeldOut {
    /// All texts, both trained on and held out, one document per line: {"shelf", "title", "author", "text"}
    #[arg(long)]
    pub texts: PathBuf,
    /// N: every Nth document, starting with the first, was held out of training
    #[arg(long, default_value_t = HELD_OUT)]
    held_out: usize,
    /// Shelf to leave out, because its texts are not by humans; may be repeated
    #[arg(long, default_value = NOT_HUMAN)]
    without: Vec<String>,
    /// Maximum number of passages
    #[arg(long, default_value_t = 600)]
    passages: usize,
}

impl HeldOut {
    /// The passages, evenly from all held-out documents. The documents that were trained on go to `trained`.
    pub fn passages(
        &self,
        tokenizer: &Tokenizer,
        mut trained: impl FnMut(&str) -> Outcome,
    ) -> Outcome<Vec<HumanPassage>> {
        if self.held_out < 2 || self.passages == 0 {
            return Err("--held-out must be 2 or more, and --passages 1 or more".into());
        }
        let mut passages = Vec::new();
        for (index, Line { book, text }) in lines::<Line>(&self.texts)?.into_iter().enumerate() {
            if index % self.held_out > 0 {
                trained(&text)?;
            } else if !self.without.contains(&book.shelf) {
                passages.extend(human_passages(&text, LENGTHS[LENGTHS.len() - 1], tokenizer)?);
            }
        }
        if passages.is_empty() {
            return Err(format!(
                "{}: the held-out documents are too short for a passage; hold out more with a smaller --held-out",
                self.texts.display()
            )
            .into());
        }
        let step = passages.len().div_ceil(self.passages).max(1);
        Ok(passages.into_iter().step_by(step).collect())
    }
}

/// Number of words whose rarity is stored.
const COMMONEST: usize = 500;

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    #[command(flatten)]
    held_out: HeldOut,
    /// Library file written by `fabula index` [default: the one next to the model]
    #[arg(long)]
    library: Option<PathBuf>,
    /// Reference file to write
    #[arg(long)]
    output: PathBuf,
}

pub fn run(arguments: Arguments) -> Outcome {
    let (mut engine, tokenizer, model) = open(&arguments.model, Arithmetic::Auto)?;
    let library = library(arguments.library.as_deref(), &arguments.model.model)?
        .ok_or("novelty needs a library, and there is none next to the model; make one with `fabula index`, or give one with --library")?;
    let mut out = Output::create(&arguments.output, &[&arguments.held_out.texts])?;
    let commonest = library.commonest(COMMONEST).map(|(word, count)| (word.to_string(), count));
    let rarity = Rarity::new(commonest, library.size().2);
    let mut counts = vec![0; tokenizer.vocabulary()];
    let passages = arguments.held_out.passages(&tokenizer, |text| {
        for token in tokenizer.encode(text)? {
            counts[token as usize] += 1;
        }
        Ok(())
    })?;
    let source = format!("{} human passages that were held out of training", passages.len());
    let mut scorer = Scorer {
        engine: &mut engine,
        tokenizer: &tokenizer,
        model: &model.info,
        reference: None,
        library: Some(&library),
    };
    let watched = std::io::stderr().is_terminal();
    let all = passages.len();
    let progress = |done: usize| {
        if watched {
            eprint!("\r{done} of {all} passages");
        }
    };
    let reference = reference(&mut scorer, &passages, counts, rarity, source, progress)?;
    if watched {
        eprintln!();
    }
    writeln!(out, "{}", serde_json::to_string(&reference)?)?;
    out.finish()?;
    writeln!(std::io::stdout(), "{}: {} metrics", shown(&reference.source), reference.quantiles.len())?;
    Ok(())
}
