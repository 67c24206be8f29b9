//! The house model and what belongs to it, read once for all tests.

use fabula::engine::{Engine, Llama};
use fabula::metrics::{EarlierStories, Reference};
use fabula::model::{Adapter, Model, ModelInfo, Tokenizer, open, open_adapter};
use fabula::story::{Generation, Settings, Writer};
use std::io::Cursor;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::{LazyLock, Mutex};

pub const MODEL: &str = "models/fable-9m/fable-9m-q8_0.gguf";
pub const POET: &str = "models/poet";

/// The model file.
pub static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| std::fs::read(MODEL).unwrap());
pub static INFO: LazyLock<ModelInfo> = LazyLock::new(|| model().info);
pub static TOKENIZER: LazyLock<Tokenizer> =
    LazyLock::new(|| Tokenizer::new(&std::fs::read("models/fable-9m/tokenizer.json").unwrap()).unwrap());
pub static REFERENCE: LazyLock<Reference> =
    LazyLock::new(|| Reference::read(&std::fs::read("models/fable-9m/reference.json").unwrap()).unwrap());
pub static ADAPTER: LazyLock<Adapter> = LazyLock::new(|| open_adapter(Path::new(POET), &INFO.shape).unwrap());

/// Writes a story to its end.
pub fn write(engine: &mut dyn Engine, settings: &Settings) -> Generation {
    let mut writer = Writer::new(engine, &TOKENIZER, &INFO, settings.clone()).unwrap();
    while writer.step().unwrap().is_some() {}
    writer.finish(&EarlierStories::default(), Some(&REFERENCE))
}

/// The model file, opened.
pub fn model() -> Model {
    open(Cursor::new(FILE.as_slice())).unwrap()
}

/// An engine from the shelf, returned to it in the end.
pub struct Lent(Option<Llama>);

static SHELF: Mutex<Vec<Llama>> = Mutex::new(Vec::new());

/// An engine with the Poet loaded and without tokens. Another test may have used it before: results do not depend on that.
pub fn engine() -> Lent {
    let Some(mut engine) = SHELF.lock().unwrap().pop() else { return new_engine() };
    engine.adapt(None).unwrap();
    engine.begin(1, 1);
    Lent(Some(engine))
}

/// An engine with the Poet loaded that has done nothing yet.
pub fn new_engine() -> Lent {
    let mut engine = Llama::new(&mut model()).unwrap();
    engine.load_adapter(&ADAPTER);
    Lent(Some(engine))
}

impl Deref for Lent {
    type Target = Llama;
    fn deref(&self) -> &Llama {
        self.0.as_ref().expect("it is lent until it is dropped")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Llama {
        self.0.as_mut().expect("it is lent until it is dropped")
    }
}

impl Drop for Lent {
    /// What a failed test leaves behind is not used again.
    fn drop(&mut self) {
        if let (Some(engine), false) = (self.0.take(), std::thread::panicking()) {
            SHELF.lock().unwrap().push(engine);
        }
    }
}
