//! Settings whose tokens are known. The browser tests run the same cases (`tests/browser/agreement.test.mjs`).
//!
//! After a change that is meant to change tokens, raise `ENGINE_REVISION` and write the file again:
//! `FABULA_WRITE_GOLDEN=1 cargo test --release --test it golden`.

use crate::house::{ADAPTER, INFO, REFERENCE, TOKENIZER, engine, write};
use fabula::engine::{Engine, Llama};
use fabula::link;
use fabula::metrics::EarlierStories;
use fabula::reading::Scorer;
use fabula::sampling::{Order, PARAMETERS, Rules};
use fabula::story::{AdapterSetting, Ended, Settings, Writer, digest};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

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

fn golden(engine: &mut Llama, settings: Settings) -> Golden {
    let mut logits = Sha256::new();
    let mut writer = Writer::new(engine, &TOKENIZER, &INFO, settings.clone()).unwrap();
    while writer.step().unwrap().is_some() {
        writer.logits().iter().for_each(|logit| logits.update(logit.to_bits().to_le_bytes()));
    }
    let generation = writer.finish(&EarlierStories::default(), Some(&REFERENCE));
    let mut scorer = Scorer { engine, tokenizer: &TOKENIZER, model: &INFO, reference: Some(&REFERENCE), library: None };
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

fn cases() -> Vec<Settings> {
    let case = |prompt: &str, temperature, top_p, seed, length| Settings {
        prompt: prompt.into(),
        temperature,
        top_p,
        seed,
        length,
        // As settings of before there was a second revision are read.
        rules: Rules::First,
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
    let first = Rules::First.default_order().to_string();
    let backwards: Vec<&str> = first.rsplit(',').collect();
    let order = Order::parse(&backwards.join(",")).unwrap();
    cases.push(Settings { order: Some(order), top_p: 0.9, ..with(&everything) });
    for strength in [0.5, 1.5] {
        let adapter = Some(AdapterSetting { id: ADAPTER.id(), strength });
        cases.push(Settings { adapter, ..case("The moon came up above the silent town,", 0.8, 0.95, 21, 128) });
    }
    cases.push(Settings { forced: vec![(3, 500), (4, 501), (20, 700)], ..with(&[("mirostat_tau", 4.0)]) });
    // What the second revision of the rules changes.
    let second = |settings: Settings| Settings { rules: Rules::Second, ..settings };
    let mut penalized = case("Once upon a time", 0.5, 0.9, 1, 200);
    penalized.options.set("repetition_penalty", 1.5).unwrap();
    cases.push(second(penalized));
    cases.push(second(with(&[("dry_multiplier", 0.8), ("dry_allowed_length", 1.0)])));
    cases.push(second(Settings { top_p: 0.95, ..with(&[("top_n_sigma", 1.0)]) }));
    cases
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn golden_digests() {
    let mut engine = engine();
    let found: Vec<Golden> = cases().into_iter().map(|settings| golden(&mut engine, settings)).collect();
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
    let mut engine = engine();
    let settings = Settings { length: 24, ..Settings::default() };
    let first = write(&mut *engine, &settings);
    write(&mut *engine, &Settings { prompt: "Something else entirely".into(), ..settings.clone() });
    let second = write(&mut *engine, &settings);
    assert_eq!(
        (first.token_ids, first.surprisal_bits, first.metrics),
        (second.token_ids, second.surprisal_bits, second.metrics)
    );
    let other = write(&mut *engine, &Settings { seed: 43, ..settings });
    assert_ne!(first.digest, other.digest);
}

#[test]
fn a_greedy_story_does_not_depend_on_the_seed() {
    let mut engine = engine();
    let greedy = |seed| Settings { temperature: 0.0, seed, length: 24, ..Settings::default() };
    assert_eq!(write(&mut *engine, &greedy(1)).token_ids, write(&mut *engine, &greedy(2)).token_ids);
}

#[test]
fn the_parts_of_a_generation_belong_together() {
    let mut engine = engine();
    let generation = write(&mut *engine, &cases()[4]);
    assert_eq!(generation.token_texts.concat(), generation.text);
    assert_eq!(generation.token_ids.len(), generation.surprisal_bits.len());
    assert_eq!(generation.digest, digest(&generation.token_ids));
    assert!(!generation.token_ids.contains(&0), "the token that ends a story is not part of it");
    assert!(generation.surprisal_bits.iter().all(|bits| bits.is_finite() && *bits >= 0.0));
    assert_eq!(generation.metrics.tokens, generation.token_ids.len());
}

#[test]
fn a_full_context_ends_the_story() {
    let prompt = "fox ".repeat(200);
    let tokens = TOKENIZER.encode(&prompt).unwrap().len() + 1;
    // Every token is forced, so that no story of any model ends by itself. The last one is drawn from the logits of the last
    // position and never fed.
    let forced: Vec<(u32, u32)> = (0..=(512 - tokens) as u32).map(|place| (place, 300 + place)).collect();
    let settings = Settings { prompt, length: 512, forced: forced.clone(), ..Settings::default() };
    let generation = write(&mut *engine(), &settings);
    assert_eq!(generation.ended, Ended::Context);
    assert_eq!(tokens + generation.token_ids.len(), 513);
    assert!(generation.token_ids.iter().eq(forced.iter().map(|(_, token)| token)));
}

#[test]
fn a_stopped_story_links_to_the_tokens_it_has() {
    let mut engine = engine();
    let settings = Settings::default();
    let mut writer = Writer::new(&mut *engine, &TOKENIZER, &INFO, settings).unwrap();
    for _ in 0..11 {
        writer.step().unwrap();
    }
    let stopped = writer.finish(&EarlierStories::default(), None);
    assert_eq!(stopped.ended, Ended::Stopped);
    let read = link::read(&link::of(&stopped));
    let replayed = write(&mut *engine, &read.settings.unwrap());
    assert_eq!(Some(replayed.digest), read.digest);
    assert_eq!(replayed.token_ids, stopped.token_ids);
}

/// A long prompt is read in pieces, so that a reader can stop in between.
#[test]
fn a_prompt_can_be_read_in_pieces() {
    let mut engine = engine();
    let settings = Settings { prompt: "The king rode out. ".repeat(12), length: 16, ..Settings::default() };
    let whole = write(&mut *engine, &settings);
    // What has been read is not read again.
    engine.reset(0);
    let mut writer = Writer::new(&mut *engine, &TOKENIZER, &INFO, settings).unwrap();
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
    let mut engine = engine();
    let with = |line_end: &str| Settings { prompt: format!("One.{line_end}Two."), length: 8, ..Settings::default() };
    assert_eq!(write(&mut *engine, &with("\r\n")).token_ids, write(&mut *engine, &with("\n")).token_ids);
}

/// A link that the page wrote before the chain's rules had numbers replays as it did then; the same settings by the rules of today are
/// another story where a rule has changed.
#[test]
fn links_of_both_rules_replay() {
    let mut engine = engine();
    let mut replay = |link: &str| {
        let read = link::read(link);
        assert_eq!(read.problems, Vec::<String>::new(), "{link}");
        write(&mut *engine, &read.settings.unwrap()).digest
    };
    let newer = |link: &str| link.replace("&engine=2", "&engine=2&rules=2");
    // The hidden token that begins a story no longer counts. The program wrote the first digest before the rules had numbers.
    let link = "#v=1&engine=2&p=Once+upon+a+time&t=0.5&top_p=0.9&repetition_penalty=1.5&n=200&seed=1";
    assert_eq!((replay(link).as_str(), replay(&newer(link)).as_str()), ("1321b961", "7365fec5"));
    // Top-n-sigma stands where the link says, or else where it stood at the time.
    let link = "#v=1&engine=2&p=In+the+deep+wood+lived+a+bear+who&t=1.2&top_p=0.95&top_n_sigma=1&n=48&seed=5";
    let ordered = |link: &str, rules: Rules| format!("{link}&chain={}", rules.default_order());
    assert_eq!((replay(link).as_str(), replay(&newer(link)).as_str()), ("9961a2f3", "e92d3acb"));
    assert_eq!(replay(&ordered(&newer(link), Rules::First)), replay(link));
    assert_eq!(replay(&ordered(link, Rules::Second)), replay(&newer(link)));
}

/// What the newer rules do not speak of gives the golden stories by them, too.
#[test]
fn the_second_rules_change_only_what_they_say() {
    let mut engine = engine();
    let golden: Vec<Golden> = serde_json::from_str(&std::fs::read_to_string("tests/golden.json").unwrap()).unwrap();
    let counts = ["repetition_penalty", "dry_multiplier"];
    let same = |settings: &Settings| {
        settings.rules == Rules::First && settings.options.changed().all(|(name, _)| !counts.contains(&name))
    };
    let mut compared = 0;
    for Golden { settings, digest, .. } in golden.into_iter().filter(|golden| same(&golden.settings)) {
        let settings = Settings { rules: Rules::Second, length: settings.length.min(64), ..settings };
        let first = Settings { rules: Rules::First, ..settings.clone() };
        let (second, first) = (write(&mut *engine, &settings).digest, write(&mut *engine, &first).digest);
        assert_eq!(second, first, "{}", json(&settings));
        compared += usize::from(!digest.is_empty());
    }
    assert!(compared >= 15, "{compared}");
}
