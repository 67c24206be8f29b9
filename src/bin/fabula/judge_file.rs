//! The file of a self-evaluation, with one judgement per line in the order of the items, and its protocol file next to it.

use crate::common::{Outcome, exact_text, in_file, lines, text, whole_lines, with_suffix};
use crate::terminal::shown;
use fabula::experiment::judge::{self, Effects, Judgement, Protocol, effects, findings};
use fabula::model::plain_text;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Everything that determines the lines of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    pub protocol: Protocol,
    /// `NAME@HASH8`.
    pub model: String,
    pub engine: u32,
    /// First digits of the SHA-256 of the reference and library used; none if there was none.
    pub reference: Option<String>,
    pub library: Option<String>,
}

/// A file that is being written.
pub struct Record {
    path: PathBuf,
    file: File,
    /// Lines already in the file when it was opened.
    done: usize,
}

/// The part of a line that is checked.
#[derive(Deserialize)]
struct Item {
    item: usize,
}

impl Record {
    /// Begins a file, or opens one begun by the same command, after its last complete line.
    pub fn open(path: &Path, made: &Made) -> Outcome<Self> {
        let wrong = |words: &str| Err(format!("{}: {words}", path.display()).into());
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            return wrong("the name must end in .jsonl");
        }
        let protocol = protocol_of(path);
        let (mut done, mut bytes) = (0, 0);
        if path.exists() {
            if !protocol.exists() {
                return wrong("its .protocol.json is missing; put it back next to the file, or choose another name");
            }
            let found: Option<Made> = serde_json::from_str(&text(&protocol)?).ok();
            if found.as_ref() != Some(made) {
                return wrong(
                    "the file belongs to another experiment (other settings, prompts, weights or model); choose another name, or delete the file",
                );
            }
            let content = exact_text(path)?;
            let whole = &content[..content.rfind('\n').map_or(0, |end| end + 1)];
            for line in plain_text(whole).lines() {
                if serde_json::from_str::<Item>(line).ok().is_none_or(|item| item.item != done) {
                    return wrong("its lines do not match its protocol (.protocol.json); choose another name");
                }
                done += 1;
            }
            bytes = whole.len();
        } else {
            let json = serde_json::to_string_pretty(made)? + "\n";
            std::fs::write(&protocol, json).map_err(|error| in_file(&protocol, error))?;
        }
        let open = OpenOptions::new().create(true).append(true).open(path);
        let file =
            open.and_then(|file| file.set_len(bytes as u64).map(|()| file)).map_err(|error| in_file(path, error))?;
        Ok(Self { path: path.to_path_buf(), file, done })
    }

    /// Lines already in the file when it was opened.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Adds a line.
    pub fn write(&mut self, judgement: &Judgement) -> Outcome {
        let line = serde_json::to_string(judgement)? + "\n";
        self.file.write_all(line.as_bytes()).map_err(|error| in_file(&self.path, error))
    }

    /// Closes the file and reads it back, so that the result is the same whether or not it was written in one go.
    pub fn finish(self, made: Made) -> Outcome<Judged> {
        Ok(Judged { outcomes: lines(&self.path)?, made })
    }
}

/// The content of a complete or incomplete file, for the analysis.
pub struct Judged {
    made: Made,
    outcomes: Vec<judge::Outcome>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    made: &'a Made,
    #[serde(flatten)]
    effects: Effects,
    findings: Vec<String>,
}

impl Judged {
    /// Reads a file; none if there is no protocol of a self-evaluation next to it.
    pub fn read(path: &Path) -> Outcome<Option<Self>> {
        let protocol = protocol_of(path);
        let made: Option<Made> = if protocol.exists() { serde_json::from_str(&text(&protocol)?).ok() } else { None };
        let Some(made) = made else { return Ok(None) };
        let items: Vec<Item> = whole_lines(path)?;
        if items.len() > made.protocol.items() || !items.iter().map(|line| line.item).eq(0..items.len()) {
            return Err(format!("{}: its lines do not match its protocol (.protocol.json)", path.display()).into());
        }
        Ok(Some(Self { outcomes: whole_lines(path)?, made }))
    }

    /// Prints the findings: sentences, or one JSON object.
    pub fn print(&self, json: bool) -> Outcome {
        let effects = effects(&self.made.protocol, &self.outcomes);
        let mut findings = findings(&effects);
        let (written, all) = (self.outcomes.len(), self.made.protocol.items());
        if written < all {
            findings.push(format!("Not finished: this is based on {written} of {all} stories, and can change."));
        }
        let mut out = std::io::stdout().lock();
        if json {
            writeln!(out, "{}", serde_json::to_string(&Report { made: &self.made, effects, findings })?)?;
        } else {
            for sentence in findings {
                writeln!(out, "{}", shown(&sentence))?;
            }
        }
        Ok(())
    }
}

/// The path of a file's protocol.
fn protocol_of(path: &Path) -> PathBuf {
    with_suffix(path, ".protocol.json")
}
