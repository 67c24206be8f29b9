//! Settings whose tokens are known. The browser tests run the same cases (`tests/browser/agreement.test.mjs`).
//!
//! After a change that is meant to change tokens, raise `ENGINE_REVISION` and write the file anew:
//! `FABULA_WRITE_GOLDEN=1 cargo test --release --test golden`.

use fabula::engine::{Engine, Llama};
use fabula::link;
use fabula::metrics::{EarlierStories, Reference};
use fabula::model::{ModelInfo, Tokenizer, open, open_adapter};
use fabula::reading::Scorer;
use fabula::sampling::{Order, PARAMETERS, Stage};
use fabula::story::{Adapter, Ended, Generation, Settings, Writer, digest};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Golden {
    settings: Settings,
    digest: String,
    tokens: usize,
    /// SHA-256 over the bits of all logits that tokens were drawn from.
    logits: String,
    /// See [`Generation::measurements_digest`].
    measurements: String,
}

struct House {
    model: ModelInfo,
    tokenizer: Tokenizer,
    engine: Llama,
    reference: Reference,
}

impl House {
    fn open() -> Self {
        let mut model = open(File::open("models/fable-9m/fable-9m-q8_0.gguf").unwrap()).unwrap();
        let tokenizer = Tokenizer::new(&std::fs::read("models/fable-9m/tokenizer.json").unwrap()).unwrap();
        let mut engine = Llama::new(&mut model).unwrap();
        engine.load_adapter(&open_adapter(Path::new("models/poet"), &model.info.shape).unwrap());
        let reference = Reference::read(&std::fs::read("models/fable-9m/reference.json").unwrap()).unwrap();
        Self { model: model.info, tokenizer, engine, reference }
    }

    fn write(&mut self, settings: &Settings) -> Generation {
        self.write_and_watch(settings, |_| ())
    }

    /// Writes a story; `watch` sees the logits of every step.
    fn write_and_watch(&mut self, settings: &Settings, mut watch: impl FnMut(&[f32])) -> Generation {
        let mut writer = Writer::new(&mut self.engine, &self.tokenizer, &self.model, settings.clone()).unwrap();
        while writer.step().unwrap().is_some() {
            watch(writer.logits());
        }
        writer.finish(&EarlierStories::default(), Some(&self.reference))
    }

    fn golden(&mut self, settings: Settings) -> Golden {
        let mut logits = Sha256::new();
        let generation = self.write_and_watch(&settings, |all| {
            all.iter().for_each(|logit| logits.update(logit.to_bits().to_le_bytes()))
        });
        let mut scorer = Scorer {
            engine: &mut self.engine,
            tokenizer: &self.tokenizer,
            model: &self.model,
            reference: Some(&self.reference),
            library: None,
        };
        let scores = scorer.score_read(&generation.read(), &generation.text, !settings.prompt.is_empty()).unwrap();
        assert!(scores.headlines.unwrap().coherence.is_some());
        Golden {
            settings,
            logits: logits.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
            measurements: scores.measurements_digest(&generation),
            tokens: generation.token_ids.len(),
            digest: generation.digest,
        }
    }
}

fn cases() -> Vec<Settings> {
    let case = |prompt: &str, temperature, top_p, seed, length| Settings {
        prompt: prompt.into(),
        temperature,
        top_p,
        seed,
        length,
        ..Settings::default()
    };
    let mut cases = vec![
        case("Once upon a time, in a kingdom by the sea,", 0.7, 0.95, 42, 256),
        case("The old clock struck thirteen", 1.3, 1.0, 7, 256),
        case("\u{201c}Zoë,\u{201d} said the naïve café owner: 你好", 0.0, 0.9, 1, 256),
        case("", 0.7, 0.9, 4_294_967_295, 64),
        case("Lily found a strange door in the garden.", 1.3, 0.6, 3, 400),
        case("The king rode out, and the rain rode with him. ".repeat(8).as_str(), 1.0, 0.05, 11, 64),
    ];
    // Every parameter of the chain, beside those that switch its stage on; then all at once, backwards; then a branch.
    let with = |options: &[(&str, f64)]| {
        let mut settings = case("In the deep wood lived a bear who", 1.2, 1.0, 5, 48);
        for &(name, value) in options {
            settings.options.set(name, value).unwrap();
        }
        settings
    };
    let stages: [&[(&str, f64)]; 16] = [
        &[("repetition_penalty", 1.3)],
        &[("presence_penalty", 0.8)],
        &[("frequency_penalty", 0.5)],
        &[("dry_multiplier", 0.8), ("dry_base", 2.0), ("dry_allowed_length", 1.0)],
        &[("diff_mass", 0.5)],
        &[("diff_min_p", 0.2)],
        &[("top_k", 20.0)],
        &[("min_p", 0.1)],
        &[("typical_p", 0.7)],
        &[("top_n_sigma", 1.0)],
        &[("epsilon", 0.003)],
        &[("eta", 0.01)],
        &[("xtc_probability", 0.5), ("xtc_threshold", 0.15)],
        &[("mirostat_tau", 3.0), ("mirostat_eta", 0.2)],
        &[("repetition_penalty", 1.1), ("dry_multiplier", 0.5), ("min_p", 0.02)],
        &[("diff_mass", 0.9), ("top_k", 100.0), ("xtc_probability", 0.3), ("mirostat_tau", 5.0)],
    ];
    cases.extend(stages.iter().map(|options| with(options)));
    let names: BTreeSet<&str> = stages.iter().flat_map(|options| options.iter().map(|option| option.0)).collect();
    assert_eq!(names.len(), PARAMETERS.len(), "a parameter has no golden case");
    let everything: Vec<(&str, f64)> = stages[..14].iter().flat_map(|options| options.iter().copied()).collect();
    let backwards: Vec<&str> = Stage::ALL.iter().rev().map(|stage| stage.name()).collect();
    let order = Order::parse(&backwards.join(",")).unwrap();
    cases.push(Settings { order, top_p: 0.9, ..with(&everything) });
    let poet = open_adapter(Path::new("models/poet"), &House::open().model.shape).unwrap().id();
    for strength in [0.5, 1.5] {
        let adapter = Some(Adapter { id: poet.clone(), strength });
        cases.push(Settings { adapter, ..case("The moon came up above the silent town,", 0.8, 0.95, 21, 128) });
    }
    cases.push(Settings { forced: vec![(3, 500), (4, 501), (20, 700)], ..with(&[("mirostat_tau", 4.0)]) });
    cases
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn golden_digests() {
    let mut house = House::open();
    let found: Vec<Golden> = cases().into_iter().map(|settings| house.golden(settings)).collect();
    if std::env::var_os("FABULA_WRITE_GOLDEN").is_some() {
        std::fs::write("tests/golden.json", serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
    }
    let golden: Vec<Golden> = serde_json::from_str(&std::fs::read_to_string("tests/golden.json").unwrap()).unwrap();
    assert_eq!(found.len(), golden.len());
    for (found, golden) in found.iter().zip(&golden) {
        let differs = || format!("{}: {} and not {}", json(&golden.settings), json(found), json(golden));
        assert!(found == golden, "{}", differs());
    }
}

#[test]
fn the_same_settings_give_the_same_story_whatever_came_before() {
    let mut house = House::open();
    let settings = Settings { length: 24, ..Settings::default() };
    let first = house.write(&settings);
    house.write(&Settings { prompt: "Something else entirely".into(), ..settings.clone() });
    let second = house.write(&settings);
    assert_eq!(
        (first.token_ids, first.surprisal_bits, first.metrics),
        (second.token_ids, second.surprisal_bits, second.metrics)
    );
    let other = house.write(&Settings { seed: 43, ..settings });
    assert_ne!(first.digest, other.digest);
}

#[test]
fn a_greedy_story_does_not_depend_on_the_seed() {
    let mut house = House::open();
    let greedy = |seed| Settings { temperature: 0.0, seed, length: 24, ..Settings::default() };
    assert_eq!(house.write(&greedy(1)).token_ids, house.write(&greedy(2)).token_ids);
}

#[test]
fn the_parts_of_a_generation_belong_together() {
    let mut house = House::open();
    let generation = house.write(&cases()[4]);
    assert_eq!(generation.token_texts.concat(), generation.text);
    assert_eq!(generation.token_ids.len(), generation.surprisal_bits.len());
    assert_eq!(generation.digest, digest(&generation.token_ids));
    assert!(!generation.token_ids.contains(&0), "the token that ends a story is not part of it");
    assert!(generation.surprisal_bits.iter().all(|bits| bits.is_finite() && *bits >= 0.0));
    assert_eq!(generation.metrics.tokens, generation.token_ids.len());
}

#[test]
fn a_full_context_ends_the_story() {
    let mut house = House::open();
    let generation = house.write(&Settings {
        prompt: "fox ".repeat(200),
        temperature: 1.9,
        top_p: 1.0,
        length: 512,
        seed: 5,
        ..Settings::default()
    });
    let prompt = house.tokenizer.encode(&generation.settings.prompt).unwrap().len() + 1;
    if generation.ended == Ended::Context {
        // The last token is drawn from the logits of the last position and never fed.
        assert_eq!(prompt + generation.token_ids.len(), 513);
    } else {
        assert_eq!(generation.ended, Ended::Story);
    }
}

#[test]
fn a_stopped_story_links_to_the_tokens_it_has() {
    let mut house = House::open();
    let settings = Settings::default();
    let mut writer = Writer::new(&mut house.engine, &house.tokenizer, &house.model, settings).unwrap();
    for _ in 0..11 {
        writer.step().unwrap();
    }
    let stopped = writer.finish(&EarlierStories::default(), None);
    assert_eq!(stopped.ended, Ended::Stopped);
    let read = link::read(&link::of(&stopped));
    let replayed = house.write(&read.settings.unwrap());
    assert_eq!(Some(replayed.digest), read.digest);
    assert_eq!(replayed.token_ids, stopped.token_ids);
}

/// A long prompt is read in pieces, so that a reader can stop in between.
#[test]
fn a_prompt_can_be_read_in_pieces() {
    let mut house = House::open();
    let settings = Settings { prompt: "The king rode out. ".repeat(12), length: 16, ..Settings::default() };
    let whole = house.write(&settings);
    // What has been read is not read again.
    house.engine.reset(0);
    let mut writer = Writer::new(&mut house.engine, &house.tokenizer, &house.model, settings).unwrap();
    let mut pieces = 0;
    while writer.read_prompt().unwrap() {
        pieces += 1;
    }
    assert!(pieces > 2);
    while writer.step().unwrap().is_some() {}
    assert_eq!(writer.finish(&EarlierStories::default(), None).token_ids, whole.token_ids);
}

#[test]
fn line_ends_are_those_of_a_link() {
    let mut house = House::open();
    let with = |line_end: &str| Settings { prompt: format!("One.{line_end}Two."), length: 8, ..Settings::default() };
    assert_eq!(house.write(&with("\r\n")).token_ids, house.write(&with("\n")).token_ids);
}
