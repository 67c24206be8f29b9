//! How numbers are formatted for display. `www/parts/format.js` follows the same rules; `tests/written.json` checks both.

use serde::Serialize;

/// How the values of a metric are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// A share of 1 as a whole percentage.
    Percent,
    /// With this many decimals.
    Decimals(u8),
}

impl Written {
    /// Writes a value.
    pub fn write(self, value: f64) -> String {
        match self {
            Self::Percent => percent(value),
            Self::Decimals(decimals) => decimal(value, decimals),
        }
    }
}

/// A number with a fixed count of decimals, halves rounded away from zero, and a real minus sign. Zero has no sign.
pub fn decimal(value: f64, decimals: u8) -> String {
    let scale = 10f64.powi(decimals.into());
    let size = libm::round(value.abs() * scale) / scale;
    let sign = if value < 0.0 && size > 0.0 { "−" } else { "" };
    format!("{sign}{size:.*}", usize::from(decimals))
}

/// A share of 1 as a whole percentage. A share below 1 is written as at most 99%.
pub fn percent(share: f64) -> String {
    let percent = if share < 1.0 { (share * 100.0).min(99.0) } else { share * 100.0 };
    decimal(percent, 0) + "%"
}

/// A number of any size with about three digits.
pub fn short(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    decimal(value, decimals)
}

/// The same with a sign, except for zero.
pub fn signed(value: f64) -> String {
    let text = short(value);
    if value > 0.0 && text.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0') {
        format!("+{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Cases {
        decimal: Vec<(f64, u8, String)>,
        percent: Vec<(f64, String)>,
        signed: Vec<(f64, String)>,
    }

    #[test]
    fn numbers_are_written_as_on_the_page() {
        let cases: Cases = serde_json::from_str(include_str!("../../tests/written.json")).unwrap();
        for (value, decimals, text) in cases.decimal {
            assert_eq!(decimal(value, decimals), text, "{value} with {decimals} decimals");
            assert_eq!(Written::Decimals(decimals).write(value), text);
        }
        for (value, text) in cases.percent {
            assert_eq!(Written::Percent.write(value), text, "{value}");
        }
        for (value, text) in cases.signed {
            assert_eq!(signed(value), text, "{value}");
            assert_eq!(short(value), text.trim_start_matches('+'));
        }
    }
}
