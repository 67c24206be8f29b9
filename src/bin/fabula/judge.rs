//! `fabula judge`: the model judges its own stories, against a choice at random; on all cores, to be gone on with where it was
//! broken off.

use crate::common::{ModelArguments, Outcome, hash, library, open, prompts, reference};
use crate::cores::{self, on_all_cores};
use crate::judge_file::{Made, Record};
use crate::settings::SettingsArguments;
use clap::{Args, Subcommand};
use fabula::engine::{Arithmetic, ENGINE_REVISION, Llama};
use fabula::experiment::judge::{Bench, Method, Protocol, Weights};
use fabula::library::NoveltySource;
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    way: Way,
}

#[derive(Subcommand)]
enum Way {
    /// Write some drafts of each story, and take the best by score
    ///
    /// The control takes one of the same drafts at random.
    BestOf {
        /// Drafts of each story; their seeds count up
        #[arg(long, default_value_t = 8)]
        drafts: u32,
        #[command(flatten)]
        common: Common,
    },
    /// Write the weakest sentence of each story anew some times, keep the best, and so on
    ///
    /// The weakest sentence is the one with the least contextual gain. What comes after it stays as it was. The control has the
    /// same rounds and redrafts, but takes one at random.
    Revise {
        /// Redrafts of a sentence
        #[arg(long, default_value_t = 6)]
        redrafts: u32,
        /// Rounds at most
        #[arg(long, default_value_t = 4)]
        rounds: u32,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Args)]
struct Common {
    #[command(flatten)]
    model: ModelArguments,
    /// Text file of prompts, one a line; empty lines do not count. Without it, the one of --prompt
    #[arg(long, conflicts_with = "prompt")]
    prompts: Option<PathBuf>,
    /// Stories of each prompt
    #[arg(long, default_value_t = 4)]
    seeds: u32,
    /// How much each part of the score counts, 0 to 1; those not named count nothing
    #[arg(long, default_value = "coherence=1,novelty=1,relevance=1", value_parser = weights)]
    weights: Weights,
    #[command(flatten)]
    settings: SettingsArguments,
    /// File to write (.jsonl): every draft and round. One that the same command began is continued
    #[arg(long)]
    out: PathBuf,
    /// Print what was found as one JSON object instead of sentences
    #[arg(long)]
    json: bool,
    /// Cores to use; all if not given
    #[arg(long)]
    threads: Option<usize>,
    /// Reference file; the one beside the model if not given
    #[arg(long)]
    reference: Option<PathBuf>,
    /// Library file; the one beside the model if not given
    #[arg(long)]
    library: Option<PathBuf>,
    /// Leave novelty and all else out that needs the library, which takes seconds to open
    #[arg(long, conflicts_with = "library")]
    no_library: bool,
}

fn weights(text: &str) -> Result<Weights, String> {
    Weights::parse(text).map_err(|error| error.to_string())
}

pub fn run(arguments: Arguments) -> Outcome {
    let (method, common) = match arguments.way {
        Way::BestOf { drafts, common } => (Method::BestOf { drafts }, common),
        Way::Revise { redrafts, rounds, common } => (Method::Revise { redrafts, rounds }, common),
    };
    let prompts = common.prompts.as_deref().map(prompts).transpose()?.unwrap_or_default();
    let (base, _) = common.settings.settings()?;
    let protocol = Protocol { base, prompts, seeds: common.seeds, weights: common.weights, method };
    let (engine, tokenizer, model) = open(&common.model, Arithmetic::Auto)?;
    let path = &common.model.model;
    let reference = reference(common.reference.as_deref(), path, &model.info)?;
    let reference = reference.ok_or(
        "a story is judged against people's passages, and there is no reference.json beside the model; make one with `fabula reference`, or name it with --reference",
    )?;
    let library = match common.no_library {
        true => None,
        false => library(common.library.as_deref(), path)?,
    };
    let bench = || Bench {
        tokenizer: &tokenizer,
        model: &model.info,
        reference: &reference,
        library: library.as_ref().map(|library| library as &dyn NoveltySource),
    };
    protocol.check(&bench(), fabula::engine::Engine::context(&engine))?;
    let made = Made {
        protocol: protocol.clone(),
        model: model.info.id(),
        engine: ENGINE_REVISION,
        reference: hash(true, common.reference.as_deref(), path, "reference.json")?,
        library: hash(library.is_some(), common.library.as_deref(), path, "library.fabulib")?,
    };
    let mut record = Record::open(&common.out, &made)?;
    let (done, total) = (record.done(), protocol.items());
    if done > 0 {
        eprintln!("fabula: {done} of {total} stories were there already");
    }
    let items: Vec<usize> = (done..total).collect();
    let threads = cores::engines(common.threads, items.len());
    let mut engines = vec![engine];
    while engines.len() < threads {
        engines.push(open(&common.model, Arithmetic::Auto)?.0);
    }
    let judge = |mut engine: Llama, items: &cores::Runs, give: &dyn Fn(usize, _)| {
        while let Some(item) = items.next() {
            let mut judging = protocol.begin(bench(), item)?;
            while judging.step(&mut engine)? {
                if items.failed() {
                    return Ok(());
                }
            }
            give(item, judging.finish().ok_or("a story was not finished")?);
        }
        Ok(())
    };
    on_all_cores(engines, &items, total, judge, |judgement| record.write(&judgement))?;
    eprintln!("fabula: {total} stories in {}", common.out.display());
    record.finish(made)?.print(common.json)
}
