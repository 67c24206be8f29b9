//! `fabula judge`: the model judges its own stories, compared with a random choice. Uses all cores; the same command resumes.

use crate::common::{ModelArguments, Outcome, hash, library, open, prompts, reference};
use crate::cores::{self, on_all_cores};
use crate::judge_file::{Made, Record};
use crate::settings::SettingsArguments;
use clap::{Args, Subcommand};
use fabula::engine::{Arithmetic, ENGINE_REVISION, Llama};
use fabula::experiment::judge::{Bench, Method, Protocol, Step, Weights};
use fabula::library::NoveltySource;
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    way: Way,
}

#[derive(Subcommand)]
enum Way {
    /// Write several drafts of each story and keep the one with the best score
    ///
    /// The control keeps one of the same drafts at random.
    BestOf {
        /// Drafts per story, with consecutive seeds
        #[arg(long, default_value_t = 8)]
        drafts: u32,
        #[command(flatten)]
        common: Common,
    },
    /// Rewrite the weakest sentence of each story several times, keep the best version, and repeat
    ///
    /// The weakest sentence is the one with the least contextual gain. The text after it stays unchanged. The control does the same
    /// rounds and redrafts, but keeps one version at random.
    Revise {
        /// Redrafts per sentence
        #[arg(long, default_value_t = 6)]
        redrafts: u32,
        /// Maximum number of rounds
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
    /// Text file with one prompt per line; blank lines are skipped [default: the single prompt of --prompt]
    #[arg(long, conflicts_with = "prompt")]
    prompts: Option<PathBuf>,
    /// Stories per prompt
    #[arg(long, default_value_t = 4)]
    seeds: u32,
    /// Weight of each part of the score, 0 to 1; parts not named count 0
    #[arg(long, default_value = "coherence=1,novelty=1,relevance=1", value_parser = weights)]
    weights: Weights,
    #[command(flatten)]
    settings: SettingsArguments,
    /// File to write (.jsonl), with every draft and round. If interrupted, run the same command again to resume
    #[arg(long)]
    out: PathBuf,
    /// Print the findings as one JSON object instead of sentences
    #[arg(long)]
    json: bool,
    /// Number of cores to use [default: all]
    #[arg(long)]
    threads: Option<usize>,
    /// Reference file written by `fabula reference` [default: the one next to the model]
    #[arg(long)]
    reference: Option<PathBuf>,
    /// Library file written by `fabula index` [default: the one next to the model]
    #[arg(long)]
    library: Option<PathBuf>,
    /// Leave out novelty and the other numbers that need the library. This saves the second or two that opening it takes
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
        "judging needs a reference of human passages, and there is no reference.json next to the model; make one with `fabula reference`, or give one with --reference",
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
        eprintln!("fabula: resuming; {done} of {total} stories are already written");
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
            while judging.step(&mut engine)? != Step::Done {
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
