//! Stories written side by side are those written alone.

use crate::house::{ADAPTER, INFO, TOKENIZER, engine, write};
use fabula::metrics::EarlierStories;
use fabula::story::{AdapterSetting, Batch, Settings};

#[test]
fn a_story_is_the_same_in_company() {
    let mut engine = engine();
    // More stories than room, of several lengths, prompts and chains; one ends at its first token.
    let stories: Vec<Settings> = (0..11u32)
        .map(|index| {
            let prompt = ["Once upon a time", "Once upon a time", "The sea"][index as usize / 4].into();
            let mut settings = Settings { prompt, seed: index, length: 5 + 7 * index, ..Settings::default() };
            settings.temperature = f64::from(index) / 6.0;
            settings.options.set("min_p", f64::from(index % 3) / 20.0).unwrap();
            settings.options.set("mirostat_tau", f64::from(index % 2) * 4.0).unwrap();
            // Some by the house model alone, some with the Poet at several strengths.
            let strength = [0.0, 0.5, 1.5, 1.5, 0.5, 1.0, 0.25].get(index as usize);
            settings.adapter = strength.map(|&strength| AdapterSetting { id: ADAPTER.id(), strength });
            if index == 4 {
                settings.forced = vec![(0, 0)];
            }
            settings
        })
        .collect();
    let earlier = EarlierStories::default();
    let alone: Vec<_> = stories.iter().map(|settings| write(&mut *engine, settings)).collect();
    let mut batch = Batch::new(&TOKENIZER, &INFO, 4);
    let mut waiting = stories.iter().cloned().enumerate();
    let mut found = Vec::new();
    loop {
        while batch.has_room() {
            let Some((number, settings)) = waiting.next() else { break };
            batch.begin(&mut engine, number, settings).unwrap();
        }
        if batch.is_empty() {
            break;
        }
        found.extend(batch.step(&mut engine).unwrap());
    }
    assert_eq!(found.len(), 11);
    for (number, pen) in found {
        let story = pen.finish(&earlier, None);
        assert_eq!(story.token_ids, alone[number].token_ids, "story {number}");
        assert_eq!(story.surprisal_bits, alone[number].surprisal_bits);
        assert_eq!(story.mirostat_bits, alone[number].mirostat_bits);
        assert_eq!((story.ended, &story.text), (alone[number].ended, &alone[number].text));
    }
    assert!(alone[4].token_ids.is_empty());
}
