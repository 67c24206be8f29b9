//! `fabula generate`

use crate::common::{AdapterArguments, ModelArguments, Outcome, library, open, reference, text};
use crate::settings::SettingsArguments;
use crate::terminal::{shown, story};
use clap::Args;
use fabula::engine::{Arithmetic, Engine};
use fabula::link::{self, Verdict};
use fabula::metrics::EarlierStories;
use fabula::reading::{Scorer, by_name, percentiles};
use fabula::story::{Generation, Writer};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(flatten)]
    adapter: AdapterArguments,
    /// Text file with an earlier story, to measure session novelty (needs --json); may be repeated
    #[arg(long, requires = "json")]
    earlier: Vec<PathBuf>,
    /// Reference file written by `fabula reference` (needs --json) [default: the one next to the model]
    #[arg(long, requires = "json")]
    reference: Option<PathBuf>,
    /// Library file written by `fabula index`, to measure novelty (needs --json). Opening it takes a second or two, so there is no default
    #[arg(long, requires = "json")]
    library: Option<PathBuf>,
    /// Print one JSON object instead of the story
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    generation: &'a Generation,
    /// Every number by name, including those that need the library or a second reading; see [`Scorer::score_story`].
    numbers: Map<String, Value>,
    /// Their percentiles among human passages of this length.
    percentiles: BTreeMap<String, f64>,
    prompt_tokens: usize,
    link: String,
    seconds: f64,
    tokens_per_second: Option<f64>,
}

pub fn run(arguments: Arguments) -> Outcome {
    let (mut engine, tokenizer, model) = open(&arguments.model, Arithmetic::Auto)?;
    let reference = reference(arguments.reference.as_deref(), &arguments.model.model, &model.info)?;
    let earlier = arguments.earlier.iter().map(|path| text(path)).collect::<Result<Vec<_>, _>>()?;
    let earlier = EarlierStories::new(&earlier);
    let (mut settings, link) = arguments.settings.settings()?;
    let adapter = arguments.adapter.open(&model.info)?;
    arguments.adapter.set(adapter.as_ref(), &mut settings, link.is_some())?;
    if let Some(adapter) = &adapter {
        engine.load_adapter(adapter);
    }

    let mut out = std::io::stdout().lock();
    let start = Instant::now();
    let prompt = settings.prompt.clone();
    let mut writer = Writer::new(&mut engine as &mut dyn Engine, &tokenizer, &model.info, settings)?;
    let prompt_tokens = writer.prompt_tokens();
    if !arguments.json {
        write!(out, "{}", story(&prompt))?;
    }
    let first = Instant::now();
    let mut printed = 0;
    while let Some(written) = writer.step()? {
        if !arguments.json {
            printed += written.text.len();
            write!(out, "{}", story(&written.text))?;
            out.flush()?;
        }
    }
    let decoding = first.elapsed().as_secs_f64();
    let generation = writer.finish(&earlier, reference.as_ref());
    let seconds = start.elapsed().as_secs_f64();
    let verdict =
        link.and_then(|link| link::verdict(&link, &generation.digest, &generation.model, generation.engine_revision));
    if arguments.json {
        let texts = arguments.adapter.texts(&model.info)?;
        let library = match &arguments.library {
            Some(path) => library(Some(path), &arguments.model.model)?,
            None => None,
        };
        let mut scorer = Scorer {
            engine: &mut engine,
            tokenizer: &tokenizer,
            model: &model.info,
            reference: reference.as_ref(),
            library: library.as_ref(),
        };
        let (mut numbers, mut placed) = scorer.score_story(&generation, texts.as_ref())?;
        // Only these metrics know the earlier stories.
        let mut of_session = by_name(&generation.metrics);
        if let Some(reference) = &reference {
            placed.extend(percentiles(&of_session, generation.token_ids.len(), reference));
        }
        numbers.append(&mut of_session);
        let count = generation.token_ids.len() as f64;
        let report = Report {
            link: link::of(&generation),
            generation: &generation,
            numbers,
            percentiles: placed,
            prompt_tokens,
            seconds,
            tokens_per_second: (count > 0.0 && decoding > 0.0).then(|| count / decoding),
        };
        serde_json::to_writer(&mut out, &report)?;
    } else {
        // The replacement for a character that the story ended in the middle of.
        write!(out, "{}", story(generation.text.get(printed..).unwrap_or_default()))?;
    }
    writeln!(out)?;
    match verdict {
        Some(Verdict { same: true, text }) => eprintln!("fabula: {}", shown(&text)),
        Some(Verdict { same: false, text }) => return Err(text.into()),
        None => {}
    }
    Ok(())
}
