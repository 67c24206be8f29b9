//! Adapters in the engine: against weights with the change merged into them, alone and in company, at every strength.

mod small;

use candle_core::quantized::GgmlDType;
use fabula::engine::{Arithmetic, Engine, EngineError, Kernel, Llama};
use fabula::library::Library;
use fabula::link;
use fabula::metrics::{EarlierStories, Reference};
use fabula::model::{Adapter, Model, ModelInfo, Part, Tensor, Tokenizer, open, open_adapter};
use fabula::reading::{AdapterTexts, Scorer};
use fabula::story::{Adapter as Setting, Batch, GenerateError, Generation, Looker, Settings, Story, Writer};
use small::{Small, TINY};
use std::fs::File;
use std::io::Cursor;
use std::path::Path;

const TOKENS: [u32; 12] = [1, 7, 3, 9, 4, 4, 8, 5, 2, 6, 0, 3];

fn logits(engine: &mut Llama, tokens: &[u32]) -> Vec<f32> {
    engine.reset(tokens.len());
    engine.feed(tokens).unwrap().to_vec()
}

/// Weights with W + strength * scale * B A in the places of W.
fn merged(small: &Small, adapter: &Adapter, strength: f32) -> Small {
    let mut merged = small.clone();
    for (tensor, weights) in &mut merged.weights {
        let Tensor::Layer(layer, part) = *tensor else { continue };
        let Some(low) = adapter.get(layer, part) else { continue };
        let columns = tensor.size(&small.shape).1;
        for (row, weights) in weights.chunks_exact_mut(columns).enumerate() {
            for (column, weight) in weights.iter_mut().enumerate() {
                let product = |k: usize| low.b[row * low.rank + k] * low.a[k * columns + column];
                *weight += strength * low.scale * (0..low.rank).map(product).sum::<f32>();
            }
        }
    }
    merged
}

#[test]
fn it_is_a_merge_that_is_not_made() {
    let small = Small::new(TINY, false);
    let (config, weights) = small.adapter(3);
    let adapter = Adapter::read(&config, &weights, "small", &small.shape).unwrap();
    let float = |small: &Small| {
        let mut model = open(Cursor::new(small.gguf(GgmlDType::F32))).unwrap();
        Llama::with(&mut model, Arithmetic::Float, Kernel::best()).unwrap()
    };
    let mut engine = float(&small);
    let tokens = &TOKENS[..6];
    let base = logits(&mut engine, tokens);
    engine.load_adapter(&adapter);
    for strength in [0.25, 1.0, 1.5] {
        engine.adapt(Some((&adapter.id(), strength))).unwrap();
        let found = logits(&mut engine, tokens);
        let expected = logits(&mut float(&merged(&small, &adapter, strength as f32)), tokens);
        let largest = |other: &[f32]| found.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(largest(&expected) < 1e-4, "at {strength} it is {} off", largest(&expected));
        assert!(largest(&base) > 1e-2, "at {strength} it changes nothing");
    }
    engine.adapt(Some((&adapter.id(), 0.0))).unwrap();
    assert_eq!(logits(&mut engine, tokens), base);
}

struct House {
    model: Model,
    tokenizer: Tokenizer,
    engine: Llama,
    poet: Adapter,
}

impl House {
    fn open() -> Self {
        let mut model = open(File::open("models/fable-9m/fable-9m-q8_0.gguf").unwrap()).unwrap();
        let tokenizer = Tokenizer::new(&std::fs::read("models/fable-9m/tokenizer.json").unwrap()).unwrap();
        let mut engine = Llama::new(&mut model).unwrap();
        let poet = open_adapter(Path::new("models/poet"), &model.info.shape).unwrap();
        engine.load_adapter(&poet);
        Self { model, tokenizer, engine, poet }
    }

    fn info(&self) -> &ModelInfo {
        &self.model.info
    }

    fn settings(&self, strength: f64) -> Settings {
        let adapter = Some(Setting { id: self.poet.id(), strength });
        Settings { prompt: "The sea was grey, and".into(), length: 40, adapter, ..Settings::default() }
    }

    fn write(&mut self, settings: &Settings) -> Generation {
        let mut writer = Writer::new(&mut self.engine, &self.tokenizer, &self.model.info, settings.clone()).unwrap();
        while writer.step().unwrap().is_some() {}
        writer.finish(&EarlierStories::default(), None)
    }
}

#[test]
fn the_poet_fits_in_a_megabyte_and_is_named_by_its_file() {
    let file = std::fs::read("models/poet/adapter_model.safetensors").unwrap();
    assert!(file.len() <= 1_000_000, "{} bytes", file.len());
    let house = House::open();
    assert_eq!(house.poet.id(), format!("poet@{}", &fabula::model::sha256_hex(&file)[..8]));
    let layers = 0..house.info().shape.layers;
    let parts = [Part::Query, Part::Key, Part::Value, Part::Output, Part::Gate, Part::Up, Part::Down];
    assert!(layers.flat_map(|layer| parts.map(|part| (layer, part))).all(|(l, p)| house.poet.get(l, p).is_some()));
}

#[test]
fn strength_0_is_the_model_itself_to_the_bit() {
    let mut house = House::open();
    let none = Settings { adapter: None, ..house.settings(0.0) };
    let base = house.write(&none);
    let poet = house.write(&house.settings(1.0));
    assert_ne!(poet.digest, base.digest);
    let zero = house.write(&house.settings(0.0));
    assert_eq!((&zero.token_ids, &zero.surprisal_bits), (&base.token_ids, &base.surprisal_bits));
    assert_eq!((zero.entropy_bits, zero.ranks), (base.entropy_bits, base.ranks));
    // Whatever came before.
    assert_eq!(house.write(&house.settings(1.0)).surprisal_bits, poet.surprisal_bits);
    // And the link replays it.
    let read = link::read(&link::of(&poet));
    assert_eq!(house.write(&read.settings.unwrap()).digest, read.digest.unwrap());
}

#[test]
fn stories_of_all_strengths_are_written_side_by_side() {
    let mut house = House::open();
    let strengths = [0.0, 0.5, 1.5, 1.5, 0.5, 1.0, 0.25];
    let stories: Vec<Settings> = (0..)
        .zip(strengths)
        .map(|(index, strength)| Settings { seed: index, length: 10 + 5 * index, ..house.settings(strength) })
        .collect();
    let alone: Vec<Generation> = stories.iter().map(|settings| house.write(settings)).collect();
    let mut batch = Batch::new(&house.tokenizer, &house.model.info, 3);
    let mut waiting = stories.into_iter().enumerate();
    let mut found = 0;
    loop {
        while batch.has_room() {
            let Some((number, settings)) = waiting.next() else { break };
            batch.begin(&mut house.engine, number, settings).unwrap();
        }
        if batch.is_empty() {
            break;
        }
        for (number, pen) in batch.step(&mut house.engine).unwrap() {
            let story = pen.finish(&EarlierStories::default(), None);
            assert_eq!(story.token_ids, alone[number].token_ids, "story {number}");
            assert_eq!(story.surprisal_bits, alone[number].surprisal_bits);
            found += 1;
        }
    }
    assert_eq!(found, strengths.len());
}

#[test]
fn every_kernel_gives_the_same_logits_with_it() {
    let mut house = House::open();
    let mut all = Vec::new();
    for kernel in Kernel::available() {
        let mut engine = Llama::with(&mut house.model, Arithmetic::Auto, kernel).unwrap();
        engine.load_adapter(&house.poet);
        engine.adapt(Some((&house.poet.id(), 0.75))).unwrap();
        all.push(logits(&mut engine, &TOKENS));
    }
    assert!(all.iter().all(|logits| *logits == all[0]));
}

#[test]
fn an_adapter_that_is_not_there_is_named() {
    let mut house = House::open();
    let mut settings = house.settings(1.0);
    settings.adapter.as_mut().unwrap().id = "sonnets@01234567".into();
    let error = Writer::new(&mut house.engine, &house.tokenizer, &house.model.info, settings.clone()).err().unwrap();
    assert!(matches!(&error, GenerateError::Engine(EngineError::NoAdapter { id }) if id == "sonnets@01234567"));
    assert!(error.to_string().contains("sonnets@01234567"), "{error}");
    // Under another name it is the same: the hash counts.
    settings.adapter.as_mut().unwrap().id = format!("bard@{}", house.poet.hash8);
    let renamed = house.write(&settings);
    assert_eq!(renamed.digest, house.write(&house.settings(1.0)).digest);
    // Strength 0 needs no file.
    settings.adapter = Some(Setting { id: "sonnets@01234567".into(), strength: 0.0 });
    house.write(&settings);
}

#[test]
fn tokens_seen_with_another_strength_are_forgotten() {
    let mut house = House::open();
    let id = house.poet.id();
    house.engine.feed(&[0, 5, 9]).unwrap();
    house.engine.adapt(Some((&id, 0.0))).unwrap();
    assert_eq!(house.engine.position(), 3);
    house.engine.adapt(Some((&id, 0.5))).unwrap();
    assert_eq!(house.engine.position(), 0);
    house.engine.feed(&[0, 5, 9]).unwrap();
    house.engine.adapt(Some((&id, 0.5))).unwrap();
    assert_eq!(house.engine.position(), 3);
    // Another sequence has its own.
    house.engine.sequence(1).adapt(None).unwrap();
    assert_eq!(house.engine.position(), 3);
    // Loaded anew, it may be another one.
    let poet = house.poet.clone();
    house.engine.load_adapter(&poet);
    assert_eq!(house.engine.position(), 0);
    assert!(house.engine.has_adapter(&id) && !house.engine.has_adapter("poet@00000000"));
}

#[test]
fn a_place_is_looked_at_with_the_strength_of_its_story() {
    let mut house = House::open();
    let generation = house.write(&house.settings(1.0));
    let mut looker = Looker::default();
    let chosen = |house: &mut House, looker: &mut Looker, settings: &Settings| {
        let story =
            Story { settings: settings.clone(), token_ids: generation.token_ids.clone(), mirostat_bits: Vec::new() };
        let (tokenizer, model) = (&house.tokenizer, &house.model.info);
        let computed = looker.place(&mut house.engine, tokenizer, model, &story, 7).unwrap();
        (computed, looker.explain(tokenizer, model, &story, 7, settings).entropy_bits)
    };
    let (computed, entropy) = chosen(&mut house, &mut looker, &generation.settings);
    assert!(computed && entropy == generation.entropy_bits[7]);
    let base = Settings { adapter: None, ..generation.settings.clone() };
    let (computed, entropy) = chosen(&mut house, &mut looker, &base);
    assert!(computed && entropy != generation.entropy_bits[7], "another strength is another place");
}

#[test]
fn stories_of_all_strengths_are_measured_alike() {
    let mut house = House::open();
    let reference = Reference::read(&std::fs::read("models/fable-9m/reference.json").unwrap()).unwrap();
    let texts = AdapterTexts {
        library: Some(Library::open(&std::fs::read("models/poet/library.fabulib").unwrap()).unwrap()),
        reference: Some(Reference::read(&std::fs::read("models/poet/reference.json").unwrap()).unwrap()),
    };
    let mut scored = |settings: Settings| {
        let story = house.write(&settings);
        let mut scorer = Scorer {
            engine: &mut house.engine.sequence(1),
            tokenizer: &house.tokenizer,
            model: &house.model.info,
            reference: Some(&reference),
            library: None,
        };
        scorer.score_story(&story, Some(&texts)).unwrap()
    };
    let settings = House::open().settings(0.0);
    let (base, _) = scored(Settings { adapter: None, ..settings.clone() });
    let (zero, zero_percentiles) = scored(settings.clone());
    let strong = Settings { adapter: settings.adapter.map(|adapter| Setting { strength: 1.5, ..adapter }), ..settings };
    let (poet, percentiles) = scored(strong);
    assert!(base.keys().all(|name| !name.starts_with("base_") && !name.starts_with("adapter_")));
    assert!(base["lines"].is_number());
    for (name, value) in &base {
        assert_eq!(zero[name], *value, "{name}");
        if let Some(again) = zero.get(&format!("base_{name}")) {
            assert_eq!(again, value, "{name} of the model itself, at strength 0");
        }
    }
    assert_eq!(zero.keys().collect::<Vec<_>>(), poet.keys().collect::<Vec<_>>(), "a sweep has one set of columns");
    assert_ne!(poet["base_slor_per_word_bits"], poet["slor_per_word_bits"]);
    assert!(poet["base_perplexity"].as_f64() > poet["perplexity"].as_f64(), "its own words surprise the poet less");
    assert!(poet["adapter_new_ngrams_3"].is_number());
    for name in ["base_slor_per_word_bits", "adapter_mean_words_per_line", "adapter_new_ngrams_3"] {
        assert!(percentiles.contains_key(name) && zero_percentiles.contains_key(name), "{name}");
    }
}
