//! Loads the manifest, the model and its tokenizer, and starts the engine.

use super::bytes::JsBytes;
use super::clock;
use super::download::{Download, Expected, get};
use super::failure::Failure;
use super::manifest::{AdapterEntry, Entry, Manifest};
use super::page::{memory_bytes, post, scope};
use crate::engine::{Engine, Llama};
use crate::metrics::Reference;
use crate::model::{self, ModelInfo, Origin, Tokenizer};
use crate::protocol::{AdapterFacts, Code, LibraryFacts, ModelFacts, ModelReport, Report, Source};
use crate::story::{Looker, Rewriter};
use std::cell::Cell;
use std::io::BufReader;
use std::rc::Rc;

/// Stories of about this length are drawn on the map.
const USUAL_TOKENS: usize = 128;

/// A model, ready to write.
pub struct Loaded {
    pub engine: Llama,
    /// Shared, so that texts can be encoded while a story is measured.
    pub tokenizer: Rc<Tokenizer>,
    pub info: ModelInfo,
    /// Numbers of human passages for this model. Without it, only raw numbers are shown.
    pub reference: Option<Reference>,
    /// The folder that holds the files of the manifest.
    pub folder: String,
    /// The server's adapters for this model.
    pub adapters: Vec<AdapterEntry>,
    /// The place of a story that was looked at last.
    pub looker: Looker,
    /// The story that was written last while its settings changed.
    pub rewriter: Rewriter,
}

/// Loads a model by name, or the default one, and posts progress and readiness.
pub async fn load(manifest_url: &str, wanted: Option<&str>) -> Result<Loaded, Failure> {
    let start = clock::now();
    let manifest = Manifest::fetch(manifest_url).await?;
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
            "The list of models on the server does not contain its own default model. Publish models/index.json again.",
        )
    })?;

    let folder = manifest_url.rsplit_once('/').map_or("", |(folder, _)| folder);
    let reference_bytes = entry.reference.as_ref().map_or(0, |file| file.bytes);
    let total = entry.bytes + entry.tokenizer_bytes + reference_bytes;
    let tokenizer_url = format!("{folder}/{}", entry.tokenizer);
    let expected = Expected { url: &tokenizer_url, bytes: entry.tokenizer_bytes, sha256: &entry.tokenizer_sha256 };
    // All at once. The tokenizer is read while the model is still being downloaded.
    let arrived = [Cell::new(0), Cell::new(0), Cell::new(0)];
    let progress = |which: usize, loaded: usize, from: Source| {
        arrived[which].set(loaded);
        post(&Report::Progress { loaded: arrived.iter().map(Cell::get).sum(), total, from });
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
    let reference = async {
        let Some(file) = &entry.reference else { return Ok(None) };
        let url = format!("{folder}/{}", file.file);
        let file = get(&file.at(&url), |loaded, from| progress(2, loaded, from)).await?;
        let reference = Reference::read(&file.bytes.to_vec()).map_err(|error| unusable(&error))?;
        Ok::<_, Failure>(Some((file, reference)))
    };
    // The first failure of the three is reported at once.
    let ((tokenizer_file, tokenizer), model, reference) =
        futures_util::future::try_join3(tokenizer, model, reference).await?;

    let from = model.from;
    let (reference_file, reference) = reference.unzip();
    let loaded = open(entry, folder, &model, tokenizer, reference).map_err(|error| unusable(error.as_ref()))?;
    let mut kept = tokenizer_file.kept().await & model.kept().await;
    if let Some(file) = reference_file {
        kept &= file.kept().await;
    }
    let info = &loaded.info;
    post(&ModelReport::Ready {
        model: Box::new(ModelFacts {
            name: entry.name.clone(),
            hash8: info.hash8.clone(),
            title: entry.title.clone(),
            bytes: entry.bytes,
            context: loaded.engine.context(),
            parameters: info.parameters,
            vocabulary: info.shape.vocabulary,
        }),
        seconds: (clock::now() - start) / 1000.0,
        from,
        kept,
        kernel: loaded.engine.kernel().name(),
        memory_bytes: memory_bytes(),
        note: (!kept).then(|| note(from)),
        problem,
        bands: loaded.reference.as_ref().map(|reference| reference.bands(USUAL_TOKENS)).unwrap_or_default(),
        adapters: entry
            .adapters
            .iter()
            .map(|adapter| AdapterFacts {
                id: adapter.id(),
                title: adapter.title.clone(),
                bytes: adapter.weights.bytes + adapter.config.bytes,
            })
            .collect(),
        library: entry.library.as_ref().map(|file| LibraryFacts { bytes: file.bytes, sha256: file.sha256.clone() }),
    });
    Ok(loaded)
}

fn open(
    entry: &Entry,
    folder: &str,
    model: &Download,
    tokenizer: Tokenizer,
    reference: Option<Reference>,
) -> Result<Loaded, Box<dyn std::error::Error>> {
    let mut model = model::open_from(
        BufReader::new(JsBytes::new(model.bytes.clone())),
        Origin { name: &entry.name, sha256: Some(&entry.sha256) },
    )?;
    tokenizer.check_fits(&model.info)?;
    if let Some(reference) = &reference {
        reference.check_fits(&model.info.id(), model.info.shape.vocabulary)?;
    }
    let engine = Llama::new(&mut model)?;
    Ok(Loaded {
        engine,
        tokenizer: Rc::new(tokenizer),
        info: model.info,
        reference,
        folder: folder.into(),
        adapters: entry.adapters.clone(),
        looker: Looker::default(),
        rewriter: Rewriter::default(),
    })
}

/// Why the next visit will download the model again.
fn note(from: Source) -> String {
    debug_assert_eq!(from, Source::Network);
    if scope().is_secure_context() {
        "The model could not be stored on this device (storage is full or switched off). Your next visit will download it again.".into()
    } else {
        "The model is not stored on this device, because this page is not served over HTTPS. Your next visit will download it again.".into()
    }
}
