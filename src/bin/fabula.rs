//! The command line: reads arguments, calls the library, prints. Every error is one line on stderr.

use clap::{Args, Parser, Subcommand, ValueEnum};
use fabula::engine::{Engine, Llama};
use fabula::experiment::{Settings, Writer};
use fabula::link;
use fabula::metrics::EarlierStories;
use fabula::model::{self, Precision, Tokenizer, quantize};
use serde::Serialize;
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Write};
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
    /// Turn a Hugging Face Llama checkpoint into a GGUF file
    Quantize(Quantize),
}

#[derive(Args)]
struct Generate {
    /// Model file (GGUF, llama architecture)
    #[arg(long)]
    model: PathBuf,
    /// tokenizer.json; the one beside the model if not given
    #[arg(long)]
    tokenizer: Option<PathBuf>,
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
        Err(error) if error.use_stderr() => return fail(2, &one_line(&error.to_string())),
        Err(help) => {
            print!("{help}");
            return ExitCode::SUCCESS;
        }
    };
    let result = match cli.command {
        Command::Generate(arguments) => generate(arguments),
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

fn generate(arguments: Generate) -> Result<(), Box<dyn Error>> {
    let source = BufReader::new(File::open(&arguments.model).map_err(|error| in_file(&arguments.model, error))?);
    let mut model = model::open(source).map_err(|error| in_file(&arguments.model, error))?;
    let tokenizer_path =
        arguments.tokenizer.clone().unwrap_or_else(|| arguments.model.with_file_name("tokenizer.json"));
    let tokenizer = Tokenizer::new(&read(&tokenizer_path)?).map_err(|error| in_file(&tokenizer_path, error))?;
    tokenizer.check_fits(&model.info)?;
    let mut engine = Llama::new(&mut model).map_err(|error| in_file(&arguments.model, error))?;
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

fn read(path: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    std::fs::read(path).map_err(|error| in_file(path, error))
}

fn text(path: &Path) -> Result<String, Box<dyn Error>> {
    std::fs::read_to_string(path).map_err(|error| in_file(path, error))
}

fn in_file(path: &Path, error: impl Error) -> Box<dyn Error> {
    format!("{}: {error}", path.display()).into()
}
