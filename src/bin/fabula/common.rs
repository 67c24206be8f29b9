//! What several commands share: opening files, with errors that name them.

use clap::Args;
use fabula::engine::{Arithmetic, Kernel, Llama};
use fabula::library::Library;
use fabula::metrics::Reference;
use fabula::model::{
    self, Model, ModelError, ModelInfo, Tokenizer, open_adapter, open_path, plain_text, sha256_hex, tokenizer_path,
};
use fabula::reading::AdapterTexts;
use fabula::story::{Adapter, Settings};
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[derive(Args)]
pub struct ModelArguments {
    /// Model of the llama architecture: a GGUF, llama2.c (.bin) or safetensors file, or a Hugging Face folder
    #[arg(long)]
    pub model: PathBuf,
    /// tokenizer.json or llama2.c's tokenizer.bin; the one beside the model if not given
    #[arg(long)]
    pub tokenizer: Option<PathBuf>,
}

#[derive(Args)]
pub struct AdapterArguments {
    /// Adapter as PEFT writes it: a folder with adapter_model.safetensors and adapter_config.json, or the safetensors file beside it
    #[arg(long)]
    pub adapter: Option<PathBuf>,
    /// How much of the adapter is added, 0 to 1.5: 0 is the model itself, 1 what was trained [default: 1]
    #[arg(long, requires = "adapter", allow_negative_numbers = true)]
    pub strength: Option<f64>,
}

impl AdapterArguments {
    /// Opens the adapter, if one was named.
    pub fn open(&self, model: &ModelInfo) -> Outcome<Option<model::Adapter>> {
        Ok(self.adapter.as_ref().map(|path| open_adapter(path, &model.shape)).transpose()?)
    }

    /// Puts it into settings, which know theirs already where they come from a link.
    pub fn set(&self, adapter: Option<&model::Adapter>, settings: &mut Settings, linked: bool) -> Outcome {
        let Some(adapter) = adapter else {
            return match &settings.adapter {
                Some(Adapter { id, strength }) if *strength != 0.0 => {
                    Err(format!("the link takes the adapter {id}: name its folder with --adapter").into())
                }
                _ => Ok(()),
            };
        };
        if !linked {
            settings.adapter = Some(Adapter { id: adapter.id(), strength: self.strength.unwrap_or(1.0) });
        } else if self.strength.is_some() {
            return Err("--strength cannot be used with --link: the link has its own".into());
        } else if settings.adapter.is_none() {
            return Err("the link asks for no adapter: leave out --adapter".into());
        }
        Ok(settings.check()?)
    }

    /// The library and the reference that lie beside it, as far as they do.
    pub fn texts(&self, model: &ModelInfo) -> Outcome<Option<AdapterTexts>> {
        let Some(path) = &self.adapter else { return Ok(None) };
        Ok(Some(AdapterTexts { library: library(None, path)?, reference: reference(None, path, model)? }))
    }
}

/// The engine, the tokenizer and the model's facts.
pub fn open(arguments: &ModelArguments, arithmetic: Arithmetic) -> Outcome<(Llama, Tokenizer, Model)> {
    let path = &arguments.model;
    let mut model = open_path(path).map_err(|error| match error {
        // Names its file itself.
        ModelError::Checkpoint(_) => error.into(),
        error => in_file(path, error),
    })?;
    let tokenizer_path = arguments.tokenizer.clone().unwrap_or_else(|| tokenizer_path(path));
    if arguments.tokenizer.is_none() && !tokenizer_path.exists() {
        let path = tokenizer_path.display();
        return Err(format!("there is no tokenizer at {path}; name the model's own with --tokenizer").into());
    }
    let tokenizer = Tokenizer::new(&read(&tokenizer_path)?).map_err(|error| in_file(&tokenizer_path, error))?;
    tokenizer.check_fits(&model.info)?;
    let engine = Llama::with(&mut model, arithmetic, Kernel::best()).map_err(|error| in_file(path, error))?;
    Ok((engine, tokenizer, model))
}

/// The reference that was given, or the one beside the model if there is one.
pub fn reference(given: Option<&Path>, path: &Path, model: &ModelInfo) -> Outcome<Option<Reference>> {
    let Some(path) = beside(given, path, "reference.json") else { return Ok(None) };
    let reference = Reference::read(&read(&path)?).map_err(|error| in_file(&path, error))?;
    reference.check_fits(&model.id(), model.shape.vocabulary).map_err(|error| in_file(&path, error))?;
    Ok(Some(reference))
}

/// The library that was given, or the one beside the model if there is one.
pub fn library(given: Option<&Path>, model: &Path) -> Outcome<Option<Library>> {
    let Some(path) = beside(given, model, "library.fabulib") else { return Ok(None) };
    Ok(Some(Library::open(&read(&path)?).map_err(|error| in_file(&path, error))?))
}

pub fn beside(given: Option<&Path>, model: &Path, name: &str) -> Option<PathBuf> {
    let folder = if model.is_dir() { Some(model) } else { model.parent() };
    given.map(Path::to_path_buf).or_else(|| folder.map(|folder| folder.join(name)).filter(|path| path.exists()))
}

/// First digits of the SHA-256 of the file that [`beside`] finds, where it is used: numbers stand on it.
pub fn hash(used: bool, given: Option<&Path>, model: &Path, name: &str) -> Outcome<Option<String>> {
    let path = beside(given, model, name).filter(|_| used);
    path.map(|path| Ok(sha256_hex(&read(&path)?)[..8].to_string())).transpose()
}

/// The prompts of a text file, one a line; lines of nothing but spaces do not count.
pub fn prompts(path: &Path) -> Outcome<Vec<String>> {
    let text = text(path)?;
    let prompts: Vec<String> = text.lines().filter(|line| !line.trim().is_empty()).map(str::to_string).collect();
    if prompts.is_empty() {
        return Err(format!("{}: it holds no prompt; write one a line", path.display()).into());
    }
    Ok(prompts)
}

/// The lines of a .jsonl file, each read as a `T`.
pub fn lines<T: serde::de::DeserializeOwned>(path: &Path) -> Outcome<Vec<T>> {
    parsed(path, &text(path)?)
}

/// The same of a file that is being written, as far as its last whole line.
pub fn whole_lines<T: serde::de::DeserializeOwned>(path: &Path) -> Outcome<Vec<T>> {
    let content = text(path)?;
    parsed(path, &content[..content.rfind('\n').map_or(0, |end| end + 1)])
}

fn parsed<T: serde::de::DeserializeOwned>(path: &Path, content: &str) -> Outcome<Vec<T>> {
    let lines = content.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            serde_json::from_str(line)
                .map_err(|error| in_file(path, std::io::Error::other(format!("line {}: {error}", index + 1))))
        })
        .collect()
}

pub fn read(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|error| in_file(path, error))
}

/// A text, without a byte-order mark and with `\n` for line ends.
pub fn text(path: &Path) -> Outcome<String> {
    Ok(plain_text(&exact_text(path)?))
}

/// A text with every byte that it has, for what goes on writing behind them.
pub fn exact_text(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| in_file(path, error))
}

/// Refuses to write over what is read.
pub fn spares<'a>(output: &Path, mut inputs: impl Iterator<Item = &'a Path>) -> Outcome {
    let same = |input: &Path| {
        std::fs::canonicalize(input)
            .is_ok_and(|input| std::fs::canonicalize(output).is_ok_and(|output| output == input))
    };
    match inputs.find(|input| same(input)) {
        Some(input) => Err(format!("the output would overwrite {}: name another file", input.display()).into()),
        None => Ok(()),
    }
}

/// A file that is whole or not there: written beside its place, and put there at the end. What is no plain file, such as a pipe, is
/// written at once.
pub struct Output {
    path: PathBuf,
    beside: Option<PathBuf>,
    out: BufWriter<File>,
}

impl Output {
    /// Begins a file that is none of `inputs`.
    pub fn create(path: &Path, inputs: &[&Path]) -> Outcome<Self> {
        spares(path, inputs.iter().copied())?;
        let plain = std::fs::symlink_metadata(path).map_or(true, |found| found.is_file());
        let beside = plain.then(|| behind(path, ".new"));
        let place = beside.as_deref().unwrap_or(path);
        spares(place, inputs.iter().copied())?;
        let file = File::create(place).map_err(|error| in_file(place, error))?;
        Ok(Self { path: path.into(), beside, out: BufWriter::new(file) })
    }

    /// Puts it in its place.
    pub fn finish(mut self) -> Outcome {
        self.out.flush()?;
        match self.beside.take() {
            Some(beside) => std::fs::rename(beside, &self.path).map_err(|error| in_file(&self.path, error)),
            None => Ok(()),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            let _ = std::fs::remove_file(beside);
        }
    }
}

/// A name with something behind it.
pub fn behind(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

pub fn in_file(path: &Path, error: impl Error) -> Box<dyn Error> {
    format!("{}: {error}", path.display()).into()
}
