//! The codec: round trips, every kind of damage, and garbage.

use super::*;
use crate::sampling::{Parameter, Stage};
use proptest::prelude::*;

fn settings() -> impl Strategy<Value = Settings> {
    let plain = (".{0,200}", 0u32..=40, 5u32..=100, any::<u32>(), 1u32..=512);
    let adapter = prop::option::of(("[a-zA-Z0-9._-]{1,64}@[0-9a-f]{8}", 0.0f64..=1.5));
    let rules = prop_oneof![Just(Rules::First), Just(Rules::Second)];
    (plain, options(), (order(), rules), prop::collection::btree_map(0u32..512, 0u32..4096, 0..4), adapter).prop_map(
        |((prompt, temperature, top_p, seed, length), options, (order, rules), forced, adapter)| Settings {
            adapter: adapter.map(|(id, strength)| AdapterSetting { id, strength }),
            prompt: plain_text(&prompt),
            temperature: f64::from(temperature) / 20.0,
            top_p: f64::from(top_p) / 100.0,
            seed,
            length,
            options,
            order,
            rules,
            forced: forced.into_iter().filter(|&(place, _)| place < length).collect(),
        },
    )
}

/// Some of the parameters, anywhere in their ranges.
fn options() -> impl Strategy<Value = Options> {
    prop::collection::vec((0..PARAMETERS.len(), 0.0f64..=1.0), 0..4).prop_map(|chosen| {
        let mut options = Options::default();
        for (index, share) in chosen {
            let Parameter { name, from, to, whole, .. } = PARAMETERS[index];
            let value = from + share * (to - from);
            options.set(name, if whole { value.round() } else { value }).unwrap();
        }
        options
    })
}

fn order() -> impl Strategy<Value = Option<Order>> {
    let names: Vec<&str> = Stage::ALL.iter().map(|stage| stage.name()).collect();
    prop::option::of(Just(names).prop_shuffle().prop_map(|names| Order::parse(&names.join(",")).unwrap()))
}

#[test]
fn a_link_that_lost_its_end_says_so() {
    let whole = write(&Settings::default(), Some("fable-9m@0123abcd"), Some("89abcdef"));
    assert_eq!(read(&whole).problems, Vec::<String>::new());
    let cut = &whole[..whole.find("&top_p").unwrap()];
    let [problem] = &read(cut).problems[..] else { panic!("{:?}", read(cut).problems) };
    assert!(problem.contains("top-p, length, seed") && !problem.contains("prompt"), "{problem}");
    // A program's link without its prompt does not say which story is meant; a link that names only a model was written by hand.
    assert_eq!(read("#v=1&model=fable-9m@0123abcd&engine=2&t=0.5").settings, None);
    assert_eq!(read("#v=1&model=fable-9m&t=0.5").settings, Some(Settings { temperature: 0.5, ..Settings::default() }));
    // A digest was written by a program, even if the engine's field is lost.
    assert_eq!(read("#v=1&p=A&x=0123abcd").settings.unwrap().rules, Rules::First);
    assert_eq!(read("#v=1&p=A").settings.unwrap().rules, Rules::Second);
    // Two fields, written by hand.
    assert_eq!(read("#v=1&p=Once").problems, Vec::<String>::new());
}

proptest! {
    #[test]
    fn round_trip(settings in settings(), digest in prop::option::of("[0-9a-f]{8}"), model in prop::option::of("[a-z0-9-]{1,20}@[0-9a-f]{8}")) {
        let read = read(&write(&settings, model.as_deref(), digest.as_deref()));
        prop_assert_eq!(read, LinkRead { settings: Some(settings), digest, model, engine_revision: Some(ENGINE_REVISION), problems: vec![] });
    }

    #[test]
    fn any_f64_in_range_survives(temperature in 0.0f64..=2.0, top_p in 0.05f64..=1.0, small in 0i32..1074) {
        let mut settings = Settings { temperature, top_p, ..Settings::default() };
        settings.options.set("epsilon", temperature * 0.05 * 2f64.powi(-small)).unwrap();
        let read = read(&write(&settings, None, None));
        prop_assert_eq!(read.problems, Vec::<String>::new());
        prop_assert_eq!(read.settings, Some(settings));
    }

    #[test]
    fn garbage_gives_settings_within_the_limits(fragment in ".{0,400}") {
        let read = read(&fragment);
        if let Some(settings) = read.settings {
            prop_assert_eq!(settings.check(), Ok(()));
        }
    }

    #[test]
    fn damaged_links_give_settings_within_the_limits(settings in settings(), position: usize, replacement: char) {
        let link = write(&settings, Some("fable-9m@0123abcd"), Some("89abcdef"));
        let mut characters: Vec<char> = link.chars().collect();
        let position = position % characters.len();
        characters[position] = replacement;
        let read = read(&characters.iter().collect::<String>());
        if let Some(settings) = read.settings {
            prop_assert_eq!(settings.check(), Ok(()));
        }
    }
}

#[test]
fn a_link_is_readable() {
    let settings = Settings { prompt: "Once upon a time, \"a fox\" & <b>".into(), ..Settings::default() };
    assert_eq!(
        write(&settings, Some("fable-9m@0123abcd"), Some("89abcdef")),
        "#v=1&model=fable-9m@0123abcd&engine=2&rules=2&p=Once+upon+a+time%2C+%22a+fox%22+%26+%3Cb%3E&t=0.8&top_p=0.95&n=160&seed=42&x=89abcdef"
    );
}

#[test]
fn a_link_names_what_is_not_usual() {
    let mut settings = Settings { prompt: String::new(), forced: vec![(3, 500), (20, 7)], ..Settings::default() };
    settings.options.set("presence_penalty", -0.5).unwrap();
    settings.options.set("min_p", 0.05).unwrap();
    let mut stages: Vec<&str> = Stage::ALL.iter().map(|stage| stage.name()).collect();
    stages.reverse();
    settings.order = Some(Order::parse(&stages.join(",")).unwrap());
    let chain = stages.join(",");
    let link = format!(
        "#v=1&engine=2&rules=2&p=&t=0.8&top_p=0.95&presence_penalty=-0.5&min_p=0.05&chain={chain}&n=160&seed=42&f=3:500,20:7"
    );
    assert_eq!(write(&settings, None, None), link);
    assert_eq!(read(&link).settings, Some(settings));
}

#[test]
fn an_adapter_is_in_the_link() {
    let adapter = Some(AdapterSetting { id: "poet@0123abcd".into(), strength: 0.75 });
    let settings = Settings { adapter, ..Settings::default() };
    let link = write(&settings, Some("fable-9m@0123abcd"), None);
    assert!(
        link.starts_with("#v=1&model=fable-9m@0123abcd&adapter=poet@0123abcd&strength=0.75&engine=2&rules=2&p="),
        "{link}"
    );
    let adapter = |link: &str| read(link).settings.unwrap().adapter;
    assert_eq!(adapter(&link), settings.adapter);
    assert_eq!(adapter("#v=1&adapter=poet@0123abcd").unwrap().strength, 1.0);
    assert_eq!(adapter("#v=1&adapter=poet@0123abcd&strength=0").unwrap().strength, 0.0);
}

#[test]
fn no_fragment_is_no_link() {
    assert_eq!(read("").settings, None);
    assert_eq!(read("#").settings, None);
    assert!(read("#").problems.is_empty());
}

#[test]
fn each_damage_is_named_and_only_it_is_lost() {
    for (link, word) in [
        ("#v=1&t=hot", "temperature"),
        ("#v=1&t=-1", "temperature"),
        ("#v=1&t=3", "temperature"),
        ("#v=1&t=NaN", "temperature"),
        ("#v=1&t=1e0", "temperature"),
        ("#v=1&top_p=0", "top-p"),
        ("#v=1&n=1.5", "length"),
        ("#v=1&n=100000", "length"),
        ("#v=1&seed=4294967296", "seed"),
        ("#v=1&seed=", "seed"),
        ("#v=1&x=xyz", "digest"),
        ("#v=1&adapter=poet", "adapter"),
        ("#v=1&adapter=poet@0123abcd&strength=2", "strength"),
        ("#v=1&strength=0.5", "no adapter"),
        ("#v=1&model=<script>", "model"),
        ("#v=2&t=0.5", "version"),
        ("#t=0.5", "v=1"),
        ("#v=1&p=100%", "damaged"),
        ("#v=1&p=%ff", "damaged"),
        ("#v=1&colour=red", "colour"),
        ("#v=1&t=0.5&t=0.6", "second t"),
        ("#v=1&top_k=many", "top_k"),
        ("#v=1&top_k=2.5", "integer"),
        ("#v=1&min_p=-0.1", "min_p"),
        ("#v=1&min_p=1e-1", "min_p"),
        ("#v=1&min_p=NaN", "min_p"),
        ("#v=1&chain=top_k,top_k", "chain"),
        ("#v=1&chain=top_q", "chain"),
        ("#v=1&rules=0", "rules"),
        ("#v=1&rules=3", "newer version"),
        ("#v=1&rules=2.0", "rules"),
        ("#v=1&chain=", "chain"),
        ("#v=1&f=", "forced"),
        ("#v=1&f=3", "forced"),
        ("#v=1&f=3:5,3:6", "forced"),
        ("#v=1&f=4:5,3:6", "forced"),
        ("#v=1&f=160:5", "forced"),
        ("#v=1&f=+1:5", "forced"),
        ("#v=1&f=1:99999999999", "forced"),
    ] {
        let read = read(link);
        assert!(read.problems.iter().any(|problem| problem.contains(word)), "{link}: {:?}", read.problems);
        assert_eq!(read.settings.unwrap().check(), Ok(()), "{link}");
    }
    let read = read("#v=1&t=hot&p=A+fox&seed=7");
    assert_eq!(read.settings, Some(Settings { prompt: "A fox".into(), seed: 7, ..Settings::default() }));
}

#[test]
fn a_megabyte_is_refused_in_one_sentence() {
    let read = read(&format!("#v=1&p={}", "a".repeat(1_000_000)));
    assert_eq!((read.problems.len(), read.settings), (1, None));
    let long = super::read(&format!("#v=1&p={}", "a".repeat(5_000)));
    assert!(long.problems[0].contains("5000 characters"));
}

/// A link written by a page before the rules had numbers means the first rules; a link written by hand means today's.
#[test]
fn a_link_without_rules_has_those_of_its_time() {
    let rules = |link: &str| read(link).settings.unwrap().rules;
    assert_eq!(rules("#v=1&model=m@01234567&engine=2&p=Once&t=0.8&top_p=0.95&n=160&seed=42&x=536fd1a0"), Rules::First);
    assert_eq!(rules("#v=1&engine=2&p=Once"), Rules::First);
    assert_eq!(rules("#v=1&engine=2&rules=2&p=Once"), Rules::Second);
    assert_eq!(rules("#v=1&engine=2&rules=1&p=Once"), Rules::First);
    assert_eq!(rules("#v=1&p=Once&repetition_penalty=1.2"), Rules::Second);
    // An old link is written again unchanged.
    let old = "#v=1&engine=2&p=Once&t=0.8&top_p=0.95&top_n_sigma=1&n=160&seed=42";
    assert_eq!(write(&read(old).settings.unwrap(), None, None), old);
    let chain = read(old).settings.unwrap().chain();
    assert_eq!(chain.order, Rules::First.default_order());
    // If top-nσ was moved to the front by hand, it stays there.
    let moved = format!("{old}&chain={}", Order::default());
    assert_eq!(read(&moved).settings.unwrap().chain().order, Order::default());
    // The same for settings in files.
    let json = r#"{"prompt": "", "temperature": 1, "top_p": 1, "seed": 1, "length": 8}"#;
    assert_eq!(serde_json::from_str::<Settings>(json).unwrap().rules, Rules::First);
}
