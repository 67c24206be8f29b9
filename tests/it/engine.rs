//! The engine and the tokenizer on the house model.

use crate::house::{FILE, INFO, TOKENIZER, engine};
use crate::oracle::{difference, house_lengths, house_tokens, in_floats, recorded};
use crate::small::{Small, TINY};
use candle_core::quantized::GgmlDType;
use fabula::engine::{Arithmetic, Engine, EngineError, Kernel, Llama};
use fabula::model::{Model, open};
use proptest::prelude::*;
use std::io::Cursor;
use std::sync::LazyLock;

/// The house model with its weights as 32-bit floats.
static FLOATS: LazyLock<Vec<u8>> = LazyLock::new(|| in_floats(&FILE));
static TOKENS: LazyLock<Vec<u32>> = LazyLock::new(|| house_tokens(&TOKENIZER));

fn model(file: &'static [u8]) -> Model {
    open(Cursor::new(file)).unwrap()
}

/// The known trap: a forward pass that is given a wrong position still writes fluent nonsense. Incremental
/// steps here, the full sequence there, 32-bit floats on both sides.
#[test]
fn incremental_logits_equal_candles_full_sequence_logits() {
    let mut engine = Llama::new(&mut model(&FLOATS)).unwrap();
    let lengths = house_lengths(&TOKENS);
    let recorded = recorded(&INFO.id(), &TOKENS);
    assert_eq!(recorded.len(), lengths.len());
    for (length, full) in lengths.into_iter().zip(recorded) {
        engine.reset(64);
        let incremental = TOKENS[..length].iter().map(|&token| engine.feed(&[token]).unwrap().to_vec()).last().unwrap();
        assert_eq!(engine.position(), length);
        let difference = difference(&full, &incremental);
        assert!(difference <= 1e-4, "{length} tokens: {difference}");
        engine.reset(64);
        assert_eq!(engine.feed(&TOKENS[..length]).unwrap(), incremental, "however the tokens are fed");
    }
}

/// 8-bit weights and 7-bit activations cost little; `fabula perplexity` measures how little on much text.
#[test]
fn integers_predict_almost_as_well_as_floats() {
    let bits = |file: &'static [u8]| {
        let mut engine = Llama::new(&mut model(file)).unwrap();
        let pairs = TOKENS.windows(2);
        pairs.map(|pair| fabula::sampling::surprisal_bits(engine.feed(&pair[..1]).unwrap(), pair[1])).sum::<f64>()
    };
    let (integers, floats) = (bits(&FILE), bits(&FLOATS));
    assert!((integers / floats - 1.0).abs() < 0.02, "{integers} bits against {floats}");
}

/// Several stories in one pass, at places of their own, and the prompts that they began with in passes of theirs.
#[test]
fn stories_in_a_batch_are_what_they_are_alone() {
    let tokens = &*TOKENS;
    for (file, what) in [(&FILE, "integers"), (&FLOATS, "floats")] {
        let mut engine = Llama::new(&mut model(file)).unwrap();
        let mut alone = |tokens: &[u32]| {
            engine.reset(tokens.len());
            engine.feed(tokens).unwrap().to_vec()
        };
        // Story s is the text from its token s on; the shorter ones end first.
        let lengths: Vec<usize> = (0..11).map(|story| 4 + story % 5).collect();
        let expected: Vec<Vec<f32>> =
            lengths.iter().enumerate().map(|(story, &length)| alone(&tokens[story..story + length])).collect();
        engine.begin(lengths.len(), 16);
        let mut found = vec![Vec::new(); lengths.len()];
        for step in 0..9 {
            let rows: Vec<(usize, u32)> = (0..lengths.len())
                .rev()
                .filter(|&story| step < lengths[story])
                .map(|story| (story, tokens[story + step]))
                .collect();
            if rows.is_empty() {
                break;
            }
            let logits = engine.feed_each(&rows).unwrap();
            for (&(story, _), logits) in rows.iter().zip(logits.chunks_exact(4096)) {
                found[story] = logits.to_vec();
            }
        }
        assert!(found == expected, "{what}");
    }
}

/// What an editor of prompts, a branch and the lens build on.
#[test]
fn what_was_read_is_not_read_again_and_stays_the_same() {
    let tokens = &*TOKENS;
    for (file, what) in [(&FILE, "integers"), (&FLOATS, "floats")] {
        let mut engine = Llama::new(&mut model(file)).unwrap();
        engine.reset(64);
        let mut logits: Vec<Vec<f32>> = Vec::new();
        engine.feed(&tokens[..9]).unwrap();
        for &token in &tokens[9..24] {
            logits.push(engine.feed(&[token]).unwrap().to_vec());
        }
        assert_eq!(engine.seen(), &tokens[..24]);
        // Looked at again in any order, beside another text, and after more room was made.
        engine.sequence(1).reset(8);
        let alone = engine.sequence(1).feed(&tokens[5..12]).unwrap().to_vec();
        engine.reserve(300);
        for place in [24, 10, 17, 24, 11] {
            assert!(engine.again(place).unwrap() == logits[place - 10], "{what}, the first {place}");
        }
        assert_eq!(engine.seen(), &tokens[..24]);
        assert!(engine.sequence(1).again(7).unwrap() == alone, "{what}: both are remembered");
        assert_eq!(engine.sequence(1).seen(), &tokens[5..12]);
        // Another end.
        let mut other = tokens[..24].to_vec();
        other[15] = 77;
        assert_eq!(engine.rewind_to(&other), 15);
        let found = engine.feed(&other[15..]).unwrap().to_vec();
        engine.reset(64);
        assert!(engine.feed(&other).unwrap() == found, "{what}");
        engine.reset(64);
        assert!(engine.feed(&tokens[5..12]).unwrap() == alone, "{what}");
        assert!(matches!(engine.again(0), Err(EngineError::NoToken)));
    }
}

#[test]
fn a_batch_refuses_what_a_story_refuses() {
    let mut engine = engine();
    engine.begin(2, 512);
    assert!(matches!(engine.feed_each(&[]), Err(EngineError::NoToken)));
    assert!(matches!(engine.feed_each(&[(0, 5), (1, 4096)]), Err(EngineError::UnknownToken { token: 4096, .. })));
    assert_eq!(engine.position(), 0, "none was fed");
    for _ in 0..512 {
        engine.feed_each(&[(1, 5)]).unwrap();
    }
    let full = engine.feed_each(&[(0, 5), (1, 5)]);
    assert!(matches!(full, Err(EngineError::ContextFull { context: 512, requested: 513 })));
    engine.feed_each(&[(0, 5)]).unwrap();
}

#[test]
#[should_panic(expected = "twice")]
fn a_sequence_is_fed_once_a_pass() {
    let file = Cursor::new(Small::new(TINY, false).gguf(GgmlDType::F32));
    let mut engine = Llama::new(&mut open(file).unwrap()).unwrap();
    engine.begin(2, 4);
    let _ = engine.feed_each(&[(1, 5), (1, 6)]);
}

/// The kernels are exact, so the logits are equal to the bit.
#[test]
fn every_kernel_gives_the_same_logits() {
    let tokens = &TOKENS[..12];
    let logits: Vec<Vec<u32>> = Kernel::available()
        .into_iter()
        .map(|kernel| {
            let mut engine = Llama::with(&mut model(&FILE), Arithmetic::Auto, kernel).unwrap();
            engine.feed(tokens).unwrap().iter().map(|logit| logit.to_bits()).collect()
        })
        .collect();
    assert!(logits.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(logits.len() > 1 || !cfg!(target_arch = "x86_64"), "no second kernel to compare with");
}

#[test]
fn a_model_can_be_computed_in_other_numbers_than_its_file_has() {
    let logits = |file: &'static [u8], arithmetic| {
        let mut engine = Llama::with(&mut model(file), arithmetic, Kernel::best()).unwrap();
        engine.feed(&TOKENS).unwrap().to_vec()
    };
    assert!(logits(&FILE, Arithmetic::Float) == logits(&FLOATS, Arithmetic::Auto));
    assert!(logits(&FLOATS, Arithmetic::Integer) == logits(&FILE, Arithmetic::Auto));
}

#[test]
fn the_model_understands_its_language() {
    let info = &*INFO;
    assert_eq!((info.name.as_str(), info.shape.context, info.shape.vocabulary), ("fable-9m", 512, 4096));
    assert_eq!((info.begin_token, info.end_token), (Some(0), Some(0)));
    let mut engine = engine();
    let mut bits = |text: &str| {
        engine.reset(64);
        let tokens = TOKENIZER.encode(text).unwrap();
        let mut total = 0.0;
        let mut last = 0;
        for token in tokens {
            total += fabula::sampling::surprisal_bits(engine.feed(&[last]).unwrap(), token);
            last = token;
        }
        total / text.len() as f64
    };
    let sense = bits("Once upon a time, there was a little girl who lived with her mother in a small house.");
    let nonsense = bits("House small a in mother her with lived who girl little a was there, time a upon once.");
    // Bits per byte; the card gives about 0.7 for such prose.
    assert!(sense < 1.0, "{sense}");
    assert!(nonsense > 1.5 * sense, "{nonsense} against {sense}");
}

#[test]
fn the_context_has_an_end() {
    let mut engine = engine();
    engine.feed(&[5; 512]).unwrap();
    assert!(matches!(engine.feed(&[5]), Err(EngineError::ContextFull { context: 512, requested: 513 })));
    assert!(matches!(engine.feed(&[]), Err(EngineError::NoToken)));
    engine.reset(64);
    assert!(matches!(engine.feed(&[4096]), Err(EngineError::UnknownToken { token: 4096, .. })));
    engine.feed(&[5]).unwrap();
}

#[test]
fn a_special_token_in_a_prompt_is_only_text() {
    let ids = TOKENIZER.encode("The end.<|story|>Once").unwrap();
    assert!(!ids.contains(&0), "{ids:?}");
    assert_eq!(TOKENIZER.decode(&ids), "The end.<|story|>Once");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn any_text_survives_the_tokenizer(text in "\\PC{0,60}|[ \\n\\t\\r\\x00-\\x1f]{0,20}|.{0,60}") {
        prop_assert_eq!(TOKENIZER.decode(&TOKENIZER.encode(&text).unwrap()), text);
    }

    #[test]
    fn any_token_can_be_written(ids in prop::collection::vec(0u32..5000, 0..50)) {
        // Unknown ids write nothing; nothing panics.
        TOKENIZER.decode(&ids);
    }
}
