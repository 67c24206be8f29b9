//! The library's worker: opens the library, and finds where texts come from. It is a worker of its own, so that stories can be written
//! meanwhile, and so that its memory can be freed.

use super::clock;
use super::download::get;
use super::failure::Failure;
use super::manifest::Manifest;
use super::page::{listen, memory_bytes, post};
use crate::library::{Library, LibraryNovelty, words};
use crate::metrics::{Headlines, Metrics, Reference};
use crate::protocol::library::{Answer, Request, TextSpan, TracedNumbers};
use crate::protocol::{Code, Numbers, Report};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Books that are named per span.
const BOOKS: usize = 8;

struct Opened {
    library: Library,
    reference: Option<Reference>,
}

/// Listens from now on.
pub fn start() {
    let opened: Rc<RefCell<Option<Opened>>> = Rc::default();
    listen("question", move |request| match request {
        Request::Open { manifest_url, model } => {
            let opened = opened.clone();
            spawn_local(async move {
                match open(&manifest_url, &model).await {
                    Ok(library) => *opened.borrow_mut() = Some(library),
                    Err(failure) => failure.post(None),
                }
            });
        }
        Request::Trace { id, text, tokens, slor_per_word_bits, surprise } => {
            if let Some(opened) = opened.borrow().as_ref() {
                let known = Metrics { tokens, slor_per_word_bits, surprise, ..Metrics::default() };
                post(&opened.trace(id, &text, &known));
            }
        }
        Request::Novelty { id, text } => {
            if let Some(opened) = opened.borrow().as_ref() {
                post(&Answer::Novelty { id, novelty: LibraryNovelty::of(&text, &opened.library) });
            }
        }
        Request::Find { id, text } => {
            if let Some(opened) = opened.borrow().as_ref() {
                post(&Answer::Found { id, books: opened.library.books(&words(&text), BOOKS) });
            }
        }
    });
    post(&Answer::Hello);
}

async fn open(manifest_url: &str, model: &str) -> Result<Opened, Failure> {
    let manifest = Manifest::fetch(manifest_url).await?;
    let entry = manifest.models.iter().find(|entry| entry.name == model);
    let Some((entry, file)) = entry.and_then(|entry| Some((entry, entry.library.as_ref()?))) else {
        return Err(Failure::new(Code::Manifest, format!("There is no library for the model {model} on this page.")));
    };
    let folder = manifest_url.rsplit_once('/').map_or("", |(folder, _)| folder);
    let damaged = |error: &dyn std::error::Error| {
        Failure::new(Code::Model, format!("The library on the server cannot be used: {error}."))
    };
    let reference = match &entry.reference {
        None => None,
        Some(reference) => {
            let url = format!("{folder}/{}", reference.file);
            let download = get(&reference.at(&url), |_, _| {}).await?;
            Some(Reference::read(&download.bytes.to_vec()).map_err(|error| damaged(&error))?)
        }
    };
    let url = format!("{folder}/{}", file.file);
    let total = file.bytes;
    let progress = |loaded, from| post(&Report::Progress { loaded, total, from });
    let download = get(&file.at(&url), progress).await?;
    post(&Answer::Opening);
    let start = clock::now();
    let library = Library::open(&download.bytes.to_vec()).map_err(|error| damaged(&error))?;
    let seconds = (clock::now() - start) / 1000.0;
    let (documents, books, words) = library.size();
    let from = download.from;
    let kept = download.kept().await;
    post(&Answer::Opened { documents, books, words, seconds, from, kept, memory_bytes: memory_bytes() });
    Ok(Opened { library, reference })
}

impl Opened {
    fn trace(&self, id: u32, text: &str, known: &Metrics) -> Answer {
        let start = clock::now();
        let reference = self.reference.as_ref();
        let novelty = LibraryNovelty::of(text, &self.library);
        let headlines = reference.map(|reference| {
            Headlines::new(known, reference).with_library(novelty.new_words_and_triples(), known.tokens, reference)
        });
        let units = |bytes: usize| text[..bytes].encode_utf16().count();
        let spans = self.library.spans(text).into_iter();
        let spans = spans.map(|span| TextSpan {
            start: units(span.bytes.start),
            end: units(span.bytes.end),
            words: span.words.len(),
            occurrences: span.occurrences,
        });
        let spans = spans.collect();
        let numbers = Numbers::new(&TracedNumbers { novelty, headlines }, known.tokens, reference);
        Answer::Traced { id, spans, numbers, seconds: (clock::now() - start) / 1000.0 }
    }
}
