//! The command line: reads arguments, calls the library, prints. Every error is one line on stderr.

use clap::{Args, Parser, Subcommand, ValueEnum};
use fabula::engine::{Arithmetic, Engine, Kernel, Llama};
use fabula::experiment::{Perplexity, Settings, Writer};
use fabula::link;
use fabula::metrics::EarlierStories;
use fabula::model::{Model, ModelError, Precision, Tokenizer, open_path, quantize, tokenizer_path};
use serde::Serialize;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

#[derive(Parser)]
#[command(version, about = "Writes stories with a small transformer, and measures them")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a story
    Generate(Generate),
    /// Measure how well a model predicts a text
    ///
    /// Each document is cut into windows that do not overlap: each begins with the model's begin token and fills its
    /// context. Every token of the document counts once.
    Perplexity(PerplexityArguments),
    /// Turn a Hugging Face Llama checkpoint into a GGUF file
    Quantize(Quantize),
}

#[derive(Args)]
struct ModelArguments {
    /// Model of the llama architecture: a GGUF, llama2.c (.bin) or safetensors file, or a Hugging Face folder
    #[arg(long)]
    model: PathBuf,
    /// tokenizer.json or llama2.c's tokenizer.bin; the one beside the model if not given
    #[arg(long)]
    tokenizer: Option<PathBuf>,
}

#[derive(Args)]
struct Generate {
    #[command(flatten)]
    model: ModelArguments,
    /// Text to continue
    #[arg(long, default_value_t = Settings::default().prompt)]
    prompt: String,
    /// 0 (greedy) to 2
    #[arg(long, allow_negative_numbers = true, default_value_t = Settings::default().temperature)]
    temperature: f64,
    /// Nucleus mass, 0.05 to 1
    #[arg(long, allow_negative_numbers = true, default_value_t = Settings::default().top_p)]
    top_p: f64,
    /// Seed of the random generator
    #[arg(long, allow_negative_numbers = true, default_value_t = Settings::default().seed)]
    seed: u32,
    /// Tokens to write at most
    #[arg(long, allow_negative_numbers = true, default_value_t = Settings::default().length)]
    tokens: u32,
    /// Text file of an earlier story to measure session novelty against; may be repeated
    #[arg(long)]
    earlier: Vec<PathBuf>,
    /// Print one JSON object instead of the story
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct PerplexityArguments {
    #[command(flatten)]
    model: ModelArguments,
    /// Text file, one document; or a .jsonl file, one document a line, with its text in the field "text"
    file: PathBuf,
    /// Numbers to compute in; auto: 32-bit floats where the file has them, else 8-bit integers
    #[arg(long, value_enum, default_value = "auto")]
    precision: ArithmeticName,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
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
enum ArithmeticName {
    Auto,
    F32,
    Int8,
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
        Err(error) if error.use_stderr() => return fail(2, &one_line(&error.to_string())),
        Err(help) => {
            print!("{help}");
            return ExitCode::SUCCESS;
        }
    };
    let result = match cli.command {
        Command::Generate(arguments) => generate(arguments),
        Command::Perplexity(arguments) => perplexity(arguments),
        Command::Quantize(arguments) => {
            let precision = match arguments.precision {
                PrecisionName::Q8_0 => Precision::Q8_0,
                PrecisionName::F32 => Precision::F32,
            };
            quantize(&arguments.folder, &arguments.output, &arguments.name, precision).map_err(Into::into)
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of a pipe may leave early; that is no failure of ours.
        Err(error)
            if error
                .downcast_ref::<std::io::Error>()
                .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe) =>
        {
            ExitCode::SUCCESS
        }
        Err(error) => fail(1, &one_line(&error.to_string())),
    }
}

/// The first paragraph as one line, without what `fail` or the shell would say again.
fn one_line(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let line = paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    line.strip_prefix("error: ").unwrap_or(&line).to_string()
}

fn fail(code: u8, message: &str) -> ExitCode {
    eprintln!("fabula: {message}");
    ExitCode::from(code)
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    generation: &'a fabula::experiment::Generation,
    prompt_tokens: usize,
    link: String,
    seconds: f64,
    tokens_per_second: Option<f64>,
}

/// The engine, the tokenizer and the model's facts.
fn open(arguments: &ModelArguments, arithmetic: Arithmetic) -> Result<(Llama, Tokenizer, Model), Box<dyn Error>> {
    let path = &arguments.model;
    let mut model = open_path(path).map_err(|error| match error {
        // Names its file itself.
        ModelError::Checkpoint(_) => error.into(),
        error => in_file(path, error),
    })?;
    let tokenizer_path = arguments.tokenizer.clone().unwrap_or_else(|| tokenizer_path(path));
    let tokenizer = Tokenizer::new(&read(&tokenizer_path)?).map_err(|error| in_file(&tokenizer_path, error))?;
    tokenizer.check_fits(&model.info)?;
    let engine = Llama::with(&mut model, arithmetic, Kernel::best()).map_err(|error| in_file(path, error))?;
    Ok((engine, tokenizer, model))
}

fn generate(arguments: Generate) -> Result<(), Box<dyn Error>> {
    let (mut engine, tokenizer, model) = open(&arguments.model, Arithmetic::Auto)?;
    let earlier = arguments.earlier.iter().map(|path| text(path)).collect::<Result<Vec<_>, _>>()?;
    let earlier = EarlierStories::new(earlier.iter().map(String::as_str));
    let settings = Settings {
        prompt: arguments.prompt,
        temperature: arguments.temperature,
        top_p: arguments.top_p,
        seed: arguments.seed,
        length: arguments.tokens,
    };

    let mut out = std::io::stdout().lock();
    let start = Instant::now();
    let prompt = settings.prompt.clone();
    let mut writer = Writer::new(&mut engine as &mut dyn Engine, &tokenizer, &model.info, settings)?;
    let prompt_tokens = writer.prompt_tokens();
    if !arguments.json {
        write!(out, "{prompt}")?;
    }
    let first = Instant::now();
    while let Some(written) = writer.step()? {
        if !arguments.json {
            write!(out, "{}", written.text)?;
            out.flush()?;
        }
    }
    let decoding = first.elapsed().as_secs_f64();
    let generation = writer.finish(&earlier);
    if arguments.json {
        let count = generation.token_ids.len() as f64;
        let report = Report {
            link: link::of(&generation),
            generation: &generation,
            prompt_tokens,
            seconds: start.elapsed().as_secs_f64(),
            tokens_per_second: (count > 0.0 && decoding > 0.0).then(|| count / decoding),
        };
        serde_json::to_writer(&mut out, &report)?;
    }
    writeln!(out)?;
    Ok(())
}

/// What `perplexity --json` prints.
#[derive(Serialize)]
struct PerplexityReport {
    #[serde(flatten)]
    sums: Perplexity,
    bits_per_token: f64,
    bits_per_byte: f64,
    perplexity: f64,
    model: String,
    seconds: f64,
}

fn perplexity(arguments: PerplexityArguments) -> Result<(), Box<dyn Error>> {
    let documents = documents(&arguments.file)?;
    let arithmetic = match arguments.precision {
        ArithmeticName::Auto => Arithmetic::Auto,
        ArithmeticName::F32 => Arithmetic::Float,
        ArithmeticName::Int8 => Arithmetic::Integer,
    };
    let (mut engine, tokenizer, model) = open(&arguments.model, arithmetic)?;
    let start = Instant::now();
    let mut sums = Perplexity::default();
    for document in &documents {
        sums.add(document, &mut engine, &tokenizer, &model.info)?;
    }
    if sums.tokens == 0 {
        return Err(format!("{}: it holds no text to predict", arguments.file.display()).into());
    }
    let report = PerplexityReport {
        bits_per_token: sums.bits_per_token(),
        bits_per_byte: sums.bits_per_byte(),
        perplexity: sums.perplexity(),
        model: model.info.id(),
        seconds: start.elapsed().as_secs_f64(),
        sums,
    };
    let mut out = std::io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
        return Ok(());
    }
    let Perplexity { documents, windows, tokens, bytes, .. } = sums;
    for (what, value) in [
        ("model", report.model),
        ("documents", documents.to_string()),
        ("windows", windows.to_string()),
        ("tokens", tokens.to_string()),
        ("bytes", bytes.to_string()),
        ("bits per token", format!("{:.4}", report.bits_per_token)),
        ("bits per byte", format!("{:.4}", report.bits_per_byte)),
        ("perplexity", format!("{:.3}", report.perplexity)),
    ] {
        writeln!(out, "{what:<15}{value}")?;
    }
    Ok(())
}

/// The documents of a file, one or one a line.
fn documents(path: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    #[derive(serde::Deserialize)]
    struct Line {
        text: String,
    }
    let content = text(path)?;
    if path.extension().is_none_or(|ending| ending != "jsonl") {
        return Ok(vec![content]);
    }
    let lines = content.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let line: Line = serde_json::from_str(line)
                .map_err(|error| in_file(path, std::io::Error::other(format!("line {}: {error}", index + 1))))?;
            Ok(line.text)
        })
        .collect()
}

fn read(path: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    std::fs::read(path).map_err(|error| in_file(path, error))
}

fn text(path: &Path) -> Result<String, Box<dyn Error>> {
    std::fs::read_to_string(path).map_err(|error| in_file(path, error))
}

fn in_file(path: &Path, error: impl Error) -> Box<dyn Error> {
    format!("{}: {error}", path.display()).into()
}
