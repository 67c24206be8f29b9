//! Adapters in the engine: against weights with the change merged into them, alone and in company, at every strength.

use crate::house::{ADAPTER, INFO, REFERENCE, TOKENIZER, engine, model, write};
use crate::small::{Small, TINY};
use candle_core::quantized::GgmlDType;
use fabula::engine::{Arithmetic, Engine, EngineError, Kernel, Llama};
use fabula::library::Library;
use fabula::link;
use fabula::metrics::Reference;
use fabula::model::{Adapter, Part, Tensor, open};
use fabula::reading::{AdapterTexts, Scorer};
use fabula::story::{AdapterSetting, GenerateError, Looker, Settings, Story, Writer};
use std::io::Cursor;

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

fn settings(strength: f64) -> Settings {
    let adapter = Some(AdapterSetting { id: ADAPTER.id(), strength });
    Settings { prompt: "The sea was grey, and".into(), length: 40, adapter, ..Settings::default() }
}

#[test]
fn the_poet_fits_in_a_megabyte_and_is_named_by_its_file() {
    let file = std::fs::read("models/poet/adapter_model.safetensors").unwrap();
    assert!(file.len() <= 1_000_000, "{} bytes", file.len());
    assert_eq!(ADAPTER.id(), format!("poet@{}", &fabula::model::sha256_hex(&file)[..8]));
    let layers = 0..INFO.shape.layers;
    let parts = [Part::Query, Part::Key, Part::Value, Part::Output, Part::Gate, Part::Up, Part::Down];
    assert!(layers.flat_map(|layer| parts.map(|part| (layer, part))).all(|(l, p)| ADAPTER.get(l, p).is_some()));
}

#[test]
fn strength_0_is_the_model_itself_to_the_bit() {
    let mut engine = engine();
    let none = Settings { adapter: None, ..settings(0.0) };
    let base = write(&mut *engine, &none);
    let poet = write(&mut *engine, &settings(1.0));
    assert_ne!(poet.digest, base.digest);
    let zero = write(&mut *engine, &settings(0.0));
    assert_eq!((&zero.token_ids, &zero.surprisal_bits), (&base.token_ids, &base.surprisal_bits));
    assert_eq!((zero.entropy_bits, zero.ranks), (base.entropy_bits, base.ranks));
    // Whatever came before.
    assert_eq!(write(&mut *engine, &settings(1.0)).surprisal_bits, poet.surprisal_bits);
    // And the link replays it.
    let read = link::read(&link::of(&poet));
    assert_eq!(write(&mut *engine, &read.settings.unwrap()).digest, read.digest.unwrap());
}

#[test]
fn every_kernel_gives_the_same_logits_with_it() {
    let mut all = Vec::new();
    for kernel in Kernel::available() {
        let mut engine = Llama::with(&mut model(), Arithmetic::Auto, kernel).unwrap();
        engine.load_adapter(&ADAPTER);
        engine.adapt(Some((&ADAPTER.id(), 0.75))).unwrap();
        all.push(logits(&mut engine, &TOKENS));
    }
    assert!(all.iter().all(|logits| *logits == all[0]));
}

#[test]
fn an_adapter_that_is_not_there_is_named() {
    let mut engine = engine();
    let mut story = settings(1.0);
    story.adapter.as_mut().unwrap().id = "sonnets@01234567".into();
    let error = Writer::new(&mut *engine, &TOKENIZER, &INFO, story.clone()).err().unwrap();
    assert!(matches!(&error, GenerateError::Engine(EngineError::NoAdapter { id }) if id == "sonnets@01234567"));
    assert!(error.to_string().contains("sonnets@01234567"), "{error}");
    // Under another name it is the same: the hash counts.
    story.adapter.as_mut().unwrap().id = format!("bard@{}", ADAPTER.hash8);
    let renamed = write(&mut *engine, &story);
    assert_eq!(renamed.digest, write(&mut *engine, &settings(1.0)).digest);
    // Strength 0 needs no file.
    story.adapter = Some(AdapterSetting { id: "sonnets@01234567".into(), strength: 0.0 });
    write(&mut *engine, &story);
}

#[test]
fn tokens_seen_with_another_strength_are_forgotten() {
    let mut engine = engine();
    let id = ADAPTER.id();
    engine.feed(&[0, 5, 9]).unwrap();
    engine.adapt(Some((&id, 0.0))).unwrap();
    assert_eq!(engine.position(), 3);
    engine.adapt(Some((&id, 0.5))).unwrap();
    assert_eq!(engine.position(), 0);
    engine.feed(&[0, 5, 9]).unwrap();
    engine.adapt(Some((&id, 0.5))).unwrap();
    assert_eq!(engine.position(), 3);
    // Another sequence has its own.
    engine.sequence(1).adapt(None).unwrap();
    assert_eq!(engine.position(), 3);
    // Loaded anew, it may be another one.
    engine.load_adapter(&ADAPTER);
    assert_eq!(engine.position(), 0);
    assert!(engine.has_adapter(&id) && !engine.has_adapter("poet@00000000"));
}

#[test]
fn the_adapter_that_was_not_used_for_the_longest_time_is_freed() {
    let small = Small::new(TINY, false);
    let (config, weights) = small.adapter(3);
    let named = |alpha: u32| {
        let mut config: serde_json::Value = serde_json::from_slice(&config).unwrap();
        config["lora_alpha"] = alpha.into();
        Adapter::read(config.to_string().as_bytes(), &weights, "small", &small.shape).unwrap()
    };
    let [one, two, three] = [101, 102, 103].map(named);
    let ids = [one.id(), two.id(), three.id()];
    let mut engine = Llama::new(&mut open(Cursor::new(small.gguf(GgmlDType::F32))).unwrap()).unwrap();
    assert_eq!(engine.load_adapter(&one), None);
    assert_eq!(engine.load_adapter(&two), None);
    engine.adapt(Some((&ids[1], 1.0))).unwrap();
    let adapted = logits(&mut engine, &TOKENS[..6]);
    engine.adapt(Some((&ids[0], 1.0))).unwrap();
    engine.sequence(1).adapt(Some((&ids[1], 1.0))).unwrap();
    engine.sequence(1).feed(&TOKENS[..2]).unwrap();
    engine.adapt(Some((&ids[0], 0.5))).unwrap();
    // Loading one again frees none.
    assert_eq!(engine.load_adapter(&one), None);
    assert_eq!(engine.load_adapter(&three), Some(ids[1].clone()));
    assert_eq!(ids.each_ref().map(|id| engine.has_adapter(id)), [true, false, true]);
    assert_eq!(engine.sequence(1).position(), 0, "a sequence of a freed adapter forgets its tokens");
    assert!(matches!(engine.adapt(Some((&ids[1], 1.0))), Err(EngineError::NoAdapter { .. })));
    assert_eq!(engine.load_adapter(&two), Some(ids[0].clone()));
    engine.adapt(Some((&ids[1], 1.0))).unwrap();
    assert_eq!(logits(&mut engine, &TOKENS[..6]), adapted, "loaded again, it is what it was");
}

#[test]
fn a_place_is_looked_at_with_the_strength_of_its_story() {
    let mut engine = engine();
    let generation = write(&mut *engine, &settings(1.0));
    let mut looker = Looker::default();
    let mut chosen = |settings: &Settings| {
        let story =
            Story { settings: settings.clone(), token_ids: generation.token_ids.clone(), mirostat_bits: Vec::new() };
        let computed = looker.place(&mut *engine, &TOKENIZER, &INFO, &story, 7).unwrap();
        (computed, looker.explain(&TOKENIZER, &INFO, &story, 7, settings).entropy_bits)
    };
    let (computed, entropy) = chosen(&generation.settings);
    assert!(computed && entropy == generation.entropy_bits[7]);
    let base = Settings { adapter: None, ..generation.settings.clone() };
    let (computed, entropy) = chosen(&base);
    assert!(computed && entropy != generation.entropy_bits[7], "another strength is another place");
}

#[test]
fn stories_of_all_strengths_are_measured_alike() {
    let mut engine = engine();
    let texts = AdapterTexts {
        library: Some(Library::open(&std::fs::read("models/poet/library.fabulib").unwrap()).unwrap()),
        reference: Some(Reference::read(&std::fs::read("models/poet/reference.json").unwrap()).unwrap()),
    };
    let mut scored = |settings: Settings| {
        let story = write(&mut *engine, &settings);
        let mut scorer = Scorer {
            engine: &mut engine.sequence(1),
            tokenizer: &TOKENIZER,
            model: &INFO,
            reference: Some(&REFERENCE),
            library: None,
        };
        scorer.score_story(&story, Some(&texts)).unwrap()
    };
    let settings = settings(0.0);
    let (base, _) = scored(Settings { adapter: None, ..settings.clone() });
    let (zero, zero_percentiles) = scored(settings.clone());
    let strong =
        Settings { adapter: settings.adapter.map(|adapter| AdapterSetting { strength: 1.5, ..adapter }), ..settings };
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
