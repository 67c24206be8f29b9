//! The texts that stories of an experiment are held against in its own worker, fetched once: the library of the model, and that of an
//! adapter.

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
    library: RefCell<Option<Rc<Library>>>,
    /// By the adapter's id.
    adapter: RefCell<Option<(String, Rc<AdapterTexts>)>>,
}

impl Texts {
    /// The library of the model.
    pub async fn library(&self, loaded: &Loaded) -> Result<Rc<Library>, Failure> {
        if let Some(library) = self.library.borrow().as_ref() {
            return Ok(library.clone());
        }
        let file = loaded.library.as_ref().ok_or_else(|| {
            Failure::new(
                Code::Manifest,
                "There is no library for this model on this page: set the weight of novelty to 0.",
            )
        })?;
        let library = Rc::new(open(&loaded.folder, file).await?);
        Ok(self.library.borrow_mut().insert(library).clone())
    }

    /// Gets the adapter that settings ask for, if they do, and the texts that it was tuned on.
    pub async fn of_adapter(
        &self,
        loaded: &mut Loaded,
        settings: &Settings,
    ) -> Result<Option<Rc<AdapterTexts>>, Failure> {
        let Some(AdapterSetting { id, .. }) = &settings.adapter else { return Ok(None) };
        // Strength 0 alone would not need it, but a sweep goes on to others.
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
        Failure::new(Code::Model, format!("What the adapter's texts are like cannot be read: {error}."))
    })?;
    download.kept().await;
    Ok(reference)
}
