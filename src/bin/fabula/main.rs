//! The command line: reads arguments, calls the library, prints. Every error is one line on stderr.

mod common;
mod cores;
mod damage;
mod findings;
mod generate;
mod judge;
mod judge_file;
mod library;
mod perplexity;
mod reference;
mod rows;
mod score;
mod settings;
mod sweep;
mod sweep_file;
mod terminal;
mod validate;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use fabula::model::{Precision, quantize};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Parser)]
#[command(version, about = "Writes stories with a small transformer, and measures them")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a story
    Generate(generate::Arguments),
    /// Write stories over a grid of settings, and measure each
    ///
    /// Every cell has the same seeds. The same command gives the same rows, on however many cores and in however many parts;
    /// a sweep that was broken off goes on where it was.
    Sweep(sweep::Arguments),
    /// Join the parts of a sweep
    Merge(sweep::MergeArguments),
    /// Say in words what a sweep or a self-evaluation tells: where a number differs, and where it cannot be told
    ///
    /// Every value of an axis of a sweep is held against the lowest by a paired sign-flip test over prompts or seeds, what was judged against its
    /// control by the same over prompts; both with Holm's correction.
    Findings(findings::Arguments),
    /// Let the model judge its own stories, and see whether that helps
    ///
    /// A stated score (coherence, novelty, relevance) chooses; the control chooses at random, with the same compute. Prints what
    /// differs between the two, also in numbers that the score does not contain. What was broken off goes on where it was.
    Judge(judge::Arguments),
    /// Measure how well a model predicts a text
    ///
    /// Each document is cut into windows that do not overlap: each begins with the model's begin token and fills its
    /// context. Every token of the document counts once.
    Perplexity(perplexity::Arguments),
    /// Pack the texts that a model has read into a library, which can be searched
    Index(library::IndexArguments),
    /// Say where the words of a text come from: spans that the library holds too, with their books
    ///
    /// Shown are spans of five words or more, two of them at least not among the library's 200 commonest. Letter case and
    /// punctuation do not count.
    Trace(library::TraceArguments),
    /// Measure texts: novelty, coherence, surprise
    Score(score::Arguments),
    /// Measure human passages that were held out of training, for the numbers of stories to be held against
    Reference(reference::Arguments),
    /// Write human passages that were held out of training, and the same damaged in known ways
    Damage(damage::Arguments),
    /// Hold every number against people's ratings, or against damage done to texts
    Validate(validate::Arguments),
    /// Turn a Hugging Face Llama checkpoint into a GGUF file
    Quantize(Quantize),
}

#[derive(Args)]
struct Quantize {
    /// Folder with config.json, model.safetensors and tokenizer.json
    folder: PathBuf,
    /// GGUF file to write
    output: PathBuf,
    /// Name of the model, as links will carry it
    #[arg(long)]
    name: String,
    /// How the matrices are stored
    #[arg(long, value_enum, default_value = "q8_0")]
    precision: PrecisionName,
}

#[derive(Clone, Copy, ValueEnum)]
enum PrecisionName {
    #[value(name = "q8_0")]
    Q8_0,
    F32,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            eprint!("{error}");
            return ExitCode::from(2);
        }
        Err(error) if error.use_stderr() => return fail(2, &one_line(&error.to_string())),
        Err(help) => {
            // Who reads it may leave early.
            let _ = write!(std::io::stdout(), "{help}");
            return ExitCode::SUCCESS;
        }
    };
    let result = match cli.command {
        Command::Generate(arguments) => generate::run(arguments),
        Command::Sweep(arguments) => sweep::run(arguments),
        Command::Merge(arguments) => sweep::merge(arguments),
        Command::Findings(arguments) => findings::run(arguments),
        Command::Judge(arguments) => judge::run(arguments),
        Command::Perplexity(arguments) => perplexity::run(arguments),
        Command::Index(arguments) => library::index(arguments),
        Command::Trace(arguments) => library::trace(arguments),
        Command::Reference(arguments) => reference::run(arguments),
        Command::Damage(arguments) => damage::run(arguments),
        Command::Score(arguments) => score::run(arguments),
        Command::Validate(arguments) => validate::run(arguments),
        Command::Quantize(arguments) => {
            let precision = match arguments.precision {
                PrecisionName::Q8_0 => Precision::Q8_0,
                PrecisionName::F32 => Precision::F32,
            };
            let Quantize { folder, output, name, .. } = &arguments;
            make(folder, output, name, precision)
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of a pipe may leave early; that is no failure of ours.
        Err(error) if is_broken_pipe(error.as_ref()) => ExitCode::SUCCESS,
        Err(error) => fail(1, &one_line(&error.to_string())),
    }
}

/// The GGUF of a checkpoint. Nothing that lies in its folder is written over.
fn make(folder: &Path, output: &Path, name: &str, precision: Precision) -> common::Outcome {
    let files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|error| common::in_file(folder, error))?
        .filter_map(|file| Some(file.ok()?.path()).filter(|path| path.extension().is_some_and(|end| end != "gguf")))
        .collect();
    let inputs: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let mut out = common::Output::create(output, &inputs)?;
    out.write_all(&quantize(folder, name, precision)?)?;
    out.finish()
}

fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    let kind = kind.or_else(|| error.downcast_ref::<serde_json::Error>()?.io_error_kind());
    kind == Some(std::io::ErrorKind::BrokenPipe)
}

/// The first paragraph as one line, without what `fail` or the shell would say again, and a tip if there is one.
fn one_line(text: &str) -> String {
    let mut paragraphs = text.split("\n\n");
    let first = paragraphs.next().unwrap_or_default();
    let tip = paragraphs.flat_map(str::lines).find_map(|line| line.trim().strip_prefix("tip: "));
    let line = first.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let line = line.strip_prefix("error: ").unwrap_or(&line);
    tip.map_or(line.to_string(), |tip| format!("{line}; {tip}"))
}

fn fail(code: u8, message: &str) -> ExitCode {
    eprintln!("fabula: {}", terminal::shown(message));
    ExitCode::from(code)
}
