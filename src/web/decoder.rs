//! The engine without the page: for benchmarks, and for the tests that compare browsers.
//!
//! It is part of the module that visitors load, so that the tests prove what visitors get. That costs about 9 kB of the 1.27 MB
//! (gzipped); a module of its own would cost every test run two more builds. Settings come as the page sends them, because
//! reading them from JSON took 6 kB more.

use super::bytes::JsBytes;
use crate::engine::{Arithmetic, Engine, Kernel, Llama};
use crate::metrics::{EarlierStories, Reference};
use crate::model::{Adapter, ModelInfo, Origin, Tokenizer, open_from};
use crate::protocol::stories::Request;
use crate::reading::Scorer;
use crate::sampling::{Chain, History, Random, Sampler, argmax};
use crate::story::{Settings, Writer};
use js_sys::Uint8Array;
use sha2::{Digest, Sha256};
use std::io::BufReader;
use wasm_bindgen::prelude::*;

/// A model that decodes tokens.
#[wasm_bindgen]
pub struct Decoder {
    engine: Llama,
    info: ModelInfo,
    /// What [`Self::sample`] draws with.
    drawing: Option<(Sampler, Random)>,
}

#[wasm_bindgen]
impl Decoder {
    /// Reads a model file. `kernel`: the name of one of [`Self::kernels`], or nothing for the best. `sha256`: the file's, in
    /// hexadecimal, if it is known already; otherwise it is computed here.
    #[wasm_bindgen(constructor)]
    pub fn new(model: Uint8Array, kernel: Option<String>, sha256: Option<String>) -> Result<Decoder, JsError> {
        let kernel = match kernel {
            None => Kernel::best(),
            Some(name) => Kernel::available()
                .into_iter()
                .find(|kernel| kernel.name() == name)
                .ok_or_else(|| JsError::new(&format!("there is no kernel \"{name}\" in this module")))?,
        };
        let sha256 =
            sha256.as_deref().filter(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let mut model = open_from(BufReader::new(JsBytes::new(model)), Origin { name: "model", sha256 })?;
        let engine = Llama::with(&mut model, Arithmetic::Auto, kernel)?;
        Ok(Self { engine, info: model.info, drawing: None })
    }

    /// The names of the kernels in this module, best first.
    pub fn kernels() -> Vec<String> {
        Kernel::available().into_iter().map(|kernel| kernel.name().to_string()).collect()
    }

    /// The name of the kernel in use.
    pub fn kernel(&self) -> String {
        self.engine.kernel().name().to_string()
    }

    /// Loads an adapter from its two files; returns its `NAME@HASH8`, by which settings name it.
    pub fn load_adapter(&mut self, name: &str, config: &[u8], weights: &[u8]) -> Result<String, JsError> {
        let adapter = Adapter::read(config, weights, name, &self.info.shape)?;
        self.engine.load_adapter(&adapter);
        Ok(adapter.id())
    }

    /// Adapts the first sequence to a loaded adapter; the model itself at strength 0.
    pub fn adapt(&mut self, id: &str, strength: f64) -> Result<(), JsError> {
        Ok(self.engine.adapt(Some((id, strength)))?)
    }

    /// Forgets all tokens, and makes room for some sequences of as many tokens each.
    pub fn reset(&mut self, sequences: usize, positions: usize) {
        self.engine.begin(sequences, positions);
    }

    /// Feeds tokens to the first sequence; returns the likeliest next one.
    pub fn feed(&mut self, tokens: &[u32]) -> Result<u32, JsError> {
        Ok(argmax(self.engine.feed(tokens)?))
    }

    /// Feeds one token to each of the first sequences; returns the likeliest next one of each.
    pub fn feed_each(&mut self, tokens: &[u32]) -> Result<Vec<u32>, JsError> {
        if tokens.len() > self.engine.sequences() {
            return Err(JsError::new("there are fewer sequences than tokens: reset comes first"));
        }
        let rows: Vec<(usize, u32)> = tokens.iter().copied().enumerate().collect();
        let logits = self.engine.feed_each(&rows)?;
        Ok(logits.chunks_exact(logits.len() / tokens.len()).map(argmax).collect())
    }

    /// Chooses how [`Self::sample`] draws.
    pub fn draw_with(&mut self, temperature: f64, top_p: f64, seed: u32) {
        let sampler = Sampler::new(Chain { temperature, top_p, ..Chain::default() }, self.info.shape.vocabulary);
        self.drawing = Some((sampler, Random::new(seed.into())));
    }

    /// Feeds tokens to the first sequence and draws the next one, computing its surprisal and the entropy too.
    pub fn sample(&mut self, tokens: &[u32]) -> Result<u32, JsError> {
        let logits = self.engine.feed(tokens)?;
        let (sampler, random) = self.drawing.as_mut().ok_or_else(|| JsError::new("draw_with comes first"))?;
        Ok(sampler.choose(logits, History { prompt: &[], story: &[] }, random).token)
    }

    /// Writes and scores the story that a [`Request::Generate`] asks for; returns the digests of its tokens, its logits and its
    /// measurements. `reference`: a reference file's JSON. See `tests/it/golden.rs`.
    pub fn golden(&mut self, request: JsValue, tokenizer: &[u8], reference: &[u8]) -> Result<Vec<String>, JsError> {
        let tokenizer = Tokenizer::new(tokenizer)?;
        let mut writer = Writer::new(&mut self.engine, &tokenizer, &self.info, settings(request)?)?;
        let mut logits = Sha256::new();
        while writer.step()?.is_some() {
            for logit in writer.logits() {
                logits.update(logit.to_bits().to_le_bytes());
            }
        }
        let reference = Reference::read(reference)?;
        let generation = writer.finish(&EarlierStories::default(), Some(&reference));
        let mut scorer = Scorer {
            engine: &mut self.engine,
            tokenizer: &tokenizer,
            model: &self.info,
            reference: Some(&reference),
            library: None,
        };
        let prompted = !generation.settings.prompt.is_empty();
        let scores = scorer.score_read(&generation.read(), &generation.text, prompted)?;
        let logits = logits.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let measurements = scores.measurements_digest(&generation);
        Ok(vec![generation.digest, logits, measurements])
    }
}

/// The settings of a request for a story.
fn settings(request: JsValue) -> Result<Settings, JsError> {
    match serde_wasm_bindgen::from_value(request)? {
        Request::Generate { settings, .. } => Ok(settings),
        _ => Err(JsError::new("this request asks for no story")),
    }
}
