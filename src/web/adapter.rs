//! Adapters in the browser: those of the manifest, fetched when a story needs one, and the user's own files.

use super::download::get;
use super::failure::Failure;
use super::load::Loaded;
use super::manifest;
use super::page::post;
use crate::model::id::hash_of;
use crate::model::{Adapter, ModelError};
use crate::protocol::{AdapterFacts, Code, ModelReport};
use crate::story::Settings;

/// The server's entry for the adapter that settings name.
pub fn entry<'a>(loaded: &'a Loaded, settings: &Settings) -> Option<&'a manifest::AdapterEntry> {
    let asked = settings.adapter.as_ref()?;
    loaded.adapters.iter().find(|adapter| hash_of(&adapter.id()) == hash_of(&asked.id))
}

/// The adapter that settings need, if it is not loaded and the server has it.
pub fn lacking<'a>(loaded: &'a Loaded, settings: &Settings) -> Option<&'a manifest::AdapterEntry> {
    let asked = settings.adapter.as_ref().filter(|adapter| adapter.strength != 0.0)?;
    entry(loaded, settings).filter(|_| !loaded.engine.has_adapter(&asked.id))
}

/// Fetches the adapter that settings need, if it is not loaded and the server has it. If the server does not have it, the engine
/// reports that later.
pub async fn fetch_for(loaded: &mut Loaded, settings: &Settings) -> Result<(), Failure> {
    let Some(entry) = lacking(loaded, settings).cloned() else { return Ok(()) };
    let (id, total) = (entry.id(), entry.weights.bytes + entry.config.bytes);
    let progress = |loaded: usize| post(&ModelReport::AdapterProgress { adapter: &id, loaded, total });
    let config_url = format!("{}/{}", loaded.folder, entry.config.file);
    let config = get(&entry.config.at(&config_url), |_, _| ()).await?;
    let weights_url = format!("{}/{}", loaded.folder, entry.weights.file);
    let weights = get(&entry.weights.at(&weights_url), |arrived, _| progress(arrived)).await?;
    let adapter = read(loaded, &entry.name, &config.bytes.to_vec(), &weights.bytes.to_vec())
        .map_err(|error| Failure::new(Code::Model, format!("The adapter on the server cannot be used: {error}.")))?;
    if adapter.hash8 != hash_of(&id) {
        let why =
            "The list of models on the server does not know this adapter's scale. Run node scripts/manifest.mjs there.";
        return Err(Failure::new(Code::Manifest, why));
    }
    give(loaded, &adapter);
    progress(total);
    // Cached like the model. If that fails, it is fetched again next time.
    config.kept().await;
    weights.kept().await;
    Ok(())
}

/// Reads an adapter from the user's own files.
pub fn open_own(loaded: &mut Loaded, name: &str, config: &[u8], weights: &[u8]) -> Result<AdapterFacts, Failure> {
    let adapter = read(loaded, name, config, weights).map_err(|error| {
        Failure::new(Code::Adapter, format!("These files cannot be used: {error}. Nothing else has changed."))
    })?;
    give(loaded, &adapter);
    Ok(AdapterFacts { id: adapter.id(), title: adapter.name, bytes: weights.len() })
}

/// Loads an adapter into the engine, and tells the page which one had to make room for it.
fn give(loaded: &mut Loaded, adapter: &Adapter) {
    if let Some(freed) = loaded.engine.load_adapter(adapter) {
        post(&ModelReport::AdapterFreed { adapter: &freed });
    }
}

fn read(loaded: &Loaded, name: &str, config: &[u8], weights: &[u8]) -> Result<Adapter, ModelError> {
    Adapter::read(config, weights, name, &loaded.info.shape)
}
