//! Stories written again with other settings are those written afresh, whatever was written before.

use crate::house::{ADAPTER, INFO, REFERENCE, TOKENIZER, engine, write};
use fabula::engine::Engine;
use fabula::metrics::EarlierStories;
use fabula::story::{AdapterSetting, Ended, Generation, Looker, Pen, Rewriter, Settings, Story};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Writes a story to its end.
fn rewrite(rewriter: &mut Rewriter, engine: &mut dyn Engine, settings: &Settings) -> Generation {
    let mut pen = Pen::new(engine.context(), &TOKENIZER, &INFO, settings.clone()).unwrap();
    while rewriter.step(engine, &mut pen).unwrap() {}
    pen.finish(&EarlierStories::default(), Some(&REFERENCE))
}

/// Everything about a story.
fn all(generation: &Generation) -> Value {
    json!([generation, serde_json::to_value(&generation.metrics).unwrap()])
}

const CHAINS: [&[(&str, f64)]; 8] = [
    &[],
    &[],
    &[("mirostat_tau", 4.0)],
    &[("dry_multiplier", 0.8), ("dry_allowed_length", 2.0)],
    &[("repetition_penalty", 1.3), ("frequency_penalty", 0.5)],
    &[("xtc_probability", 0.5), ("min_p", 0.05)],
    &[("typical_p", 0.9), ("top_k", 40.0), ("eta", 0.002)],
    &[("top_n_sigma", 1.0), ("diff_mass", 0.9), ("epsilon", 0.001)],
];

fn settings() -> impl Strategy<Value = Settings> {
    let forced = prop::collection::vec((0..24u32, 0..4096u32), 0..3);
    let adapter = prop::sample::select(vec![None, None, None, Some(0.0), Some(0.5), Some(1.0)]);
    let numbers =
        (prop::sample::select(vec![0.0, 0.3, 0.8, 0.81, 1.2, 2.0]), prop::sample::select(vec![0.5, 0.95, 1.0]));
    let small = (0..2u32, 1..25u32, 0..2usize, 0..CHAINS.len());
    (numbers, small, forced, adapter).prop_map(
        |((temperature, top_p), (seed, length, prompt, chain), mut forced, strength)| {
            forced.retain(|&(place, _)| place < length);
            forced.sort_unstable();
            forced.dedup_by_key(|forced| forced.0);
            let prompt = [
                "Once upon a time, a fox",
                "The sea was very calm, and the old captain said that no wind would ever come back",
            ][prompt];
            let adapter = strength.map(|strength| AdapterSetting { id: ADAPTER.id(), strength });
            let mut settings = Settings {
                prompt: prompt.into(),
                temperature,
                top_p,
                seed,
                length,
                forced,
                adapter,
                ..Settings::default()
            };
            for (name, value) in CHAINS[chain] {
                settings.options.set(name, *value).unwrap();
            }
            settings
        },
    )
}

/// What else happens between two rewrites.
#[derive(Clone, Copy, Debug)]
enum Between {
    Nothing,
    /// Another story is written with the same engine.
    Write,
    /// This place of the story is looked at, in the middle of the next rewrite.
    Look(usize),
}

fn between() -> impl Strategy<Value = Between> {
    prop_oneof![Just(Between::Nothing), Just(Between::Write), (0..24usize).prop_map(Between::Look)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn a_rewrite_is_the_story_written_afresh(stories in prop::collection::vec((settings(), between()), 2..6)) {
        let (mut engine, mut fresh) = (engine(), engine());
        let (mut rewriter, mut looker) = (Rewriter::default(), Looker::default());
        let mut last: Option<Story> = None;
        for (settings, between) in stories {
            let expected = write(&mut *fresh, &settings);
            if let Between::Write = between {
                write(&mut *engine, &Settings { seed: 7, length: 5, forced: Vec::new(), ..settings.clone() });
            }
            let mut pen = Pen::new(engine.context(), &TOKENIZER, &INFO, settings.clone()).unwrap();
            let mut steps = 0;
            while rewriter.step(&mut *engine, &mut pen).unwrap() {
                steps += 1;
                if let (Between::Look(place), Some(story)) = (between, &last) && steps == place / 2 {
                    looker.place(&mut *engine, &TOKENIZER, &INFO, story, place.min(story.token_ids.len())).unwrap();
                }
            }
            let found = pen.finish(&EarlierStories::default(), Some(&REFERENCE));
            prop_assert_eq!(all(&found), all(&expected));
            last = Some(Story { settings, token_ids: found.token_ids, mirostat_bits: found.mirostat_bits });
        }
    }
}

#[test]
fn the_common_beginning_is_not_computed_again() {
    let (mut engine, mut rewriter) = (engine(), Rewriter::default());
    let at = |temperature| Settings { temperature, ..Settings::default() };
    let first = rewrite(&mut rewriter, &mut *engine, &at(0.8));
    let computed = rewriter.computed();
    assert_eq!(computed, 160);
    assert_eq!(all(&rewrite(&mut rewriter, &mut *engine, &at(0.8))), all(&first));
    assert_eq!(rewriter.computed(), computed, "nothing is computed again for the same story");
    let other = rewrite(&mut rewriter, &mut *engine, &at(0.85));
    let same = first.token_ids.iter().zip(&other.token_ids).take_while(|(one, other)| one == other).count();
    let draws = other.token_ids.len() + usize::from(other.ended == Ended::Story);
    assert!(same > 0 && same + 1 < draws);
    // The logits at the first place that differs are those of the tokens before it.
    assert_eq!(rewriter.computed() - computed, draws - same - 1);
}

#[test]
fn a_story_longer_than_what_is_kept_is_written_too() {
    let (mut engine, mut rewriter) = (engine(), Rewriter::default());
    let at = |temperature| Settings { temperature, length: 300, prompt: "The".into(), ..Settings::default() };
    for temperature in [1.0, 1.0, 1.05] {
        let expected = write(&mut *crate::house::engine(), &at(temperature));
        assert!(expected.token_ids.len() > 260, "{}", expected.token_ids.len());
        assert_eq!(all(&rewrite(&mut rewriter, &mut *engine, &at(temperature))), all(&expected));
    }
}

/// Prints how many whole stories a second a sweep of the temperature writes; not a test of the machine.
#[test]
#[ignore = "measures"]
fn speed() {
    let (mut engine, mut rewriter) = (engine(), Rewriter::default());
    let start = std::time::Instant::now();
    let stories: Vec<Generation> = (0..=80)
        .map(|step| {
            let settings = Settings { temperature: 0.4 + f64::from(step) / 100.0, ..Settings::default() };
            rewrite(&mut rewriter, &mut *engine, &settings)
        })
        .collect();
    let seconds = start.elapsed().as_secs_f64();
    let tokens: usize = stories.iter().map(|story| story.token_ids.len()).sum();
    println!(
        "{:.1} stories a second, {tokens} tokens, of which {} were computed",
        stories.len() as f64 / seconds,
        rewriter.computed()
    );
}
