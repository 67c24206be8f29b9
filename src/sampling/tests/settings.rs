//! Options, orders, parameters and presets.

use super::*;
use serde_json::{from_value, json, to_value};

#[test]
fn parameters_are_in_order() {
    let place = |stage| Stage::ALL.iter().position(|&other| other == stage);
    assert!(PARAMETERS.is_sorted_by_key(|parameter| place(parameter.stage)));
    for (index, parameter) in PARAMETERS.iter().enumerate() {
        let Parameter { name, from, to, step, usual, suggested, whole, switches, .. } = *parameter;
        assert!(PARAMETERS[..index].iter().all(|other| other.name != name), "{name}");
        let mut options = Options::default();
        for value in [from, to, usual, suggested] {
            assert_eq!(options.set(name, value), Ok(()), "{name}");
            assert_eq!(options.get(name), Some(value));
        }
        assert!(step > 0.0 && step < to - from && (!whole || step == 1.0), "{name}");
        assert!(!switches || suggested != usual, "{name}");
        assert!(options.set(name, to + 1.0).is_err() && options.set(name, from - 1.0).is_err());
        assert!(options.set(name, f64::NAN).is_err() && options.set(name, f64::INFINITY).is_err());
    }
}

#[test]
fn every_stage_can_be_switched_on_alone() {
    let off = with(&[]);
    assert!(Stage::ALL.iter().all(|&stage| !off.is_active(stage)));
    assert!(Chain { temperature: 0.0, ..off.clone() }.is_active(Stage::Temperature));
    assert!(Chain { top_p: 0.99, ..off.clone() }.is_active(Stage::TopP));
    for parameter in PARAMETERS {
        let chain = with(&[(parameter.name, parameter.suggested)]);
        let active: Vec<Stage> = Stage::ALL.into_iter().filter(|&stage| chain.is_active(stage)).collect();
        assert_eq!(active, if parameter.switches { vec![parameter.stage] } else { vec![] }, "{}", parameter.name);
    }
    for stage in Stage::ALL {
        let has_switch = PARAMETERS.iter().any(|parameter| parameter.stage == stage && parameter.switches);
        assert_eq!(has_switch, !matches!(stage, Stage::Temperature | Stage::TopP), "{stage:?}");
    }
}

#[test]
fn options_are_written_and_read() {
    let mut options = Options::default();
    assert!(options.is_default());
    assert_eq!(to_value(&options).unwrap(), json!({}));
    options.set("top_k", 40.0).unwrap();
    options.set("presence_penalty", -0.5).unwrap();
    options.set("dry_base", 1.75).unwrap();
    assert!(!options.is_default());
    assert_eq!(serde_json::to_string(&options).unwrap(), r#"{"presence_penalty":-0.5,"top_k":40}"#);
    assert_eq!(from_value::<Options>(to_value(&options).unwrap()).unwrap(), options);
    assert_eq!(options.changed().collect::<Vec<_>>(), [("presence_penalty", -0.5), ("top_k", 40.0)]);
    // Default values may be written.
    assert_eq!(from_value::<Options>(json!({"min_p": 0, "typical_p": 1.0})).unwrap(), Options::default());
}

#[test]
fn options_are_refused() {
    let refuse = |json: &str| serde_json::from_str::<Options>(json).unwrap_err().to_string();
    assert!(refuse(r#"{"tempo": 1}"#).contains("there is no option \"tempo\""));
    assert!(refuse(r#"{"temperature": 1}"#).contains("no option"));
    assert!(refuse(r#"{"min_p": 1.01}"#).contains("min_p must be a number from 0 to 1, not 1.01"));
    assert!(refuse(r#"{"top_k": 2.5}"#).contains("top_k must be an integer from 0 to 200000, not 2.5"));
    assert!(refuse(r#"{"min_p": 0.1, "min_p": 0.2}"#).contains("given twice"));
    for json in
        [r#"{"min_p": "0.1"}"#, r#"{"min_p": null}"#, r#"{"min_p": 1e999}"#, "[]", "null", r#"{"mirostat_eta": 0}"#]
    {
        refuse(json);
    }
    let mut options = Options::default();
    assert!(options.set("top_k", 0.5).is_err() && options.set("nothing", 0.0).is_err());
    assert_eq!(options.get("nothing"), None);
    assert!(options.is_default());
}

#[test]
fn minus_zero_is_zero() {
    let mut options = Options::default();
    options.set("presence_penalty", -0.0).unwrap();
    assert_eq!(options.get("presence_penalty").unwrap().to_bits(), 0);
    assert_eq!(from_value::<Options>(json!({"min_p": -0.0})).unwrap().get("min_p").unwrap().to_bits(), 0);
}

#[test]
fn stages_have_one_name() {
    for stage in Stage::ALL {
        assert_eq!(to_value(stage).unwrap(), json!(stage.name()));
        let texts = [stage.label(), stage.explanation(), stage.source()];
        assert!(texts.iter().all(|text| !text.is_empty()) && stage.explanation().ends_with('.'));
    }
}

#[test]
fn orders_are_written_and_read() {
    let usual =
        "penalties,dry,top_n_sigma,diff_sampling,temperature,top_k,top_p,min_p,typical,epsilon,eta,xtc,mirostat";
    assert_eq!(Order::default().to_string(), usual);
    assert_eq!(Order::parse(usual).unwrap(), Order::default());
    let mut names: Vec<&str> = usual.split(',').collect();
    names.reverse();
    let order: Order = names.join(",").parse().unwrap();
    assert_ne!(order, Order::default());
    assert_eq!(order.stages()[0], Stage::Mirostat);
    assert_eq!(to_value(&order).unwrap(), json!(names));
    assert_eq!(from_value::<Order>(json!(names)).unwrap(), order);
}

#[test]
fn orders_are_refused() {
    let usual = Order::default().to_string();
    assert_eq!(Order::parse(&format!("{usual},min_p")), Err(OrderError::Twice));
    assert_eq!(Order::parse(&usual.replace("min_p", "minp")), Err(OrderError::Unknown("minp".into())));
    assert_eq!(Order::parse(""), Err(OrderError::Unknown(String::new())));
    assert!(from_value::<Order>(json!(["min_p", "none"])).is_err());
    assert!(from_value::<Order>(json!(vec!["min_p"; Stage::ALL.len()])).is_err());
}

/// A new stage must not invalidate earlier links and stories: here `w` in the chain `v, w, x, y, z`.
#[test]
fn a_stage_that_an_order_does_not_name_gets_its_default_place() {
    let complete = |named: &str, all: &str| -> String {
        order::complete(named.chars().collect(), &all.chars().collect::<Vec<_>>()).into_iter().collect()
    };
    assert_eq!(complete("vxyz", "vwxyz"), "vwxyz");
    // After the one that it follows by default, wherever that is.
    assert_eq!(complete("zyxv", "vwxyz"), "zyxvw");
    assert_eq!(complete("yvzx", "vwxyz"), "yvwzx");
    // The first of all at the beginning, several behind each other.
    assert_eq!(complete("zyx", "vwxyz"), "vwzyx");
    assert_eq!(complete("", "vwxyz"), "vwxyz");
    assert_eq!(complete("zyxwv", "vwxyz"), "zyxwv");
    // The same in links, in saved stories and on the command line.
    let usual = Order::default().to_string();
    for missing in Stage::ALL {
        let names: Vec<&str> = usual.split(',').filter(|&name| name != missing.name()).collect();
        assert_eq!(Order::parse(&names.join(",")), Ok(Order::default()), "{missing:?}");
        assert_eq!(from_value::<Order>(json!(names)).unwrap(), Order::default());
    }
    assert_eq!(from_value::<Order>(json!([])).unwrap(), Order::default());
}

#[test]
fn rules_are_written_and_read() {
    for (rules, number) in [(Rules::First, 1), (Rules::Second, 2)] {
        assert_eq!((to_value(rules).unwrap(), rules.number()), (json!(number), number));
        assert_eq!(from_value::<Rules>(json!(number)).unwrap(), rules);
    }
    for json in [json!(0), json!(3), json!("2"), json!(null)] {
        assert!(from_value::<Rules>(json).is_err());
    }
    assert_eq!((Rules::first(), Rules::default()), (Rules::First, Rules::Second));
    let first =
        "penalties,dry,diff_sampling,temperature,top_k,top_p,min_p,typical,top_n_sigma,epsilon,eta,xtc,mirostat";
    assert_eq!(Rules::First.default_order().to_string(), first);
    assert_eq!(Rules::Second.default_order(), Order::default());
}

#[test]
fn presets_are_what_they_say() {
    let presets = presets();
    assert_eq!(
        presets.iter().map(|preset| preset.name).collect::<Vec<_>>(),
        ["Greedy", "Cautious", "Balanced", "Bold", "Beyond"]
    );
    assert_eq!(presets[0].temperature, 0.0);
    assert_eq!(presets[2].chain(), Chain::default());
    assert!(presets.is_sorted_by_key(|preset| preset.temperature));
    let json = to_value(description()).unwrap();
    assert_eq!(json["stages"].as_array().unwrap().len(), Stage::ALL.len());
    assert_eq!(json["stages"][6]["name"], "top_p");
    assert_eq!(json["parameters"][9]["name"], "top_k");
    assert_eq!(json["parameters"][9]["stage"], "top_k");
    let keys: Vec<&String> = json["presets"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 5);
    assert!(keys.iter().all(|key| ["name", "sentence", "temperature", "top_p", "options"].contains(&key.as_str())));
    assert_eq!(json["presets"][3]["options"], json!({"min_p": 0.05}));
}
