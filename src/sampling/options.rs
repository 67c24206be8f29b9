//! A value for every parameter of the chain.

use super::parameter::{PARAMETERS, place};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

/// A value for every one of [`PARAMETERS`], each within its range.
///
/// Serialized as a map from name to number, with only the values that differ from their defaults.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(test, derive(ts_rs::TS), ts(as = "std::collections::BTreeMap<String, f64>"))]
pub struct Options([f64; PARAMETERS.len()]);

/// Why a value was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OptionError {
    #[error("there is no option {0:?}")]
    Unknown(String),
    #[error("{name} must be {} from {from} to {to}, not {value}", if *.whole { "an integer" } else { "a number" })]
    Range { name: &'static str, whole: bool, from: f64, to: f64, value: f64 },
}

impl Options {
    /// The value of a parameter; none if there is no such parameter.
    pub fn get(&self, name: &str) -> Option<f64> {
        place(name).map(|place| self.0[place])
    }

    /// Sets a parameter.
    ///
    /// # Errors
    /// If there is no parameter of this name, or the value is out of range, or not an integer where it must be.
    pub fn set(&mut self, name: &str, value: f64) -> Result<(), OptionError> {
        let place = place(name).ok_or_else(|| OptionError::Unknown(name.into()))?;
        let parameter = &PARAMETERS[place];
        let (from, to, whole) = (parameter.from, parameter.to, parameter.whole);
        if !(from..=to).contains(&value) || (whole && value.fract() != 0.0) {
            return Err(OptionError::Range { name: parameter.name, whole, from, to, value });
        }
        // -0 becomes 0.
        self.0[place] = value + 0.0;
        Ok(())
    }

    /// Whether every parameter has its default value.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The parameters that differ from their defaults, in the order of [`PARAMETERS`].
    pub fn changed(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let differs = |&(parameter, value): &(&super::Parameter, f64)| value != parameter.usual;
        PARAMETERS.iter().zip(self.0).filter(differs).map(|(parameter, value)| (parameter.name, value))
    }

    /// The value of a parameter that is known to exist.
    pub(super) fn value(&self, name: &str) -> f64 {
        self.get(name).expect("the name of a parameter")
    }
}

impl Default for Options {
    fn default() -> Self {
        Self(std::array::from_fn(|place| PARAMETERS[place].usual))
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.changed().count()))?;
        for (name, value) in self.changed() {
            if PARAMETERS.iter().any(|parameter| parameter.name == name && parameter.whole) {
                map.serialize_entry(name, &(value as i32))?;
            } else {
                map.serialize_entry(name, &value)?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Options;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a map from the names of the chain's options to numbers")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Options, M::Error> {
        let mut options = Options::default();
        let mut read = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, f64>()? {
            options.set(&name, value).map_err(de::Error::custom)?;
            if read.contains(&name) {
                return Err(de::Error::custom(format_args!("{name} is given twice")));
            }
            read.push(name);
        }
        Ok(options)
    }
}
