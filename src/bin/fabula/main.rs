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
    /// Write stories over a grid of settings and measure each
    ///
    /// A cell is one combination of values. Every cell uses the same seeds. The same command gives the same rows, on any number of cores and in any number of
    /// parts. If a sweep is interrupted, run the same command again to resume it.
    Sweep(sweep::Arguments),
    /// Join the parts of a sweep into one file
    Merge(sweep::MergeArguments),
    /// State in words what a sweep or a self-evaluation found: what differs, and what remains undecided
    ///
    /// For a sweep, every value of an axis is compared with the lowest by a paired sign-flip test over prompts or seeds. For a
    /// self-evaluation, the judged stories are compared with their control by the same test over prompts. Both use Holm's correction.
    Findings(findings::Arguments),
    /// Let the model judge its own stories, and test whether that helps
    ///
    /// A fixed score (coherence, novelty, relevance) chooses; the control chooses at random with the same amount of computation.
    /// Prints what differs between the two, including numbers that are not part of the score. If interrupted, run the same command
    /// again to resume.
    Judge(judge::Arguments),
    /// Measure how well a model predicts a text
    ///
    /// Each document is cut into windows that do not overlap. Each window begins with the model's begin token and is as long as the model's context.
    /// Every token of the document counts once.
    Perplexity(perplexity::Arguments),
    /// Pack the texts a model was trained on into a searchable library
    Index(library::IndexArguments),
    /// Find spans of a text that are in the library, and list the books that contain them
    ///
    /// A span has five words or more. At least two of them are not among the library's 200 most common words. Letter case and
    /// punctuation do not count.
    Trace(library::TraceArguments),
    /// Measure texts: novelty, coherence, surprise
    Score(score::Arguments),
    /// Measure human passages that were held out of training, so that percentiles can be computed
    Reference(reference::Arguments),
    /// Write human passages that were held out of training, intact and damaged in known ways
    Damage(damage::Arguments),
    /// Compare every number with human ratings, or with damage done to texts
    Validate(validate::Arguments),
    /// Convert a Hugging Face Llama checkpoint to a GGUF file
    Quantize(Quantize),
}

#[derive(Args)]
struct Quantize {
    /// Folder with config.json, model.safetensors and tokenizer.json
    folder: PathBuf,
    /// GGUF file to write
    output: PathBuf,
    /// Name of the model; links will contain it
    #[arg(long)]
    name: String,
    /// Number format of the matrices
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
            // The reader of a pipe may close it early.
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
        // The same: not an error.
        Err(error) if is_broken_pipe(error.as_ref()) => ExitCode::SUCCESS,
        Err(error) => fail(1, &one_line(&error.to_string())),
    }
}

/// Converts a checkpoint to GGUF. Refuses to overwrite a file of the checkpoint.
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

/// The first paragraph as one line, without "error: ", and a tip if there is one.
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
