//! The chain as a whole.

use super::reference::{CLOSE, Reference};
use super::*;

/// Any chain, its numbers within reason.
fn chains() -> impl Strategy<Value = Chain> {
    let values = prop::collection::vec((prop::bool::weighted(0.25), 0.0f64..1.0), PARAMETERS.len());
    let temperature = prop_oneof![Just(0.0), Just(1.0), 0.1f64..2.0, 0.1f64..2.0];
    let order = prop_oneof![Just(Stage::ALL.to_vec()), Just(Stage::ALL.to_vec()).prop_shuffle()];
    let rules = prop_oneof![Just(Rules::First), Just(Rules::Second)];
    let numbers = (temperature, prop_oneof![Just(1.0), 0.3f64..1.0], values);
    (numbers, order, rules).prop_map(|((temperature, top_p, values), order, rules)| {
        let mut options = Options::default();
        for (parameter, (is_set, share)) in PARAMETERS.iter().zip(values) {
            let to = match parameter.name {
                "top_k" => 50.0,
                "dry_base" => 2.0,
                _ => parameter.to,
            };
            let value = parameter.from + share * (to - parameter.from);
            if is_set {
                options.set(parameter.name, if parameter.whole { value.round() } else { value }).unwrap();
            }
        }
        Chain { temperature, top_p, options, order: order.try_into().unwrap(), rules }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Eight tokens in a row, some of them given, from beginning to end by definition.
    #[test]
    fn a_story_is_the_definition(
        chain in chains(),
        all_logits in prop::collection::vec(typical_logits(), 8),
        given in prop::collection::vec(prop::option::weighted(0.2, any::<prop::sample::Index>()), 8),
        seed: u64,
    ) {
        let vocabulary = all_logits.iter().map(Vec::len).min().unwrap();
        let (prompt, breakers) = ([0, 1, 2, 0, 1].map(|token| token % vocabulary as u32), [3 % vocabulary as u32]);
        let mut sampler = Sampler::new(chain.clone(), vocabulary).breakers(&breakers);
        let (mut random, mut reference_random) = (Random::new(seed), Random::new(seed));
        let mut story: Vec<u32> = Vec::new();
        let tau = chain.options.get("mirostat_tau").unwrap();
        let mut threshold = 2.0 * tau;
        for (logits, given) in all_logits.iter().zip(given) {
            let logits = &logits[..vocabulary];
            let history = History { prompt: &prompt, story: &story };
            let given = given.map(|token| token.index(vocabulary) as u32);
            let choice = match given {
                Some(token) => sampler.force(token, logits, history, &mut random),
                None => sampler.choose(logits, history, &mut random),
            };

            let mut reference =
                Reference { prompt: &prompt, story: &story, breakers: &breakers, ..Reference::new(logits) };
            reference.uniform = reference_random.uniform();
            reference.mirostat_bits = threshold;
            let model = Reference::new(logits);
            let mut before_mirostat = None;
            for &stage in chain.order.stages() {
                if stage == Stage::Mirostat {
                    let is_left = |token: &u32| reference.logits[*token as usize].is_some();
                    before_mirostat = given.filter(is_left).map(|token| reference.surprisal_bits(token));
                }
                if chain.is_active(stage) {
                    reference.run(stage, &chain);
                }
            }
            let expected = given.unwrap_or_else(|| reference.draw());
            if reference.margin < CLOSE {
                return Ok(());
            }
            prop_assert_eq!(choice.token, expected);
            prop_assert!((choice.surprisal_bits - model.surprisal_bits(expected)).abs() < 1e-5);
            let place = model.tokens().iter().position(|&token| token == expected as usize).unwrap();
            prop_assert_eq!(choice.rank as usize, 1 + place);
            if tau > 0.0 {
                let is_left = reference.logits[expected as usize].is_some();
                let removed = before_mirostat.unwrap_or(model.surprisal_bits(expected));
                let observed = if is_left { reference.surprisal_bits(expected) } else { removed };
                threshold -= chain.options.get("mirostat_eta").unwrap() * (observed - tau);
                prop_assert!((sampler.mirostat_bits().unwrap() - threshold).abs() < 1e-4);
            } else {
                prop_assert_eq!(sampler.mirostat_bits(), None);
            }
            story.push(expected);
        }
    }

    /// To the bit, whatever the logits.
    #[test]
    fn the_plain_path_is_the_general_one(
        logits in logits(),
        temperature in prop_oneof![Just(0.0), Just(1.0), 0.01f64..2.0, Just(1e-12), Just(1e-300)],
        top_p in prop_oneof![Just(1.0), 0.05f64..1.0, 0.9f64..1.0],
        seed: u64,
    ) {
        let chain = Chain { temperature, top_p, ..Chain::default() };
        let mut plain = Sampler::new(chain.clone(), logits.len());
        let mut general = Sampler::new(chain, logits.len());
        assert!(plain.is_plain);
        general.is_plain = false;
        let (mut random, mut same) = (Random::new(seed), Random::new(seed));
        for _ in 0..20 {
            prop_assert_eq!(
                plain.choose(&logits, NOTHING, &mut random),
                general.choose(&logits, NOTHING, &mut same)
            );
        }
    }

    /// Neither the details nor the place of a stage that is off change anything.
    #[test]
    fn stages_that_are_off_change_nothing(
        logits in typical_logits(),
        order in Just(Stage::ALL.to_vec()).prop_shuffle(),
        seed: u64,
    ) {
        let usual = Sampler::new(Chain::default(), logits.len()).choose(&logits, NOTHING, &mut Random::new(seed));
        let mut chain = Chain { order: order.clone().try_into().unwrap(), ..Chain::default() };
        for parameter in PARAMETERS.iter().filter(|parameter| !parameter.switches) {
            chain.options.set(parameter.name, parameter.to).unwrap();
        }
        let place = |stage| order.iter().position(|&other| other == stage);
        if place(Stage::Temperature) < place(Stage::TopP) {
            prop_assert_eq!(Sampler::new(chain, logits.len()).choose(&logits, NOTHING, &mut Random::new(seed)), usual);
        }
    }

    /// Stages change the distribution, but nothing carries over to the next token.
    #[test]
    fn a_sampler_remembers_nothing_but_mirostat(chain in chains(), first in typical_logits(), seed: u64) {
        let mut chain = chain;
        chain.options.set("mirostat_tau", 0.0).unwrap();
        let other: Vec<f32> = first.iter().rev().map(|logit| logit * 0.3).collect();
        let mut used = Sampler::new(chain.clone(), first.len());
        used.choose(&other, NOTHING, &mut Random::new(1));
        used.explain(&other, NOTHING, 0.3, None, 3, None);
        let fresh = Sampler::new(chain, first.len()).choose(&first, NOTHING, &mut Random::new(seed));
        prop_assert_eq!(used.choose(&first, NOTHING, &mut Random::new(seed)), fresh);
    }

    /// Whatever is drawn or given, a place in the story gets the same random number.
    #[test]
    fn every_token_takes_one_random_number(chain in chains(), logits in typical_logits(), seed: u64) {
        let mut sampler = Sampler::new(chain, logits.len());
        let mut random = Random::new(seed);
        sampler.choose(&logits, NOTHING, &mut random);
        sampler.force(0, &logits, NOTHING, &mut random);
        let mut same = Random::new(seed);
        same.uniform();
        same.uniform();
        prop_assert_eq!(random.uniform(), same.uniform());
    }

    /// A given token has the same effect on Mirostat as a drawn one.
    #[test]
    fn given_tokens_move_mirostat_as_drawn_ones(
        logits in typical_logits(),
        tau in 0.5f64..4.0,
        top_k in prop_oneof![Just(0.0), Just(20.0)],
        seed: u64,
    ) {
        let chain = with(&[("mirostat_tau", tau), ("top_k", top_k)]);
        let (mut drawing, mut given) = (Sampler::new(chain.clone(), logits.len()), Sampler::new(chain, logits.len()));
        let (mut random, mut same) = (Random::new(seed), Random::new(seed));
        for _ in 0..5 {
            let drawn = drawing.choose(&logits, NOTHING, &mut random);
            prop_assert_eq!(given.force(drawn.token, &logits, NOTHING, &mut same), drawn);
            prop_assert_eq!(given.mirostat_bits(), drawing.mirostat_bits());
        }
    }
}
