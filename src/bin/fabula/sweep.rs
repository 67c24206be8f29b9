//! `fabula sweep`: stories over a grid of settings, on all cores, to be gone on with where it was broken off.

use crate::common::{AdapterArguments, ModelArguments, Outcome, beside, library, open, read, reference, text};
use crate::settings::SettingsArguments;
use crate::sweep_file::{self, Part, Protocol};
use clap::Args;
use fabula::engine::{Arithmetic, Llama};
use fabula::experiment::{Grid, Row, Sweeper, Tools, USUAL_AXES, axes};
use fabula::model::sha256_hex;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Instant;

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// What is swept: NAME=FROM:TO:COUNT or NAME=VALUE,VALUE,... separated by commas
    #[arg(long, default_value = USUAL_AXES)]
    grid: String,
    /// Stories of each cell; their seeds count up from --seed
    #[arg(long, default_value_t = 8)]
    seeds: u32,
    /// Prompts, one a line: every cell has so many stories of each. Empty lines are left out
    #[arg(long, conflicts_with = "prompt")]
    prompts: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(flatten)]
    adapter: AdapterArguments,
    /// File to write: .csv (numbers), .jsonl or .parquet (the texts too). Where it was begun before, by the same command, it is gone on with
    #[arg(long)]
    out: PathBuf,
    /// Only the i-th of n parts, I/N from 1: for several machines, whose parts `fabula merge` joins
    #[arg(long, default_value = "1/1", value_parser = part)]
    shard: (usize, usize),
    /// Cores to use; all if not given
    #[arg(long)]
    threads: Option<usize>,
    /// Reference file; the one beside the model if not given
    #[arg(long)]
    reference: Option<PathBuf>,
    /// Library file; the one beside the model if not given
    #[arg(long)]
    library: Option<PathBuf>,
    /// Leave out the numbers that need the library, which takes seconds to open
    #[arg(long, conflicts_with = "library")]
    no_library: bool,
}

fn part(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    let fits = numbers.filter(|&(part, of): &(usize, usize)| (1..=of).contains(&part));
    fits.ok_or_else(|| "a part is I/N, two whole numbers with I from 1 to N".into())
}

/// What all cores share.
struct Work<'a> {
    grid: &'a Grid,
    tools: Tools<'a>,
    /// Runs that are to be written.
    runs: &'a [usize],
    next: AtomicUsize,
    failed: AtomicBool,
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
    grid.base.check_tokens(model.info.shape.vocabulary)?;
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
        reference: hash(reference.as_ref(), arguments.reference.as_deref(), model_path, "reference.json")?,
        library: hash(library.as_ref(), arguments.library.as_deref(), model_path, "library.fabulib")?,
        adapter_texts: match (&arguments.adapter.adapter, &texts) {
            (Some(path), Some(texts)) => (
                hash(texts.reference.as_ref(), None, path, "reference.json")?,
                hash(texts.library.as_ref(), None, path, "library.fabulib")?,
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
        eprintln!("fabula: {done} of {total} stories were there already");
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.unwrap_or(cores).clamp(1, runs.len().div_ceil(Sweeper::TOGETHER).max(1));
    let mut engines = vec![engine];
    while engines.len() < threads {
        let mut engine = open(&arguments.model, Arithmetic::Auto)?.0;
        if let Some(adapter) = &adapter {
            engine.load_adapter(adapter);
        }
        engines.push(engine);
    }
    let work = Work {
        grid: &grid,
        tools: Tools {
            tokenizer: &tokenizer,
            model: &model.info,
            reference: reference.as_ref(),
            library: library.as_ref(),
            texts: texts.as_ref(),
        },
        runs: &runs,
        next: AtomicUsize::new(0),
        failed: AtomicBool::new(false),
    };
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for engine in engines {
            let (work, sender) = (&work, sender.clone());
            scope.spawn(move || {
                if let Err(error) = work.write(engine, &sender) {
                    work.failed.store(true, Ordering::Relaxed);
                    // The other end is gone only if it failed itself.
                    let _ = sender.send(Err(error.to_string()));
                }
            });
        }
        drop(sender);
        let written = collect(&runs, receiver, &mut part, total);
        work.failed.store(written.is_err(), Ordering::Relaxed);
        written
    })?;
    part.finish()?;
    eprintln!("fabula: {total} stories in {}", arguments.out.display());
    Ok(())
}

#[derive(Args)]
pub struct MergeArguments {
    /// Files that `fabula sweep --shard` has written, with their protocols beside them
    #[arg(required = true)]
    parts: Vec<PathBuf>,
    /// File to write
    #[arg(long)]
    out: PathBuf,
}

pub fn merge(arguments: MergeArguments) -> Outcome {
    sweep_file::merge(&arguments.parts, &arguments.out)
}

/// The lines of a file that hold something.
fn prompts(path: &Path) -> Outcome<Vec<String>> {
    let text = text(path)?;
    let prompts: Vec<String> = text.lines().filter(|line| !line.trim().is_empty()).map(str::to_string).collect();
    if prompts.is_empty() {
        return Err(format!("{}: it holds no prompt; write one a line", path.display()).into());
    }
    Ok(prompts)
}

/// First digits of the SHA-256 of a file that is used: numbers stand on it.
fn hash<T>(used: Option<T>, given: Option<&Path>, model: &Path, name: &str) -> Outcome<Option<String>> {
    let path = beside(given, model, name).filter(|_| used.is_some());
    path.map(|path| Ok(sha256_hex(&read(&path)?)[..8].to_string())).transpose()
}

/// Writes rows in the order of the runs, however they come.
fn collect(
    runs: &[usize],
    receiver: std::sync::mpsc::Receiver<Result<Row, String>>,
    part: &mut Part,
    total: usize,
) -> Outcome {
    let start = Instant::now();
    let mut told = start;
    let mut early: BTreeMap<usize, Row> = BTreeMap::new();
    let mut awaited = runs.iter();
    let mut next = awaited.next();
    let mut count = 0;
    for row in receiver {
        let row = row?;
        early.insert(row.run, row);
        count += 1;
        while let Some(row) = next.and_then(|run| early.remove(run)) {
            part.write(&row)?;
            next = awaited.next();
        }
        if told.elapsed().as_secs() >= 2 {
            told = Instant::now();
            let left = start.elapsed().as_secs_f64() / f64::from(count) * (runs.len() - count as usize) as f64;
            eprintln!("fabula: {} of {total} stories, {left:.0} s left", total - runs.len() + count as usize);
        }
    }
    Ok(())
}

impl Work<'_> {
    /// Takes runs until there are no more.
    fn write(&self, mut engine: Llama, sender: &Sender<Result<Row, String>>) -> Outcome {
        let mut sweeper = Sweeper::new(self.grid, self.tools);
        loop {
            while sweeper.has_room() && !self.failed.load(Ordering::Relaxed) {
                let Some(&run) = self.runs.get(self.next.fetch_add(1, Ordering::Relaxed)) else { break };
                sweeper.begin(&mut engine, run)?;
            }
            if sweeper.is_empty() || self.failed.load(Ordering::Relaxed) {
                return Ok(());
            }
            if let Some(row) = sweeper.step(&mut engine)?
                && sender.send(Ok(row)).is_err()
            {
                return Ok(());
            }
        }
    }
}
