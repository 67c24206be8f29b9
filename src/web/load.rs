//! The manifest, the model and its tokenizer: from addresses to an engine that is ready.

use super::bytes::JsBytes;
use super::clock;
use super::download::{Download, Expected, Failure, get, get_text};
use super::messages::{Answer, Code, ModelFacts, Source, memory_bytes, post, scope};
use crate::engine::{Engine, Llama};
use crate::model::{self, ModelInfo, Origin, Tokenizer};
use serde::Deserialize;
use std::cell::Cell;
use std::io::BufReader;

/// `models/index.json`.
#[derive(Deserialize)]
struct Manifest {
    default: String,
    models: Vec<Entry>,
}

/// One model; paths are relative to the manifest.
#[derive(Deserialize)]
struct Entry {
    name: String,
    title: String,
    file: String,
    bytes: usize,
    sha256: String,
    tokenizer: String,
    tokenizer_bytes: usize,
    tokenizer_sha256: String,
}

/// A model, ready to write.
pub struct Loaded {
    pub engine: Llama,
    pub tokenizer: Tokenizer,
    pub info: ModelInfo,
}

/// Loads a model by name, or the default one, and posts progress and readiness.
pub async fn load(manifest_url: &str, wanted: Option<&str>) -> Result<Loaded, Failure> {
    let start = clock::now();
    let manifest: Manifest = serde_json::from_str(&get_text(manifest_url).await?).map_err(|error| {
        Failure::new(
            Code::Manifest,
            format!("The list of models on the server is damaged ({error}). Publish models/index.json again."),
        )
    })?;
    let named = |name: &str| manifest.models.iter().find(|entry| entry.name == name);
    let found = wanted.and_then(named);
    let problem = match (wanted, found) {
        (Some(name), None) => Some(format!(
            "This page has no model called {name}; it uses {} instead, so the story will differ.",
            manifest.default
        )),
        _ => None,
    };
    let entry = found.or_else(|| named(&manifest.default)).ok_or_else(|| {
        Failure::new(
            Code::Manifest,
            "The list of models on the server does not hold its own default model. Publish models/index.json again.",
        )
    })?;

    let folder = manifest_url.rsplit_once('/').map_or("", |(folder, _)| folder);
    let total = entry.bytes + entry.tokenizer_bytes;
    let tokenizer_url = format!("{folder}/{}", entry.tokenizer);
    let expected = Expected { url: &tokenizer_url, bytes: entry.tokenizer_bytes, sha256: &entry.tokenizer_sha256 };
    // Both at once; the tokenizer is read while the model is still under way.
    let arrived = [Cell::new(0), Cell::new(0)];
    let progress = |which: usize, loaded: usize, from: Source| {
        arrived[which].set(loaded);
        post(&Answer::Progress { loaded: arrived[0].get() + arrived[1].get(), total, from });
    };
    let unusable = |error: &dyn std::error::Error| {
        Failure::new(Code::Model, format!("The model on the server cannot be used: {error}."))
    };
    let tokenizer = async {
        let file = get(&expected, |loaded, from| progress(0, loaded, from)).await?;
        let tokenizer = Tokenizer::new(&file.bytes.to_vec()).map_err(|error| unusable(&error))?;
        Ok::<_, Failure>((file, tokenizer))
    };
    let model_url = format!("{folder}/{}", entry.file);
    let expected = Expected { url: &model_url, bytes: entry.bytes, sha256: &entry.sha256 };
    let model = get(&expected, |loaded, from| progress(1, loaded, from));
    let (tokenizer, model) = futures_util::future::join(tokenizer, model).await;
    let ((tokenizer_file, tokenizer), model) = (tokenizer?, model?);

    let from = model.from;
    let loaded = open(entry, &model, tokenizer).map_err(|error| unusable(error.as_ref()))?;
    let kept = tokenizer_file.kept().await & model.kept().await;
    let info = &loaded.info;
    post(&Answer::Ready {
        model: ModelFacts {
            name: entry.name.clone(),
            hash8: info.hash8.clone(),
            title: entry.title.clone(),
            bytes: entry.bytes,
            context: loaded.engine.context(),
            parameters: info.parameters,
            vocabulary: info.shape.vocabulary,
        },
        seconds: (clock::now() - start) / 1000.0,
        from,
        kept,
        memory_bytes: memory_bytes(),
        note: (!kept).then(|| note(from)),
        problem,
    });
    Ok(loaded)
}

fn open(entry: &Entry, model: &Download, tokenizer: Tokenizer) -> Result<Loaded, Box<dyn std::error::Error>> {
    let mut model = model::open_from(
        BufReader::new(JsBytes::new(model.bytes.clone())),
        Origin { name: &entry.name, sha256: Some(&entry.sha256) },
    )?;
    tokenizer.check_fits(&model.info)?;
    let engine = Llama::new(&mut model)?;
    Ok(Loaded { engine, tokenizer, info: model.info })
}

/// Why the model will have to be loaded again at the next visit.
fn note(from: Source) -> String {
    debug_assert_eq!(from, Source::Network);
    if scope().is_secure_context() {
        "The model could not be stored on this device (storage is full or switched off); it will be loaded again next time.".into()
    } else {
        "The model is not stored on this device, because this page is not served over HTTPS; it will be loaded again next time.".into()
    }
}
