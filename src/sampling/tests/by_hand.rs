//! Examples worked out by hand.

use super::*;

/// Logits of these probabilities.
fn of(probabilities: &[f64]) -> Vec<f32> {
    probabilities.iter().map(|&p| libm::log(p) as f32).collect()
}

fn logits_after(chain: Chain, stage: Stage, logits: &[f32], history: History, breakers: &[u32]) -> Vec<f64> {
    let mut sampler = Sampler::new(chain, logits.len()).breakers(breakers);
    sampler.stages = vec![stage];
    sampler.run(logits, history, 0.5, None);
    (0..logits.len() as u32).map(|token| sampler.distribution.logit(token)).collect()
}

#[test]
fn penalties() {
    let history = History { prompt: &[0, 1], story: &[1, 2, 2] };
    let after =
        |options: &[(&str, f64)]| logits_after(with(options), Stage::Penalties, &[2.0, -2.0, 4.0, 1.0], history, &[]);
    // Above 0 divided, below 0 multiplied, prompt and story alike.
    assert_eq!(after(&[("repetition_penalty", 2.0)]), [1.0, -4.0, 2.0, 1.0]);
    // The story alone.
    assert_eq!(after(&[("presence_penalty", 0.5)]), [2.0, -2.5, 3.5, 1.0]);
    assert_eq!(after(&[("frequency_penalty", 0.5)]), [2.0, -2.5, 3.0, 1.0]);
    // A negative penalty rewards; repetition comes first.
    assert_eq!(after(&[("presence_penalty", -1.0), ("repetition_penalty", 2.0)]), [1.0, -3.0, 3.0, 1.0]);
}

#[test]
fn dry() {
    // The text ends in 1 2 3. Before, 1 2 3 was followed by 4, 2 3 by 5, and 3 by 6.
    let prompt = [1, 2, 3, 4, 9, 2, 3, 5, 3, 6];
    let history = History { prompt: &prompt, story: &[1, 2, 3] };
    let after = |allowed: f64, breakers: &[u32]| {
        let options = [("dry_multiplier", 2.0), ("dry_base", 3.0), ("dry_allowed_length", allowed)];
        logits_after(with(&options), Stage::Dry, &[0.0; 10], history, breakers)
    };
    // 2 * 3^(n - allowed).
    assert_eq!(after(2.0, &[]), [0.0, 0.0, 0.0, 0.0, -6.0, -2.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(after(1.0, &[]), [0.0, 0.0, 0.0, 0.0, -18.0, -6.0, -2.0, 0.0, 0.0, 0.0]);
    assert_eq!(after(4.0, &[]), [0.0; 10]);
    // Matches stop behind a breaker: 2 leaves a length of 1. A breaker that follows is not penalized.
    assert_eq!(after(1.0, &[2]), [0.0, 0.0, 0.0, 0.0, -2.0, -2.0, -2.0, 0.0, 0.0, 0.0]);
    assert_eq!(after(2.0, &[4]), [0.0, 0.0, 0.0, 0.0, 0.0, -2.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(after(1.0, &[3]), [0.0; 10]);
}

/// A text of one token matches everywhere; lengths end at 50.
#[test]
fn dry_of_a_long_match() {
    let options = [("dry_multiplier", 1.0), ("dry_base", 2.0), ("dry_allowed_length", 20.0)];
    let history = History { prompt: &[0; 300], story: &[0; 300] };
    let after = logits_after(with(&options), Stage::Dry, &[0.0, 0.0], history, &[]);
    assert_eq!(after, [-f64::powi(2.0, 30), 0.0]);
    // Nothing said yet, or one word: nothing to repeat.
    for story in [&[][..], &[0]] {
        assert_eq!(logits_after(with(&options), Stage::Dry, &[0.0], History { prompt: &[], story }, &[]), [0.0]);
    }
}

#[test]
fn diff_sampling() {
    let kept = |options, p: &[f64]| kept(&with(&[options]), Stage::DiffSampling, &of(p), 0.5);
    // Drops: 0.01, 0.19, 0.05, 0.15.
    let p = [0.35, 0.15, 0.36, 0.2];
    assert_eq!(kept(("diff_mass", 0.0), &p), [0, 2]);
    // 0.36 + 0.35 of 1.06 are 67%; with one more 86%: from there on, the steepest drop is the last.
    assert_eq!(kept(("diff_mass", 0.66), &p), [0, 2]);
    assert_eq!(kept(("diff_mass", 0.68), &p), [0, 1, 2, 3]);
    // Above half of 0.36 are 0.36, 0.35, 0.2: the cut may come after 0.2, or later.
    assert_eq!(kept(("diff_min_p", 0.6), &p), [0, 2]);
    assert_eq!(kept(("diff_min_p", 0.5), &p), [0, 1, 2, 3]);
    assert_eq!(kept(("diff_min_p", 0.5), &[0.5, 0.3, 0.1, 0.06, 0.04]), [0, 1]);
    // Upper and lower bound given: the upper one counts.
    let both = with(&[("diff_mass", 0.99), ("diff_min_p", 0.5)]);
    assert_eq!(super::kept(&both, Stage::DiffSampling, &of(&[0.5, 0.3, 0.1, 0.06, 0.04]), 0.5), [0, 1]);
    // Of equal drops the first: 3 - 2 and 1 - 0 with exact weights.
    assert_eq!(super::kept(&with(&[("diff_mass", 0.0)]), Stage::DiffSampling, &[1.0, 1.0, 1.0], 0.5), [0, 1, 2]);
}

#[test]
fn xtc() {
    let chain = with(&[("xtc_probability", 0.5), ("xtc_threshold", 0.2)]);
    let p = [0.3, 0.05, 0.4, 0.25];
    // Three are above the threshold; the least likely of them stays.
    assert_eq!(kept(&chain, Stage::Xtc, &of(&p), 0.49), [1, 3]);
    assert_eq!(kept(&chain, Stage::Xtc, &of(&p), 0.5), [0, 1, 2, 3]);
    // One alone is not removed, and of equal ones the last in order of id stays.
    assert_eq!(kept(&chain, Stage::Xtc, &of(&[0.8, 0.1, 0.1]), 0.0), [0, 1, 2]);
    assert_eq!(kept(&chain, Stage::Xtc, &of(&[0.25; 4]), 0.0), [3]);
    // The rest of the random number is uniform again on both sides of the coin.
    let rest = |uniform| xtc::apply(&mut distribution(&of(&p)), uniform, 0.25, 0.2);
    assert_eq!([0.0, 0.125, 0.25, 0.625].map(rest), [0.0, 0.5, 0.0, 0.5]);
    assert!(rest(0.25f64.next_down()) < 1.0 && rest(1.0f64.next_down()) < 1.0);
}

#[test]
fn mirostat() {
    // Surprisals of 1, 2, 3, 3 bits. The threshold begins at twice 1.25 bits.
    let logits = of(&[0.5, 0.25, 0.125, 0.125]);
    let chain = with(&[("mirostat_tau", 1.25), ("mirostat_eta", 0.5)]);
    assert_eq!(kept(&chain, Stage::Mirostat, &logits, 0.5), [0, 1]);
    let after = |token| {
        let mut sampler = Sampler::new(chain.clone(), 4);
        assert_eq!(sampler.mirostat_bits(), Some(2.5));
        sampler.force(token, &logits, NOTHING, &mut Random::new(1));
        (1e4 * sampler.mirostat_bits().unwrap()).round() / 1e4
    };
    // Drawn from 2/3 and 1/3: log2(3/2) = 0.58496 and log2(3) = 1.58496 bits.
    assert_eq!([after(0), after(1)], [2.8325, 2.3325]);
    // Removed: 3 bits, as Mirostat was given it.
    assert_eq!(after(2), 1.625);
    // Of a threshold below every surprisal, the likeliest is left.
    let mut low = distribution(&logits);
    mirostat::apply(&mut low, 0.5);
    assert_eq!(low.tokens().collect::<Vec<_>>(), [0]);
    mirostat::apply(&mut low, -3.0);
    assert_eq!(low.tokens().collect::<Vec<_>>(), [0]);
    // Removed before Mirostat: 2 bits, as the model has it.
    let mut sampler = Sampler::new(Chain { temperature: 0.0, ..chain }, 4);
    sampler.force(1, &logits, NOTHING, &mut Random::new(1));
    assert!((sampler.mirostat_bits().unwrap() - (2.5 - 0.5 * (2.0 - 1.25))).abs() < 1e-6);
}

#[test]
fn truncations() {
    let p = of(&[0.1, 0.4, 0.2, 0.2, 0.1]);
    let kept = |stage, name: &str, value| kept(&with(&[(name, value)]), stage, &p, 0.5);
    // Of equal ones the lower id first.
    assert_eq!(kept(Stage::TopK, "top_k", 2.0), [1, 2]);
    assert_eq!(kept(Stage::TopK, "top_k", 4.0), [0, 1, 2, 3]);
    assert_eq!(kept(Stage::TopK, "top_k", 200_000.0), [0, 1, 2, 3, 4]);
    assert_eq!(kept(Stage::MinP, "min_p", 0.49), [1, 2, 3]);
    assert_eq!(kept(Stage::MinP, "min_p", 1.0), [1]);
    assert_eq!(kept(Stage::Epsilon, "epsilon", 0.09), [0, 1, 2, 3, 4]);
    // Entropy is 1.47 nats: surprisals of 1.61 (0.2) are nearest, then 0.92 (0.4), then 2.3 (0.1).
    assert_eq!(kept(Stage::Typical, "typical_p", 0.15), [2]);
    assert_eq!(kept(Stage::Typical, "typical_p", 0.39), [2, 3]);
    assert_eq!(kept(Stage::Typical, "typical_p", 0.79), [1, 2, 3]);
    // With nothing above the limit, the likeliest stays.
    let flat = of(&[0.05; 20]);
    assert_eq!(super::kept(&with(&[("epsilon", 0.1)]), Stage::Epsilon, &flat, 0.5), [0]);
    // Its entropy is ln 20, so the bound is sqrt(0.1) / 20 = 0.016.
    assert_eq!(super::kept(&with(&[("eta", 0.1)]), Stage::Eta, &flat, 0.5).len(), 20);
    // Logits 4, 0, 0, 0, 0: standard deviation 1.6.
    let logits = [0.0, 4.0, 0.0, 0.0, 0.0];
    let sigma = |n| super::kept(&with(&[("top_n_sigma", n)]), Stage::TopNSigma, &logits, 0.5).len();
    assert_eq!((sigma(2.49), sigma(2.51)), (1, 5));
}

/// Temperature before min-p lets more through than after it.
#[test]
fn order_matters() {
    // Logits 2 apart: e^-2 = 0.135 of the likeliest, at temperature 2 e^-1 = 0.37.
    let logits = [2.0, 0.0];
    let kept = |order: &str| {
        let order = Order::parse(order).unwrap();
        let mut sampler = Sampler::new(Chain { temperature: 2.0, order, ..with(&[("min_p", 0.2)]) }, 2);
        sampler.explain(&logits, NOTHING, 0.5, None, 2, None).kept
    };
    let rest = "penalties,dry,diff_sampling,top_k,top_p,typical,top_n_sigma,epsilon,eta,xtc,mirostat";
    assert_eq!(kept(&format!("temperature,min_p,{rest}")), 2);
    assert_eq!(kept(&format!("min_p,temperature,{rest}")), 1);
}

/// A value exactly on a limit follows the definition, although 32 bits can represent neither 0.3 nor its logarithm. With the first
/// rules, it depended on rounding.
#[test]
fn what_equals_a_limit_meets_it() {
    let tenths = of(&[0.3, 0.1, 0.1, 0.5]);
    let nucleus = |rules, top_p| kept(&Chain { top_p, rules, ..with(&[]) }, Stage::TopP, &tenths, 0.5);
    assert_eq!(nucleus(Rules::Second, 0.8), [0, 3]);
    assert_eq!(nucleus(Rules::First, 0.8), [0, 1, 3]);
    assert_eq!((nucleus(Rules::Second, 0.79), nucleus(Rules::Second, 0.801)), (vec![0, 3], vec![0, 1, 3]));
    // With nothing else on, a draw takes a path of its own.
    let chain = Chain { temperature: 1.0, top_p: 0.8, ..Chain::default() };
    let mut plain = Sampler::new(chain, 4);
    assert!(plain.is_plain);
    let mut random = Random::new(1);
    assert!((0..1000).all(|_| [0, 3].contains(&plain.choose(&tenths, NOTHING, &mut random).token)));

    let kept = |stage, name: &str, value, p: &[f64]| kept(&with(&[(name, value)]), stage, &of(p), 0.5);
    for shift in 0..20 {
        // Limits of a share of the likeliest and of one: the third token stands on both.
        let likeliest = 0.4 + 0.02 * f64::from(shift);
        let p = [likeliest, 0.9 - likeliest, 0.07, 0.03];
        let largest = likeliest.max(0.9 - likeliest);
        assert_eq!(kept(Stage::MinP, "min_p", 0.07 / largest, &p), [0, 1, 2], "{p:?}");
        assert_eq!(kept(Stage::Epsilon, "epsilon", 0.07, &p), [0, 1, 2], "{p:?}");
        // Strictly likelier than the limit are the first two.
        assert_eq!(
            kept(Stage::DiffSampling, "diff_min_p", 0.07 / largest, &[largest, 0.9 - largest, 0.07, 0.03]),
            [0, 1]
        );
    }
    assert_eq!(kept(Stage::Typical, "typical_p", 0.4, &[0.1, 0.4, 0.2, 0.2, 0.1]), [2, 3]);
    assert_eq!(kept(Stage::DiffSampling, "diff_mass", 0.8, &[0.3, 0.1, 0.1, 0.5]), [0, 3]);
    let xtc = with(&[("xtc_probability", 1.0), ("xtc_threshold", 0.3)]);
    assert_eq!(super::kept(&xtc, Stage::Xtc, &tenths, 0.5), [0, 1, 2]);
    // Surprisals of 1, 2, 3, 3 bits below a threshold of 2.
    assert_eq!(kept(Stage::Mirostat, "mirostat_tau", 1.0, &[0.5, 0.25, 0.125, 0.125]), [0, 1]);
    // Standard deviation 1.6, and 4 below the largest.
    assert_eq!(super::kept(&with(&[("top_n_sigma", 2.5)]), Stage::TopNSigma, &[0.0, 4.0, 0.0, 0.0, 0.0], 0.5).len(), 5);
}

proptest! {
    /// Probabilities in whole hundredths and a `top_p` that is exactly their sum, for any common shift of the logits.
    #[test]
    fn a_nucleus_that_is_asked_for_exactly_is_exact(
        mut counts in prop::collection::vec(1u32..40, 2..12),
        last in any::<prop::sample::Index>(),
        shift in -8.0f64..8.0,
    ) {
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let last = last.index(counts.len() - 1);
        let total = f64::from(counts.iter().sum::<u32>());
        let mass = f64::from(counts[..=last].iter().sum::<u32>());
        let logits: Vec<f32> = counts.iter().map(|&count| (libm::log(f64::from(count) / total) + shift) as f32).collect();
        let top_p = mass / total;
        prop_assume!(top_p >= 0.05);
        let kept = kept(&Chain { top_p, ..with(&[]) }, Stage::TopP, &logits, 0.5);
        prop_assert_eq!(kept.len(), last + 1);
    }
}

/// After top-p, the spread would be that of the few remaining tokens, and top-nσ would remove more.
#[test]
fn top_n_sigma_is_given_all_tokens() {
    let mut logits = vec![0.0f32; 1000];
    logits[..12].copy_from_slice(&[9.0, 8.9, 8.8, 8.7, 8.6, 8.5, 8.4, 8.3, 4.0, 3.0, 2.0, 1.0]);
    let kept = |rules: Rules| {
        let options = with(&[("top_n_sigma", 1.0)]).options;
        let chain = Chain { temperature: 1.0, top_p: 0.95, options, order: rules.default_order(), rules };
        Sampler::new(chain, 1000).explain(&logits, NOTHING, 0.5, None, 2, None).kept
    };
    assert_eq!((kept(Rules::Second), kept(Rules::First)), (8, 3));
}
