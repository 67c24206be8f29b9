//! What a reader can set, with its limits.

use serde::{Deserialize, Serialize};

/// Everything that, with the model, determines a story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// Tokens to write at most.
    pub length: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            prompt: "Once upon a time, a small fox found a door in the snow.".into(),
            temperature: 0.8,
            top_p: 0.95,
            seed: 42,
            length: 160,
        }
    }
}

/// Smallest and largest allowed values, both allowed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Limits {
    pub temperature: (f64, f64),
    pub top_p: (f64, f64),
    pub seed: (u32, u32),
    pub length: (u32, u32),
    /// Characters (Unicode scalar values) of the prompt, at most.
    pub prompt_characters: usize,
}

/// A setting out of its range.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum SettingsError {
    #[error("{name} must be a number from {from} to {to}, not {value}")]
    Range { name: &'static str, from: f64, to: f64, value: f64 },
    #[error("the prompt has {characters} characters; {limit} are allowed")]
    Prompt { characters: usize, limit: usize },
}

impl Settings {
    /// What every setting may be.
    pub const LIMITS: Limits = Limits {
        temperature: (0.0, 2.0),
        top_p: (0.05, 1.0),
        seed: (0, u32::MAX),
        length: (1, 512),
        prompt_characters: 4000,
    };

    /// Checks every setting against [`Self::LIMITS`].
    pub fn check(&self) -> Result<(), SettingsError> {
        let limits = Self::LIMITS;
        let number = |name, value: f64, (from, to): (f64, f64)| {
            if (from..=to).contains(&value) { Ok(()) } else { Err(SettingsError::Range { name, from, to, value }) }
        };
        number("temperature", self.temperature, limits.temperature)?;
        number("top-p", self.top_p, limits.top_p)?;
        number("length", self.length.into(), (limits.length.0.into(), limits.length.1.into()))?;
        let characters = self.prompt.chars().count();
        if characters > limits.prompt_characters {
            return Err(SettingsError::Prompt { characters, limit: limits.prompt_characters });
        }
        Ok(())
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
}
