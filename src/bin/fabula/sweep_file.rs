//! The files of a sweep: rows in the order of their runs, and their protocol in a file next to them.

use crate::common::{Outcome, Output, exact_text, in_file, text, with_suffix};
use crate::rows;
use fabula::experiment::{Grid, Row};
use fabula::model::plain_text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Format {
    /// A column for each setting and number, and the link. It has no text, so that every line is a row.
    Csv,
    /// Everything including the text, one object per line.
    Jsonl,
    /// Everything, in typed columns. A Parquet file cannot grow: rows collect in a JSON Lines file next to it until all are written.
    Parquet,
}

impl Format {
    /// The format, by the ending of the file's name.
    pub fn of(path: &Path) -> Outcome<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => Ok(Self::Csv),
            Some("jsonl") => Ok(Self::Jsonl),
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(format!("{}: the name must end in .csv, .jsonl or .parquet", path.display()).into()),
        }
    }
}

/// Everything that determines the rows of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Protocol {
    pub grid: Grid,
    /// `NAME@HASH8`.
    pub model: String,
    pub engine: u32,
    /// First digits of the SHA-256 of the reference and library used; none if there was none.
    pub reference: Option<String>,
    pub library: Option<String>,
    /// The same for the reference and library next to an adapter.
    #[serde(default, skip_serializing_if = "no_texts")]
    pub adapter_texts: (Option<String>, Option<String>),
    /// (part, parts), from 1. It has the runs r with r % parts = part - 1.
    pub shard: (usize, usize),
}

fn no_texts(texts: &(Option<String>, Option<String>)) -> bool {
    *texts == (None, None)
}

impl Protocol {
    /// The runs of this part.
    pub fn runs(&self) -> impl Iterator<Item = usize> {
        let (part, parts) = self.shard;
        (part - 1..self.grid.runs()).step_by(parts)
    }

    fn path(of: &Path) -> PathBuf {
        with_suffix(of, ".protocol.json")
    }

    fn axes(&self) -> Vec<&str> {
        self.grid.axes.iter().map(|axis| axis.name.as_str()).collect()
    }

    fn read(of: &Path) -> Outcome<Self> {
        let path = Self::path(of);
        if !path.exists() {
            let words = "this file is missing; it records what the rows belong to; put it back next to their file";
            return Err(format!("{}: {words}", path.display()).into());
        }
        serde_json::from_str(&text(&path)?).map_err(|error| in_file(&path, error))
    }

    fn write(&self, of: &Path) -> Outcome {
        let path = Self::path(of);
        let json = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(&path, json).map_err(|error| in_file(&path, error))
    }
}

/// The rows of a file up to its last complete line; those of a Parquet file as JSON.
struct Lines {
    header: Option<String>,
    /// By run.
    rows: Vec<(usize, String)>,
    /// Their bytes, in a file that can grow.
    bytes: usize,
}

impl Lines {
    fn read(path: &Path, protocol: &Protocol) -> Outcome<Self> {
        let format = Format::of(path)?;
        if format == Format::Parquet {
            if !path.exists() {
                let words = "the sweep is not finished; run the same command again to resume it";
                return Err(format!("{}: {words}", path.display()).into());
            }
            let rows = rows::read_parquet(path, &protocol.axes())?;
            return Ok(Self { header: None, rows: rows.iter().map(|row| (row.run, row.json())).collect(), bytes: 0 });
        }
        let content = exact_text(path)?;
        let whole = &content[..content.rfind('\n').map_or(0, |end| end + 1)];
        let plain = plain_text(whole);
        let mut lines = plain.lines();
        let header = if format == Format::Csv { lines.next().map(str::to_string) } else { None };
        let run = |line: &str| match format {
            Format::Csv => line.split(',').next()?.parse().ok(),
            _ => serde_json::from_str::<Row>(line).ok().map(|row| row.run),
        };
        let first = if header.is_some() { 2 } else { 1 };
        let rows = lines.enumerate().map(|(index, line)| match run(line) {
            Some(run) => Ok((run, line.to_string())),
            None => Err(format!("{}: line {} is not a row of a sweep", path.display(), index + first).into()),
        });
        Ok(Self { header, rows: rows.collect::<Outcome<_>>()?, bytes: whole.len() })
    }

    /// Checks that these are the first rows of the protocol's part.
    fn check(&self, path: &Path, protocol: &Protocol) -> Outcome {
        if self.rows.iter().map(|row| row.0).eq(protocol.runs().take(self.rows.len())) {
            return Ok(());
        }
        Err(format!("{}: its rows do not match its protocol (.protocol.json); choose another name", path.display())
            .into())
    }
}

/// A file that is being written.
pub struct Part {
    path: PathBuf,
    /// Where rows are added: the file itself, or the JSON Lines file next to it.
    growing: PathBuf,
    /// None if the part is finished.
    file: Option<File>,
    /// Rows already in the file when it was opened.
    done: usize,
    empty: bool,
}

impl Part {
    /// Begins a file, or opens one begun with the same protocol, after its last complete row.
    pub fn open(path: &Path, protocol: &Protocol) -> Outcome<Self> {
        let growing = match Format::of(path)? {
            Format::Parquet => with_suffix(path, ".rows.jsonl"),
            _ => path.to_path_buf(),
        };
        let begun = path.exists() || growing.exists();
        if begun && Protocol::read(path)? != *protocol {
            let words =
                "the file belongs to another sweep (other settings, model or part); choose another name, or delete it";
            return Err(format!("{}: {words}", path.display()).into());
        }
        let there = if path.exists() { path } else { &growing };
        let lines = match begun {
            true => Lines::read(there, protocol)?,
            false => Lines { header: None, rows: Vec::new(), bytes: 0 },
        };
        lines.check(there, protocol)?;
        let (done, bytes) = (lines.rows.len(), lines.bytes);
        let mut part = Self { path: path.to_path_buf(), growing, file: None, done, empty: bytes == 0 };
        if part.path != part.growing && part.path.exists() {
            return Ok(part);
        }
        if !begun {
            protocol.write(path)?;
        }
        let open = OpenOptions::new().create(true).append(true).open(&part.growing);
        let cut = open.and_then(|file| file.set_len(bytes as u64).map(|()| file));
        part.file = Some(cut.map_err(|error| in_file(&part.growing, error))?);
        Ok(part)
    }

    /// Rows already in the file when it was opened.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Adds a row.
    pub fn write(&mut self, row: &Row) -> Outcome {
        let Some(file) = &mut self.file else { return Ok(()) };
        let csv = self.growing.extension().is_some_and(|extension| extension == "csv");
        let mut lines = if csv && self.empty { row.csv_header() + "\n" } else { String::new() };
        self.empty = false;
        lines += &if csv { row.csv() } else { row.json() };
        lines.push('\n');
        file.write_all(lines.as_bytes()).map_err(|error| in_file(&self.growing, error))
    }

    /// Closes the file once all rows are written.
    pub fn finish(self) -> Outcome {
        if self.file.is_none() || self.path == self.growing {
            return Ok(());
        }
        let rows = from_lines(text(&self.growing)?.lines(), &self.growing)?;
        let new = with_suffix(&self.path, ".new");
        rows::write_parquet(&new, &rows)?;
        std::fs::rename(&new, &self.path).map_err(|error| in_file(&self.path, error))?;
        std::fs::remove_file(&self.growing).map_err(|error| in_file(&self.growing, error))
    }
}

/// The numbers of every story in a complete or incomplete file, by run.
pub struct Numbers {
    pub protocol: Protocol,
    /// Stories in the file.
    pub written: usize,
    /// By name, one value per run; none if a story has no such number.
    pub by_name: BTreeMap<String, Vec<Option<f64>>>,
}

impl Numbers {
    pub fn read(path: &Path) -> Outcome<Self> {
        Format::of(path)?;
        let protocol = Protocol::read(path)?;
        let Lines { header, rows, .. } = Lines::read(path, &protocol)?;
        let runs = protocol.grid.runs();
        let mut by_name: BTreeMap<String, Vec<Option<f64>>> = BTreeMap::new();
        let written = rows.len();
        let names: Vec<&str> = header.as_deref().unwrap_or_default().split(',').collect();
        // Settings come before the numbers, the link after them.
        let settings = names.iter().position(|&name| name == "digest").map_or(0, |place| place + 1);
        let last = names.len().saturating_sub(1);
        for (run, line) in rows {
            if run >= runs {
                return Err(format!("{}: its protocol (.protocol.json) has no run {run}", path.display()).into());
            }
            let mut put = |name: &str, value: Option<f64>| {
                by_name.entry(name.into()).or_insert_with(|| vec![None; runs])[run] = value;
            };
            if header.is_some() {
                // Only the link may contain commas.
                let columns = names.iter().zip(line.split(',')).take(last).skip(settings);
                columns.for_each(|(name, value)| put(name, value.parse().ok()));
            } else {
                let row: Row = serde_json::from_str(&line).map_err(|error| in_file(path, error))?;
                row.numbers.keys().for_each(|name| put(name, row.number(name)));
            }
        }
        Ok(Self { protocol, written, by_name })
    }
}

/// The rows that lines of JSON hold. `path`: the file that they belong to, for the error.
fn from_lines<'a>(lines: impl Iterator<Item = &'a str>, path: &Path) -> Outcome<Vec<Row>> {
    lines.map(|line| serde_json::from_str(line).map_err(|error| in_file(path, error))).collect()
}

/// Joins the parts of a sweep into what it would be in one piece.
pub fn merge(parts: &[PathBuf], out: &Path) -> Outcome {
    let format = Format::of(out)?;
    if out.exists() {
        return Err(format!("{}: the file already exists; choose another name", out.display()).into());
    }
    let mut protocol: Option<Protocol> = None;
    let mut header = None;
    let mut rows: BTreeMap<usize, String> = BTreeMap::new();
    for path in parts {
        let wrong = |words: &str| Err(format!("{}: {words}", path.display()).into());
        if Format::of(path)? != format {
            return wrong("the parts and --out must have the same format");
        }
        let own = Protocol::read(path)?;
        let found = Protocol { shard: (1, 1), ..own.clone() };
        if protocol.as_ref().is_some_and(|protocol| *protocol != found) {
            return wrong("it does not belong to the same sweep as the first part");
        }
        let lines = Lines::read(path, &own)?;
        lines.check(path, &own)?;
        protocol = Some(found);
        // A part without stories has no header.
        if lines.header.is_some() {
            if header.is_some() && lines.header != header {
                return wrong("its columns differ from those of the first part");
            }
            header = lines.header;
        }
        for (run, line) in lines.rows {
            if rows.insert(run, line.clone()).is_some_and(|other| other != line) {
                return wrong(&format!("its run {run} differs from the same run in another part"));
            }
        }
    }
    let protocol = protocol.ok_or("give the parts to join")?;
    let missing = protocol.grid.runs() - rows.len();
    if missing > 0 {
        let first = protocol.runs().find(|run| !rows.contains_key(run)).unwrap_or_default();
        return Err(format!(
            "{missing} stories are missing, starting with run {first}; finish every part, then merge again"
        )
        .into());
    }
    protocol.write(out)?;
    if format == Format::Parquet {
        return rows::write_parquet(out, &from_lines(rows.values().map(String::as_str), out)?);
    }
    let mut text: String = header.map(|header| header + "\n").unwrap_or_default();
    for line in rows.into_values() {
        text += &line;
        text.push('\n');
    }
    let mut file = Output::create(out, &[])?;
    file.write_all(text.as_bytes())?;
    file.finish()
}
