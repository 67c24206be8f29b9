//! A decode step allocates nothing: what it needs was allocated when the story began.

use crate::allocations;
use fabula::engine::{Engine, Llama};
use fabula::model::{open, open_adapter};
use fabula::sampling::{Chain, History, PARAMETERS, Random, Sampler, argmax};
use std::fs::File;
use std::path::Path;

fn house() -> Llama {
    Llama::new(&mut open(File::open("models/fable-9m/fable-9m-q8_0.gguf").unwrap()).unwrap()).unwrap()
}

#[test]
fn a_step_allocates_nothing() {
    let mut engine = house();
    let chain = |temperature, top_p, options: &[(&str, f64)]| {
        let mut chain = Chain { temperature, top_p, ..Chain::default() };
        options.iter().for_each(|&(name, value)| chain.options.set(name, value).unwrap());
        chain
    };
    // Every stage, each at a value that switches it on.
    let all: Vec<(&str, f64)> = PARAMETERS.iter().map(|parameter| (parameter.name, parameter.suggested)).collect();
    for chain in [chain(0.0, 1.0, &[]), chain(0.8, 0.95, &[]), chain(1.7, 1.0, &[]), chain(0.8, 0.9, &all)] {
        engine.reset(64);
        let mut sampler = Sampler::new(chain.clone(), 4096);
        let mut random = Random::new(7);
        let mut story = Vec::with_capacity(60);
        let mut token = argmax(engine.feed(&[0, 100, 200, 300]).unwrap());
        let steps = || {
            for _ in 0..60 {
                let history = History { prompt: &[0, 100, 200, 300], story: &story };
                token = sampler.choose(engine.feed(&[token]).unwrap(), history, &mut random).token;
                story.push(token);
            }
        };
        assert_eq!(allocations(steps), 0, "{chain:?}");
    }
}

#[test]
fn a_step_with_an_adapter_allocates_nothing() {
    let mut model = open(File::open("models/fable-9m/fable-9m-q8_0.gguf").unwrap()).unwrap();
    let mut engine = Llama::new(&mut model).unwrap();
    let poet = open_adapter(Path::new("models/poet"), &model.info.shape).unwrap();
    engine.load_adapter(&poet);
    engine.adapt(Some((&poet.id(), 0.75))).unwrap();
    engine.reset(64);
    let mut token = argmax(engine.feed(&[0, 100, 200, 300]).unwrap());
    let steps = || (0..60).for_each(|_| token = argmax(engine.feed(&[token]).unwrap()));
    assert_eq!(allocations(steps), 0);
}

#[test]
fn a_step_of_many_stories_allocates_nothing() {
    let mut engine = house();
    engine.begin(11, 32);
    let mut tokens: Vec<(usize, u32)> = (0..11).map(|story| (story, 50 * story as u32)).collect();
    engine.feed_each(&tokens).unwrap();
    let steps = || {
        for _ in 0..31 {
            let logits = engine.feed_each(&tokens).unwrap();
            for ((_, token), logits) in tokens.iter_mut().zip(logits.chunks_exact(4096)) {
                *token = argmax(logits);
            }
        }
    };
    assert_eq!(allocations(steps), 0);
}
