//! Opens models and adapters by their paths, whatever their format.

use super::safetensors::open_safetensors;
use super::{Adapter, Model, ModelError, Origin, Shape, open_from};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// Opens a model: a GGUF, llama2.c (`.bin`) or safetensors file, or a folder with a Hugging Face checkpoint, whose
/// `config.json` is next to the safetensors. A model without a name in its file gets the name of the file or folder.
pub fn open_path(path: &Path) -> Result<Model, ModelError> {
    if path.is_dir() {
        return checkpoint_in(path);
    }
    let name = path.file_stem().map_or("model".into(), |name| name.to_string_lossy());
    if path.extension().is_some_and(|ending| ending == "safetensors") {
        return checkpoint(folder_of(path), &[path.to_path_buf()], &name);
    }
    open_from(BufReader::new(File::open(path)?), Origin { name: &name, sha256: None })
}

/// Opens the Hugging Face checkpoint in a folder.
pub(super) fn checkpoint_in(folder: &Path) -> Result<Model, ModelError> {
    let name = folder.canonicalize().map_err(|error| in_file(folder, error))?;
    let name = name.file_name().map(|name| name.to_string_lossy().into_owned());
    checkpoint(folder, &shards(folder)?, name.as_deref().unwrap_or("model"))
}

/// Default path of a model's tokenizer: `tokenizer.bin` next to a llama2.c checkpoint, `tokenizer.json`
/// next to every other model.
pub fn tokenizer_path(model: &Path) -> PathBuf {
    if model.is_dir() {
        return model.join("tokenizer.json");
    }
    let llama2c = model.extension().is_some_and(|ending| ending == "bin");
    model.with_file_name(if llama2c { "tokenizer.bin" } else { "tokenizer.json" })
}

/// Opens an adapter for a model of this shape: a folder with adapter_model.safetensors and adapter_config.json, or a safetensors
/// file with the configuration next to it. Its name is that of the folder, or of a file with another name than the standard one.
pub fn open_adapter(path: &Path, shape: &Shape) -> Result<Adapter, ModelError> {
    const FILE: &str = "adapter_model.safetensors";
    let weights = if path.is_dir() { path.join(FILE) } else { path.to_path_buf() };
    let config = folder_of(&weights).join("adapter_config.json");
    let read = |path: &Path| std::fs::read(path).map_err(|error| in_file(path, error));
    let (bytes, json) = (read(&weights)?, read(&config)?);
    let own = weights.file_name().is_some_and(|name| name != FILE).then(|| weights.file_stem()).flatten();
    let folder = weights.canonicalize().ok();
    let folder = folder.as_deref().and_then(Path::parent).and_then(Path::file_name);
    let name = own.or(folder).map_or("adapter".into(), |name| name.to_string_lossy());
    Adapter::read(&json, &bytes, &name, shape).map_err(|error| in_file(&weights, error))
}

fn checkpoint(folder: &Path, files: &[PathBuf], name: &str) -> Result<Model, ModelError> {
    let config = folder.join("config.json");
    let config = std::fs::read(&config).map_err(|error| in_file(&config, error))?;
    let open = |path: &PathBuf| File::open(path).map(BufReader::new).map_err(|error| in_file(path, error));
    open_safetensors(&config, files.iter().map(open).collect::<Result<_, _>>()?, name)
}

/// The safetensors files of a folder: one, or those that the index names.
fn shards(folder: &Path) -> Result<Vec<PathBuf>, ModelError> {
    let single = folder.join("model.safetensors");
    let index = folder.join("model.safetensors.index.json");
    if single.exists() || !index.exists() {
        return Ok(vec![single]);
    }
    #[derive(serde::Deserialize)]
    struct Index {
        weight_map: std::collections::BTreeMap<String, String>,
    }
    let json = std::fs::read(&index).map_err(|error| in_file(&index, error))?;
    let Index { weight_map } =
        serde_json::from_slice(super::without_mark(&json)).map_err(|error| in_file(&index, error))?;
    let names: BTreeSet<String> = weight_map.into_values().collect();
    // An index could name any path; only files in this folder are part of the checkpoint.
    match names.iter().find(|name| Path::new(name).file_name().is_none_or(|file| file != name.as_str())) {
        Some(name) => Err(in_file(&index, format!("{name} is not a file in this folder"))),
        None => Ok(names.iter().map(|name| folder.join(name)).collect()),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

fn in_file(path: &Path, error: impl std::fmt::Display) -> ModelError {
    ModelError::Checkpoint(format!("{}: {error}", path.display()))
}
