//! What several commands share: opening files, with errors that name them.

use clap::Args;
use fabula::engine::{Arithmetic, Kernel, Llama};
use fabula::library::Library;
use fabula::metrics::Reference;
use fabula::model::{
    self, Model, ModelError, ModelInfo, Tokenizer, open_adapter, open_path, plain_text, sha256_hex, tokenizer_path,
};
use fabula::reading::AdapterTexts;
use fabula::story::{AdapterSetting, Settings};
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[derive(Args)]
pub struct ModelArguments {
    /// Model of the Llama architecture: a GGUF, llama2.c (.bin) or safetensors file, or a Hugging Face folder
    #[arg(long)]
    pub model: PathBuf,
    /// tokenizer.json, or llama2.c's tokenizer.bin [default: the one next to the model]
    #[arg(long)]
    pub tokenizer: Option<PathBuf>,
}

#[derive(Args)]
pub struct AdapterArguments {
    /// Adapter (LoRA) in PEFT's format: a folder with adapter_model.safetensors and adapter_config.json, or the safetensors file
    /// next to its adapter_config.json
    #[arg(long)]
    pub adapter: Option<PathBuf>,
    /// Strength of the adapter, 0 to 1.5: 0 is the model alone, 1 is the adapter as trained [default: 1]
    #[arg(long, requires = "adapter", allow_negative_numbers = true)]
    pub strength: Option<f64>,
}

impl AdapterArguments {
    /// Opens the adapter, if one was named.
    pub fn open(&self, model: &ModelInfo) -> Outcome<Option<model::Adapter>> {
        Ok(self.adapter.as_ref().map(|path| open_adapter(path, &model.shape)).transpose()?)
    }

    /// Writes the adapter into the settings. Settings from a link already name theirs.
    pub fn set(&self, adapter: Option<&model::Adapter>, settings: &mut Settings, linked: bool) -> Outcome {
        let Some(adapter) = adapter else {
            return match &settings.adapter {
                Some(AdapterSetting { id, strength }) if *strength != 0.0 => {
                    Err(format!("this link needs the adapter {id}; give its folder with --adapter").into())
                }
                _ => Ok(()),
            };
        };
        if !linked {
            settings.adapter = Some(AdapterSetting { id: adapter.id(), strength: self.strength.unwrap_or(1.0) });
        } else if self.strength.is_some() {
            return Err("--strength cannot be used with --link: the link sets the strength".into());
        } else if settings.adapter.is_none() {
            return Err("this link uses no adapter; leave out --adapter".into());
        }
        Ok(settings.check()?)
    }

    /// The library and the reference next to the adapter, where they exist.
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
        return Err(format!("no tokenizer found at {path}; give the model's tokenizer with --tokenizer").into());
    }
    let tokenizer = Tokenizer::new(&read(&tokenizer_path)?).map_err(|error| in_file(&tokenizer_path, error))?;
    tokenizer.check_fits(&model.info)?;
    let engine = Llama::with(&mut model, arithmetic, Kernel::best()).map_err(|error| in_file(path, error))?;
    Ok((engine, tokenizer, model))
}

/// The given reference, or the one next to the model if there is one.
pub fn reference(given: Option<&Path>, path: &Path, model: &ModelInfo) -> Outcome<Option<Reference>> {
    let Some(path) = beside(given, path, "reference.json") else { return Ok(None) };
    let reference = Reference::read(&read(&path)?).map_err(|error| in_file(&path, error))?;
    reference.check_fits(&model.id(), model.shape.vocabulary).map_err(|error| in_file(&path, error))?;
    Ok(Some(reference))
}

/// The given library, or the one next to the model if there is one.
pub fn library(given: Option<&Path>, model: &Path) -> Outcome<Option<Library>> {
    let Some(path) = beside(given, model, "library.fabulib") else { return Ok(None) };
    Ok(Some(Library::open(&read(&path)?).map_err(|error| in_file(&path, error))?))
}

pub fn beside(given: Option<&Path>, model: &Path, name: &str) -> Option<PathBuf> {
    let folder = if model.is_dir() { Some(model) } else { model.parent() };
    given.map(Path::to_path_buf).or_else(|| folder.map(|folder| folder.join(name)).filter(|path| path.exists()))
}

/// First digits of the SHA-256 of the file that [`beside`] finds, if it is used: the results depend on it.
pub fn hash(used: bool, given: Option<&Path>, model: &Path, name: &str) -> Outcome<Option<String>> {
    let path = beside(given, model, name).filter(|_| used);
    path.map(|path| Ok(sha256_hex(&read(&path)?)[..8].to_string())).transpose()
}

/// The prompts of a text file, one per line; blank lines are skipped.
pub fn prompts(path: &Path) -> Outcome<Vec<String>> {
    let text = text(path)?;
    let prompts: Vec<String> = text.lines().filter(|line| !line.trim().is_empty()).map(str::to_string).collect();
    if prompts.is_empty() {
        return Err(format!("{}: the file has no prompts; write one per line", path.display()).into());
    }
    Ok(prompts)
}

/// The lines of a .jsonl file, each read as a `T`.
pub fn lines<T: serde::de::DeserializeOwned>(path: &Path) -> Outcome<Vec<T>> {
    parsed(path, &text(path)?)
}

/// The same for a file that is still being written: up to its last complete line.
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

/// A text file without byte-order mark, with `\n` as line end.
pub fn text(path: &Path) -> Outcome<String> {
    Ok(plain_text(&exact_text(path)?))
}

/// A text file byte for byte, for callers that append to it.
pub fn exact_text(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| in_file(path, error))
}

/// Refuses an output that would overwrite one of the inputs.
pub fn check_overwrite<'a>(output: &Path, mut inputs: impl Iterator<Item = &'a Path>) -> Outcome {
    let same = |input: &Path| {
        std::fs::canonicalize(input)
            .is_ok_and(|input| std::fs::canonicalize(output).is_ok_and(|output| output == input))
    };
    match inputs.find(|input| same(input)) {
        Some(input) => {
            Err(format!("the output would overwrite the input {}; choose another name", input.display()).into())
        }
        None => Ok(()),
    }
}

/// An output file that is complete or missing: written under a temporary name, and renamed at the end. Anything but a plain file, such
/// as a pipe, is written directly.
pub struct Output {
    path: PathBuf,
    beside: Option<PathBuf>,
    out: BufWriter<File>,
}

impl Output {
    /// Begins a file that must not be one of `inputs`.
    pub fn create(path: &Path, inputs: &[&Path]) -> Outcome<Self> {
        check_overwrite(path, inputs.iter().copied())?;
        let plain = std::fs::symlink_metadata(path).map_or(true, |found| found.is_file());
        let beside = plain.then(|| with_suffix(path, ".new"));
        let place = beside.as_deref().unwrap_or(path);
        check_overwrite(place, inputs.iter().copied())?;
        let file = File::create(place).map_err(|error| in_file(place, error))?;
        Ok(Self { path: path.into(), beside, out: BufWriter::new(file) })
    }

    /// Moves the file to its final name.
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

/// A path with something appended to its name.
pub fn with_suffix(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

pub fn in_file(path: &Path, error: impl Error) -> Box<dyn Error> {
    format!("{}: {error}", path.display()).into()
}
