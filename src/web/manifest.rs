//! `models/index.json`: which files there are, how large, and their checksums.

use super::download::{Expected, get_text};
use super::failure::Failure;
use crate::protocol::Code;
use serde::Deserialize;

/// The list of models.
#[derive(Deserialize)]
pub struct Manifest {
    pub default: String,
    pub models: Vec<Entry>,
}

/// One model; paths are relative to the manifest.
#[derive(Deserialize)]
pub struct Entry {
    pub name: String,
    pub title: String,
    pub file: String,
    pub bytes: usize,
    pub sha256: String,
    pub tokenizer: String,
    pub tokenizer_bytes: usize,
    pub tokenizer_sha256: String,
    /// People's numbers; see [`crate::metrics::Reference`].
    pub reference: Option<File>,
    /// The texts that the model has read; see [`crate::library`].
    pub library: Option<File>,
    /// Fine-tuned changes of it; see [`crate::model::Adapter`].
    #[serde(default)]
    pub adapters: Vec<AdapterEntry>,
}

/// An adapter of a model.
#[derive(Clone, Deserialize)]
pub struct AdapterEntry {
    pub name: String,
    pub title: String,
    /// Its adapter_model.safetensors.
    #[serde(flatten)]
    pub weights: File,
    /// Its adapter_config.json.
    pub config: File,
    /// What it is multiplied by, where that does not go without saying; see [`crate::model::Adapter::hash8`].
    pub scale: Option<f32>,
    /// The texts that it was tuned on.
    pub library: Option<File>,
    /// The numbers of such texts that were held out.
    pub reference: Option<File>,
}

impl AdapterEntry {
    /// `NAME@HASH8`.
    pub fn id(&self) -> String {
        let scale = self.scale.unwrap_or(crate::model::Adapter::PLAIN_SCALE);
        format!("{}@{}", self.name, crate::model::Adapter::hash8(&self.weights.sha256, scale))
    }
}

/// A file beside a model.
#[derive(Clone, Deserialize)]
pub struct File {
    pub file: String,
    pub bytes: usize,
    pub sha256: String,
}

impl File {
    /// The file at its whole address.
    pub fn at<'a>(&'a self, url: &'a str) -> Expected<'a> {
        Expected { url, bytes: self.bytes, sha256: &self.sha256 }
    }
}

impl Manifest {
    /// Asks the server for it.
    pub async fn fetch(url: &str) -> Result<Self, Failure> {
        serde_json::from_str(&get_text(url).await?).map_err(|error| {
            Failure::new(
                Code::Manifest,
                format!("The list of models on the server is damaged ({error}). Publish models/index.json again."),
            )
        })
    }
}
