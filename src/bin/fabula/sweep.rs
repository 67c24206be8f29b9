//! `fabula sweep`: stories over a grid of settings, on all cores. The same command resumes an interrupted sweep.

use crate::common::{AdapterArguments, ModelArguments, Outcome, hash, library, open, prompts, reference};
use crate::cores::{self, on_all_cores};
use crate::settings::SettingsArguments;
use crate::sweep_file::{self, Part, Protocol};
use clap::Args;
use fabula::engine::{Arithmetic, Engine, Llama};
use fabula::experiment::{DEFAULT_AXES, Grid, Sweeper, Tools, axes};
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// Axes of the grid, separated by commas: NAME=FROM:TO:COUNT or NAME=VALUE,VALUE,...
    #[arg(long, default_value = DEFAULT_AXES)]
    grid: String,
    /// Stories per prompt in each cell of the grid; seeds count up from --seed
    #[arg(long, default_value_t = 8)]
    seeds: u32,
    /// Text file with one prompt per line; blank lines are skipped [default: the single prompt of --prompt]
    #[arg(long, conflicts_with = "prompt")]
    prompts: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(flatten)]
    adapter: AdapterArguments,
    /// File to write: .csv (numbers only), .jsonl or .parquet (texts too). If interrupted, run the same command again to resume
    #[arg(long)]
    out: PathBuf,
    /// Write only part I of N (I/N), for example on several machines; join the parts with `fabula merge`
    #[arg(long, default_value = "1/1", value_parser = part)]
    shard: (usize, usize),
    /// Number of cores to use [default: all]
    #[arg(long)]
    threads: Option<usize>,
    /// Reference file written by `fabula reference` [default: the one next to the model]
    #[arg(long)]
    reference: Option<PathBuf>,
    /// Library file written by `fabula index` [default: the one next to the model]
    #[arg(long)]
    library: Option<PathBuf>,
    /// Leave out the numbers that need the library. This saves the second or two that opening it takes
    #[arg(long, conflicts_with = "library")]
    no_library: bool,
}

fn part(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    let fits = numbers.filter(|&(part, of): &(usize, usize)| (1..=of).contains(&part));
    fits.ok_or_else(|| "a part is I/N, two integers with I from 1 to N".into())
}

pub fn run(arguments: Arguments) -> Outcome {
    let (mut base, link) = arguments.settings.settings()?;
    let axes = axes(&arguments.grid)?;
    let prompts = arguments.prompts.as_deref().map(prompts).transpose()?.unwrap_or_default();
    let (mut engine, tokenizer, model) = open(&arguments.model, Arithmetic::Auto)?;
    let adapter = arguments.adapter.open(&model.info)?;
    arguments.adapter.set(adapter.as_ref(), &mut base, link.is_some())?;
    let texts = arguments.adapter.texts(&model.info)?;
    let grid = Grid { base, axes, prompts, seeds: arguments.seeds };
    grid.check()?;
    if let Some(adapter) = &adapter {
        engine.load_adapter(adapter);
    }
    grid.check_prompts(&tokenizer, &model.info, Engine::context(&engine))?;
    if let (Some(named), None) = (&grid.base.adapter, &adapter)
        && grid.axes.iter().any(|axis| axis.name == "strength")
    {
        return Err(format!("this link needs the adapter {}; give its folder with --adapter", named.id).into());
    }
    let reference = reference(arguments.reference.as_deref(), &arguments.model.model, &model.info)?;
    let library = match arguments.no_library {
        true => None,
        false => library(arguments.library.as_deref(), &arguments.model.model)?,
    };
    let model_path = &arguments.model.model;
    let protocol = Protocol {
        grid: grid.clone(),
        model: model.info.id(),
        engine: fabula::engine::ENGINE_REVISION,
        reference: hash(reference.is_some(), arguments.reference.as_deref(), model_path, "reference.json")?,
        library: hash(library.is_some(), arguments.library.as_deref(), model_path, "library.fabulib")?,
        adapter_texts: match (&arguments.adapter.adapter, &texts) {
            (Some(path), Some(texts)) => (
                hash(texts.reference.is_some(), None, path, "reference.json")?,
                hash(texts.library.is_some(), None, path, "library.fabulib")?,
            ),
            _ => (None, None),
        },
        shard: arguments.shard,
    };
    let mut part = Part::open(&arguments.out, &protocol)?;
    let done = part.done();
    let runs: Vec<usize> = protocol.runs().skip(done).collect();
    let total = done + runs.len();
    if done > 0 {
        eprintln!("fabula: resuming; {done} of {total} stories are already written");
    }
    let threads = cores::engines(arguments.threads, runs.len().div_ceil(Sweeper::TOGETHER));
    let mut engines = vec![engine];
    while engines.len() < threads {
        let mut engine = open(&arguments.model, Arithmetic::Auto)?.0;
        if let Some(adapter) = &adapter {
            engine.load_adapter(adapter);
        }
        engines.push(engine);
    }
    let tools = Tools {
        tokenizer: &tokenizer,
        model: &model.info,
        reference: reference.as_ref(),
        library: library.as_ref(),
        texts: texts.as_ref(),
    };
    let write = |mut engine: Llama, runs: &cores::Runs, give: &dyn Fn(usize, _)| {
        let mut sweeper = Sweeper::new(&grid, tools);
        loop {
            while sweeper.has_room() {
                let Some(run) = runs.next() else { break };
                sweeper.begin(&mut engine, run)?;
            }
            if sweeper.is_empty() || runs.failed() {
                return Ok(());
            }
            if let Some(row) = sweeper.step(&mut engine)? {
                give(row.run, row);
            }
        }
    };
    on_all_cores(engines, &runs, total, write, |row| part.write(&row))?;
    part.finish()?;
    eprintln!("fabula: {total} stories in {}", arguments.out.display());
    Ok(())
}

#[derive(Args)]
pub struct MergeArguments {
    /// Files written by `fabula sweep --shard`, with their .protocol.json next to them
    #[arg(required = true)]
    parts: Vec<PathBuf>,
    /// File to write, in the format of the parts
    #[arg(long)]
    out: PathBuf,
}

pub fn merge(arguments: MergeArguments) -> Outcome {
    sweep_file::merge(&arguments.parts, &arguments.out)
}
