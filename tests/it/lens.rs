//! Looking into a choice, and branching off: with the house model.

use crate::house::{INFO, Lent, TOKENIZER, engine, new_engine, write};
use fabula::engine::{Engine, EngineError};
use fabula::story::{Generation, LookError, Looker, Settings, Story, Writer};

/// The house engine, and how many tokens it was fed.
struct Counting(Lent, usize);

impl Engine for Counting {
    fn context(&self) -> usize {
        self.0.context()
    }
    fn seen(&self) -> &[u32] {
        self.0.seen()
    }
    fn rewind(&mut self, position: usize) {
        self.0.rewind(position);
    }
    fn reserve(&mut self, positions: usize) {
        self.0.reserve(positions);
    }
    fn feed(&mut self, tokens: &[u32]) -> Result<&[f32], EngineError> {
        self.1 += tokens.len();
        self.0.feed(tokens)
    }
    fn again(&mut self, tokens: usize) -> Result<&[f32], EngineError> {
        self.0.again(tokens)
    }
}

struct House {
    engine: Counting,
    looker: Looker,
}

impl House {
    fn open() -> Self {
        Self { engine: Counting(engine(), 0), looker: Looker::default() }
    }

    fn new() -> Self {
        Self { engine: Counting(new_engine(), 0), looker: Looker::default() }
    }

    /// A story, and how many tokens the engine was fed for it.
    fn write(&mut self, settings: &Settings) -> (Generation, usize) {
        self.engine.1 = 0;
        (write(&mut self.engine, settings), self.engine.1)
    }

    fn look(
        &mut self,
        story: &Story,
        position: usize,
        chain: &Settings,
    ) -> Result<fabula::sampling::Explanation, LookError> {
        self.looker.place(&mut self.engine, &TOKENIZER, &INFO, story, position)?;
        Ok(self.looker.explain(&TOKENIZER, &INFO, story, position, chain))
    }
}

fn story(generation: &Generation) -> Story {
    Story {
        settings: generation.settings.clone(),
        token_ids: generation.token_ids.clone(),
        mirostat_bits: generation.mirostat_bits.clone(),
    }
}

fn settings() -> Settings {
    let mut settings = Settings { length: 40, temperature: 1.1, ..Settings::default() };
    settings.options.set("mirostat_tau", 4.0).unwrap();
    settings
}

#[test]
fn a_branch_is_the_story_up_to_the_forced_token_and_replays() {
    let mut house = House::open();
    let (parent, _) = house.write(&settings());
    let other = if parent.token_ids[12] == 500 { 501 } else { 500 };
    let forced = Settings { forced: vec![(12, other)], ..settings() };
    let (branch, _) = house.write(&forced);
    assert_eq!(branch.token_ids[..12], parent.token_ids[..12]);
    assert_eq!(branch.token_ids[12], other);
    assert_ne!(branch.token_ids[13..], parent.token_ids[13..]);
    assert_eq!(branch.surprisal_bits[..12], parent.surprisal_bits[..12]);
    assert_eq!(branch.mirostat_bits[..13], parent.mirostat_bits[..13]);
    assert_eq!(House::new().write(&forced).0.digest, branch.digest);
    // Forcing what would have been drawn anyway changes nothing.
    let (same, _) = house.write(&Settings { forced: vec![(12, parent.token_ids[12])], ..settings() });
    assert_eq!(same.token_ids, parent.token_ids);
    assert_eq!(same.mirostat_bits, parent.mirostat_bits);
}

#[test]
fn a_forced_end_ends_the_story() {
    let mut house = House::open();
    let end = INFO.end_token.unwrap();
    let (generation, _) = house.write(&Settings { forced: vec![(5, end)], ..settings() });
    assert_eq!(generation.token_ids.len(), 5);
    assert_eq!(generation.mirostat_bits.len(), 6);
    let writer = |token| {
        let settings = Settings { forced: vec![(5, token)], ..settings() };
        Writer::new(&mut *engine(), &TOKENIZER, &INFO, settings).map(|_| ()).map_err(|e| e.to_string())
    };
    assert!(writer(4096).unwrap_err().contains("4096"));
}

#[test]
fn what_the_context_cannot_hold_cannot_be_forced() {
    let mut house = House::open();
    let prompt = "fox ".repeat(100);
    let tokens = TOKENIZER.encode(&prompt).unwrap().len() as u32 + 1;
    let mut with = |place| {
        let settings =
            Settings { prompt: prompt.clone(), length: 512, forced: vec![(place, 500)], ..Settings::default() };
        Writer::new(&mut house.engine, &TOKENIZER, &INFO, settings).map(|_| ()).map_err(|e| e.to_string())
    };
    assert_eq!(with(512 - tokens), Ok(()));
    assert!(with(513 - tokens).unwrap_err().contains("does not fit"));
}

#[test]
fn the_common_beginning_of_prompts_is_not_read_again() {
    let mut house = House::open();
    let with = |prompt: &str| Settings { prompt: prompt.into(), length: 1, ..Settings::default() };
    let long =
        "Once upon a time there was a king who had three daughters, and the youngest was the most curious of them.";
    let (first, fed) = house.write(&with(long));
    let tokens = TOKENIZER.encode(long).unwrap().len() + 1;
    assert_eq!(fed, tokens);
    assert_eq!(house.write(&with(long)).1, 0, "the same prompt");
    assert_eq!(house.write(&with(long)).0.surprisal_bits, first.surprisal_bits);
    let (longer, fed) = house.write(&with(&format!("{long} One day")));
    assert!((1..=4).contains(&fed), "{fed}");
    let shorter = house.write(&with("Once upon a time there was a king")).1;
    assert_eq!(shorter, 0, "the beginning of the same prompt");
    assert_eq!(House::new().write(&with(&format!("{long} One day"))).0.surprisal_bits, longer.surprisal_bits);
}

#[test]
fn what_is_seen_is_what_was_drawn_from() {
    let mut house = House::open();
    let (generation, _) = house.write(&settings());
    let story = story(&generation);
    for position in [39, 3, 20, 21, 0] {
        house.engine.1 = 0;
        let seen = house.look(&story, position, &generation.settings).unwrap();
        assert_eq!(house.engine.1, 0, "from memory");
        let chosen = seen.chosen.unwrap();
        assert_eq!(chosen.token, generation.token_ids[position]);
        assert_eq!(chosen.rank, generation.ranks[position]);
        assert!((-chosen.probability.log2() - generation.surprisal_bits[position]).abs() < 1e-4);
        assert!((seen.entropy_bits - generation.entropy_bits[position]).abs() < 1e-4);
        assert!(chosen.chained > 0.0, "what was drawn could be drawn");
        // Its bars stand for everything.
        let all: f64 = seen.candidates.iter().map(|candidate| candidate.probability).sum::<f64>() + seen.rest;
        assert!((all - 1.0).abs() < 1e-4, "{all}");
    }
    // The end, where the last token has not been fed yet.
    assert!(house.look(&story, 40, &generation.settings).unwrap().chosen.is_none());
    assert!(matches!(
        house.look(&story, 41, &generation.settings),
        Err(LookError::NoPlace { position: 41, tokens: 40 })
    ));
    // Another chain on the same place needs no engine, and the next story nothing of what was looked at.
    let greedy = Settings { temperature: 0.0, ..generation.settings.clone() };
    let seen = house.look(&story, 40, &greedy).unwrap();
    assert_eq!((seen.kept, seen.chained_entropy_bits), (1, 0.0));
    house.look(&story, 10, &greedy).unwrap();
    assert_eq!(house.write(&settings()).0.digest, generation.digest);
}

#[test]
fn a_story_of_another_prompt_is_read_to_be_looked_at() {
    let mut house = House::open();
    let (generation, _) = house.write(&settings());
    house.write(&Settings { prompt: "The sea was calm.".into(), ..settings() });
    let seen = house.look(&story(&generation), 25, &generation.settings).unwrap();
    assert_eq!(seen.chosen.unwrap().rank, generation.ranks[25]);
}

#[test]
fn the_end_of_a_full_context_cannot_be_looked_at() {
    let mut house = House::open();
    // Every token is forced, so that the story does not end by itself.
    let forced = (0..512).map(|place| (place, 300 + place)).collect();
    let settings = Settings { prompt: String::new(), length: 512, forced, ..Settings::default() };
    let (generation, _) = house.write(&settings);
    assert_eq!(generation.token_ids.len(), 512);
    let story = story(&generation);
    assert!(matches!(house.look(&story, 512, &settings), Err(LookError::Full)));
    assert!(house.look(&story, 511, &settings).unwrap().chosen.is_some());
}

/// docs/sampling.md lists what there is.
#[test]
fn the_documentation_names_every_stage_and_parameter() {
    let text = std::fs::read_to_string("docs/sampling.md").unwrap();
    for stage in fabula::sampling::Stage::ALL {
        assert!(text.contains(&format!("\n| `{}` |", stage.name())), "{}", stage.name());
    }
    for fabula::sampling::Parameter { name, from, to, usual, .. } in fabula::sampling::PARAMETERS {
        assert!(text.contains(&format!("\n| `{name}` | {from} | {to} | {usual} |")), "{name}");
    }
}
