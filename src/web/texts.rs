//! The texts that an adapter was tuned on, which stories of an experiment are compared with: fetched once per worker.

use super::adapter;
use super::download::get;
use super::failure::Failure;
use super::load::Loaded;
use super::manifest::File;
use crate::library::Library;
use crate::metrics::Reference;
use crate::protocol::Code;
use crate::reading::AdapterTexts;
use crate::story::{AdapterSetting, Settings};
use std::cell::RefCell;
use std::rc::Rc;

#[derive(Default)]
pub struct Texts {
    /// By the adapter's id.
    adapter: RefCell<Option<(String, Rc<AdapterTexts>)>>,
}

impl Texts {
    /// Loads the adapter that settings name, if they name one, and the texts that it was tuned on.
    pub async fn of_adapter(
        &self,
        loaded: &mut Loaded,
        settings: &Settings,
    ) -> Result<Option<Rc<AdapterTexts>>, Failure> {
        let Some(AdapterSetting { id, .. }) = &settings.adapter else { return Ok(None) };
        // Strength 0 needs no adapter, but other cells of a sweep do.
        let asked = Settings { adapter: Some(AdapterSetting { id: id.clone(), strength: 1.0 }), ..settings.clone() };
        adapter::fetch_for(loaded, &asked).await?;
        if let Some((_, texts)) = self.adapter.borrow().as_ref().filter(|(known, _)| known == id) {
            return Ok(Some(texts.clone()));
        }
        let entry = adapter::entry(loaded, &asked);
        let library = match entry.and_then(|entry| entry.library.as_ref()) {
            Some(file) => Some(open(&loaded.folder, file).await?),
            None => None,
        };
        let reference = match entry.and_then(|entry| entry.reference.as_ref()) {
            Some(file) => Some(reference(&loaded.folder, file).await?),
            None => None,
        };
        let texts = Rc::new(AdapterTexts { library, reference });
        *self.adapter.borrow_mut() = Some((id.clone(), texts.clone()));
        Ok(Some(texts))
    }
}

async fn open(folder: &str, file: &File) -> Result<Library, Failure> {
    let url = format!("{folder}/{}", file.file);
    let download = get(&file.at(&url), |_, _| ()).await?;
    let library = Library::open(&download.bytes.to_vec())
        .map_err(|error| Failure::new(Code::Model, format!("The library on the server cannot be used: {error}.")))?;
    download.kept().await;
    Ok(library)
}

async fn reference(folder: &str, file: &File) -> Result<Reference, Failure> {
    let url = format!("{folder}/{}", file.file);
    let download = get(&file.at(&url), |_, _| ()).await?;
    let reference = Reference::read(&download.bytes.to_vec()).map_err(|error| {
        Failure::new(Code::Model, format!("The reference of the adapter's texts cannot be read: {error}."))
    })?;
    download.kept().await;
    Ok(reference)
}
