//! The settings of a story, with their limits.

use crate::model::id::is_id;
use crate::sampling::{Chain, Options, Order, Rules};
use serde::{Deserialize, Serialize};

/// The choice of an adapter, and its strength.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Adapter"))]
#[serde(deny_unknown_fields)]
pub struct AdapterSetting {
    /// `NAME@HASH8`: the name that is shown, and the digits of [`crate::model::Adapter::hash8`].
    pub id: String,
    /// 0 (bit for bit the model alone) to 1.5; 1 is as trained.
    pub strength: f64,
}

/// Everything that determines a story, together with the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The text to continue; may be empty.
    pub prompt: String,
    /// 0 (greedy) to 2.
    pub temperature: f64,
    /// Nucleus mass, 0.05 to 1.
    pub top_p: f64,
    /// Seed of the random generator.
    pub seed: u32,
    /// Maximum number of tokens to write.
    pub length: u32,
    /// The sampling chain's other parameters.
    #[serde(default, skip_serializing_if = "Options::is_default")]
    pub options: Options,
    /// The order of the chain's stages; none for the default order of its rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub order: Option<Order>,
    /// The revision of the chain's rules. Settings without one are older than the second revision.
    #[serde(default = "Rules::first", skip_serializing_if = "Rules::is_first")]
    pub rules: Rules,
    /// Tokens that are given rather than drawn, as (place among the generated tokens, token), in the order of their places. They make
    /// branches of stories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forced: Vec<(u32, u32)>,
    /// None for the model alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub adapter: Option<AdapterSetting>,
}

impl Default for Settings {
    fn default() -> Self {
        let Chain { temperature, top_p, options, rules, .. } = Chain::default();
        Self {
            prompt: "Once upon a time, a small fox found a door in the snow.".into(),
            temperature,
            top_p,
            seed: 42,
            length: 160,
            options,
            order: None,
            rules,
            forced: Vec::new(),
            adapter: None,
        }
    }
}

/// Smallest and largest allowed values.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Limits {
    pub temperature: (f64, f64),
    pub top_p: (f64, f64),
    pub seed: (u32, u32),
    pub length: (u32, u32),
    /// Strength of an adapter.
    pub strength: (f64, f64),
    /// Maximum number of characters (Unicode scalar values) in the prompt.
    pub prompt_characters: usize,
}

/// A setting out of range. (The chain's parameters never are: [`Options`] checks them.)
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum SettingsError {
    #[error("{name} must be a number from {from} to {to}, not {value}")]
    Range { name: &'static str, from: f64, to: f64, value: f64 },
    #[error("the prompt has {characters} characters, but {limit} are allowed; shorten it")]
    Prompt { characters: usize, limit: usize },
    #[error("{0:?} is not an adapter's name; it must be NAME@ and 8 hexadecimal digits")]
    Adapter(String),
    #[error("forced tokens must be in the order of their places, each place once, and below the length of {length}")]
    ForcedPlaces { length: u32 },
    #[error("the forced token {token} is outside the model's vocabulary of {vocabulary}")]
    ForcedToken { token: u32, vocabulary: usize },
}

impl Settings {
    /// The allowed range of every setting.
    pub const LIMITS: Limits = Limits {
        temperature: (0.0, 2.0),
        top_p: (0.05, 1.0),
        seed: (0, u32::MAX),
        length: (1, 512),
        strength: (0.0, 1.5),
        prompt_characters: 4000,
    };

    /// Checks that every setting is within [`Self::LIMITS`].
    pub fn check(&self) -> Result<(), SettingsError> {
        let limits = Self::LIMITS;
        let number = |name, value: f64, (from, to): (f64, f64)| {
            if (from..=to).contains(&value) { Ok(()) } else { Err(SettingsError::Range { name, from, to, value }) }
        };
        number("temperature", self.temperature, limits.temperature)?;
        number("top-p", self.top_p, limits.top_p)?;
        number("length", self.length.into(), (limits.length.0.into(), limits.length.1.into()))?;
        if let Some(AdapterSetting { id, strength }) = &self.adapter {
            number("strength", *strength, limits.strength)?;
            if !is_id(id) {
                return Err(SettingsError::Adapter(id.chars().take(80).collect()));
            }
        }
        let characters = self.prompt.chars().count();
        if characters > limits.prompt_characters {
            return Err(SettingsError::Prompt { characters, limit: limits.prompt_characters });
        }
        let rising = self.forced.is_sorted_by(|one, other| one.0 < other.0);
        if !rising || self.forced.last().is_some_and(|&(place, _)| place >= self.length) {
            return Err(SettingsError::ForcedPlaces { length: self.length });
        }
        Ok(())
    }

    /// Checks that the forced tokens are in the model's vocabulary.
    pub fn check_tokens(&self, vocabulary: usize) -> Result<(), SettingsError> {
        match self.forced.iter().find(|&&(_, token)| token as usize >= vocabulary) {
            Some(&(_, token)) => Err(SettingsError::ForcedToken { token, vocabulary }),
            None => Ok(()),
        }
    }

    /// The adapter and its strength, in the form that [`crate::engine::Engine::adapt`] takes.
    pub fn adapter(&self) -> Option<(&str, f64)> {
        self.adapter.as_ref().map(|adapter| (adapter.id.as_str(), adapter.strength))
    }

    /// Their sampling chain.
    pub fn chain(&self) -> Chain {
        let Self { temperature, top_p, rules, .. } = *self;
        let order = self.order.clone().unwrap_or_else(|| rules.default_order());
        Chain { temperature, top_p, options: self.options.clone(), order, rules }
    }
}

#[test]
fn limits_are_kept() {
    let with = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        settings.check()
    };
    assert_eq!(with(|_| ()), Ok(()));
    assert_eq!(with(|settings| settings.temperature = 0.0), Ok(()));
    assert!(with(|settings| settings.temperature = -0.01).is_err());
    assert!(with(|settings| settings.temperature = f64::NAN).is_err());
    assert!(with(|settings| settings.top_p = 0.0).is_err());
    assert!(with(|settings| settings.length = 0).is_err());
    assert!(with(|settings| settings.length = 513).is_err());
    assert_eq!(with(|settings| settings.prompt = "é".repeat(4000)), Ok(()));
    assert!(with(|settings| settings.prompt = "e".repeat(4001)).is_err());
    assert_eq!(with(|settings| settings.forced = vec![(0, 5), (159, 5)]), Ok(()));
    assert!(with(|settings| settings.forced = vec![(160, 5)]).is_err());
    assert!(with(|settings| settings.forced = vec![(3, 5), (3, 6)]).is_err());
    assert!(with(|settings| settings.forced = vec![(4, 5), (3, 6)]).is_err());
    let adapted = |id: &str, strength| {
        let adapter = Some(AdapterSetting { id: id.into(), strength });
        Settings { adapter, ..Settings::default() }.check()
    };
    assert_eq!(adapted("poet@0123abcd", 0.0), Ok(()));
    assert_eq!(adapted("poet@0123abcd", 1.5), Ok(()));
    assert!(adapted("poet@0123abcd", 1.51).is_err());
    assert!(adapted("poet@0123abcd", f64::NAN).is_err());
    for id in ["poet", "@0123abcd", "poet@0123ABCD", "poet@0123abc", "a poet@0123abcd", "po@et@0123abcd"] {
        assert!(adapted(id, 1.0).is_err(), "{id}");
    }
}

#[test]
fn the_page_has_the_default_prompt() {
    // It is in the form before the engine has started.
    assert!(include_str!("../../index.html").contains(&format!(">{}</textarea>", Settings::default().prompt)));
}

#[test]
fn defaults_are_not_written() {
    let json = serde_json::to_value(Settings::default()).unwrap();
    let mut names: Vec<_> = json.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["length", "prompt", "rules", "seed", "temperature", "top_p"]);
    let adapter = Some(AdapterSetting { id: "poet@0123abcd".into(), strength: 0.75 });
    let mut settings = Settings { forced: vec![(7, 9)], adapter, ..Settings::default() };
    settings.options.set("min_p", 0.1).unwrap();
    let json = serde_json::to_value(&settings).unwrap();
    assert_eq!(json["options"], serde_json::json!({"min_p": 0.1}));
    assert_eq!(json["forced"], serde_json::json!([[7, 9]]));
    assert_eq!(json["adapter"], serde_json::json!({"id": "poet@0123abcd", "strength": 0.75}));
    assert_eq!(serde_json::from_value::<Settings>(json).unwrap(), settings);
}
