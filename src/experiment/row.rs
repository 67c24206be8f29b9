//! A story of a sweep with all its numbers, as it is stored in files and on the page.

use crate::model::sha256_hex;
use crate::story::Ended;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A story of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Row {
    pub run: usize,
    pub cell: usize,
    /// Number of the prompt, from 0, in a sweep of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub prompt: Option<usize>,
    /// The values of the axes.
    #[serde(flatten)]
    pub values: BTreeMap<String, f64>,
    pub seed: u32,
    pub tokens: usize,
    pub ended: Ended,
    /// See [`crate::story::digest`].
    pub digest: String,
    /// The link that repeats this story alone.
    pub link: String,
    /// By name; see [`crate::reading::by_name`].
    #[cfg_attr(test, ts(as = "BTreeMap<String, Option<f64>>"))]
    pub numbers: Map<String, Value>,
    /// By the same names; see [`crate::reading::percentiles`].
    pub percentiles: BTreeMap<String, f64>,
    pub text: String,
}

impl Row {
    /// A number of the story; None if its text is too short for it, or if it was not measured.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.numbers.get(name)?.as_f64()
    }

    /// Its columns by name for CSV: settings, numbers and the link. There is no text, so that every line is a row. The link comes last,
    /// because only it may contain commas.
    pub fn columns(&self) -> Vec<(String, String)> {
        let mut columns = vec![("run".to_string(), self.run.to_string()), ("cell".into(), self.cell.to_string())];
        columns.extend(self.prompt.map(|prompt| ("prompt".into(), prompt.to_string())));
        columns.extend(self.values.iter().map(|(name, value)| (name.clone(), value.to_string())));
        columns.extend([
            ("seed".to_string(), self.seed.to_string()),
            ("ended".into(), self.ended.name().into()),
            ("digest".into(), self.digest.clone()),
        ]);
        // As floats, wherever they come from: JavaScript has no other numbers.
        let number = |value: &Value| value.as_f64().map(|value| value.to_string()).unwrap_or_default();
        columns.extend(self.numbers.iter().map(|(name, value)| (name.clone(), number(value))));
        columns.push(("link".into(), csv_text(&self.link)));
        columns
    }

    /// Its line in a CSV file, without the line end.
    pub fn csv(&self) -> String {
        self.columns().into_iter().map(|column| column.1).collect::<Vec<_>>().join(",")
    }

    /// The first line of a CSV file of such rows.
    pub fn csv_header(&self) -> String {
        self.columns().into_iter().map(|column| column.0).collect::<Vec<_>>().join(",")
    }

    /// Its line in a JSON Lines file, without the line end: everything including the text.
    pub fn json(&self) -> String {
        // Keys are strings and numbers are finite, so writing cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A text as a cell of a CSV file, always quoted. A spreadsheet runs a cell as a formula if it begins with = + - @ (full-width forms and
/// leading spaces included), a tab or a line end, and texts may come from strangers. A leading apostrophe makes it text.
/// `www/parts/csv.js` does the same.
pub fn csv_text(text: &str) -> String {
    let visible = text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    let runs =
        text.starts_with(['\t', '\r', '\n']) || visible.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let apostrophe = if runs { "'" } else { "" };
    format!("\"{apostrophe}{}\"", text.replace('"', "\"\""))
}

/// A CSV file of rows, with a column for every number that any of them has.
pub fn csv(rows: &[Row]) -> String {
    let names: BTreeSet<&String> = rows.iter().flat_map(|row| row.numbers.keys()).collect();
    let nothing = names.into_iter().map(|name| (name.clone(), Value::Null));
    let nothing: Map<String, Value> = nothing.collect();
    let full = |row: &Row| {
        let mut numbers = nothing.clone();
        numbers.extend(row.numbers.clone());
        Row { numbers, ..row.clone() }
    };
    let header = rows.first().map(|row| full(row).csv_header());
    let lines = header.into_iter().chain(rows.iter().map(|row| full(row).csv()));
    lines.map(|line| line + "\n").collect()
}

/// Digest of a whole sweep: the first 8 hexadecimal digits of the SHA-256 of the digests of its stories, one after another in the
/// order of their runs.
pub fn sweep_digest<'a>(digests: impl IntoIterator<Item = &'a str>) -> String {
    let all: String = digests.into_iter().collect();
    sha256_hex(all.as_bytes())[..8].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        let json = serde_json::json!({
            "run": 3, "cell": 1, "temperature": 0.5, "min_p": 0.1, "seed": 43, "tokens": 2, "ended": "length",
            "digest": "00000000", "link": "#v=1&p=a\"b", "numbers": {"coherence": 1.0, "novelty": null, "words": 2},
            "percentiles": {"coherence": 0.25}, "text": "a\nb"
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_row_by_hand() {
        let row = row();
        assert_eq!(row.csv_header(), "run,cell,min_p,temperature,seed,ended,digest,coherence,novelty,words,link");
        assert_eq!(row.csv(), "3,1,0.1,0.5,43,length,00000000,1,,2,\"#v=1&p=a\"\"b\"");
        assert_eq!((row.number("coherence"), row.number("novelty"), row.number("x")), (Some(1.0), None, None));
        assert_eq!(serde_json::from_str::<Row>(&row.json()).unwrap(), row);
        let second = Row { prompt: Some(1), ..row };
        assert!(second.csv().starts_with("3,1,1,0.1"));
        assert_eq!(serde_json::from_str::<Row>(&second.json()).unwrap(), second);
    }

    #[test]
    fn json_gives_every_bit_back() {
        // Without its feature float_roundtrip, serde_json reads 0.10000000000000069 and others like it one bit off.
        for seed in 1..2000u32 {
            let number = 0.1 + f64::from(seed) * 1e-3 * std::f64::consts::PI;
            let mut row = row();
            row.numbers.insert("coherence".into(), number.into());
            row.values.insert("temperature".into(), number / 7.0);
            row.percentiles.insert("coherence".into(), number / 11.0);
            assert_eq!(serde_json::from_str::<Row>(&row.json()).unwrap(), row);
        }
        let whole = row().json();
        assert_eq!(serde_json::from_str::<Row>(&whole).unwrap().json(), whole, "integers stay integers");
        assert!(serde_json::from_str::<Row>("{\"run\": 1}").is_err());
        assert!(serde_json::from_str::<Row>("run,cell").is_err());
    }

    #[test]
    fn a_number_that_one_row_lacks_is_an_empty_column() {
        let mut short = row();
        short.numbers.remove("coherence");
        let text = csv(&[short, row()]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], row().csv_header());
        assert_eq!(lines[1], "3,1,0.1,0.5,43,length,00000000,,,2,\"#v=1&p=a\"\"b\"");
        assert_eq!(lines[2], row().csv());
        assert_eq!(csv(&[]), "");
    }

    #[test]
    fn texts_are_no_formulas() {
        for (text, cell) in [
            ("=1+1", "\"'=1+1\""),
            ("+a", "\"'+a\""),
            ("-a", "\"'-a\""),
            ("@a", "\"'@a\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("\n1", "\"'\n1\""),
            (" =1", "\"' =1\""),
            ("＝1", "\"'＝1\""),
            ("a=1", "\"a=1\""),
            ("#v=1&p=\"a\", b", "\"#v=1&p=\"\"a\"\", b\""),
            ("'=1", "\"'=1\""),
            ("", "\"\""),
        ] {
            assert_eq!(csv_text(text), cell);
        }
        let cold = Row { link: "=HYPERLINK(\"x\")".into(), ..row() };
        assert!(cold.csv().ends_with(",\"'=HYPERLINK(\"\"x\"\")\""), "{}", cold.csv());
        let mut below = row();
        below.numbers.insert("coherence".into(), (-0.5).into());
        assert!(below.csv().contains(",-0.5,"), "numbers stay numbers");
    }

    #[test]
    fn the_digest_of_a_sweep_by_hand() {
        assert_eq!(sweep_digest(["0a", "1b"]), &sha256_hex(b"0a1b")[..8]);
        assert_ne!(sweep_digest(["0a", "1b"]), sweep_digest(["1b", "0a"]));
    }
}
