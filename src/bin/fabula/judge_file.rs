//! The file of a self-evaluation: one judgement a line in the order of the items, and beside it the protocol that they follow.

use crate::common::{Outcome, behind, exact_text, in_file, lines, text, whole_lines};
use crate::terminal::shown;
use fabula::experiment::judge::{self, Effects, Judgement, Protocol, effects, findings};
use fabula::model::plain_text;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// All that decides the lines of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    pub protocol: Protocol,
    /// `NAME@HASH8`.
    pub model: String,
    pub engine: u32,
    /// First digits of the SHA-256 of the files that numbers stand on; none where there were none.
    pub reference: Option<String>,
    pub library: Option<String>,
}

/// A file that is being written.
pub struct Record {
    path: PathBuf,
    file: File,
    /// Lines that were there already.
    done: usize,
}

/// What is looked at of a line.
#[derive(Deserialize)]
struct Item {
    item: usize,
}

impl Record {
    /// Begins a file, or opens one that was begun in the same way, behind its last whole line.
    pub fn open(path: &Path, made: &Made) -> Outcome<Self> {
        let wrong = |words: &str| Err(format!("{}: {words}", path.display()).into());
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            return wrong("name a file that ends in .jsonl");
        }
        let protocol = protocol_of(path);
        let (mut done, mut bytes) = (0, 0);
        if path.exists() {
            if !protocol.exists() {
                return wrong(
                    "its protocol is missing, which was written beside it (.protocol.json); name another file",
                );
            }
            let found: Option<Made> = serde_json::from_str(&text(&protocol)?).ok();
            if found.as_ref() != Some(made) {
                return wrong(
                    "it holds another experiment (other settings, prompts, weights or model); name another file, or delete it",
                );
            }
            let content = exact_text(path)?;
            let whole = &content[..content.rfind('\n').map_or(0, |end| end + 1)];
            for line in plain_text(whole).lines() {
                if serde_json::from_str::<Item>(line).ok().is_none_or(|item| item.item != done) {
                    return wrong("its lines are not those of its protocol; name another file");
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

    /// Lines that were there when it was opened.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Adds a line.
    pub fn write(&mut self, judgement: &Judgement) -> Outcome {
        let line = serde_json::to_string(judgement)? + "\n";
        self.file.write_all(line.as_bytes()).map_err(|error| in_file(&self.path, error))
    }

    /// Closes the file; what it holds is read from it, so that it is the same whether it was written at once or not.
    pub fn finish(self, made: Made) -> Outcome<Judged> {
        Ok(Judged { outcomes: lines(&self.path)?, made })
    }
}

/// What a finished or a begun file holds, for the analysis.
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
    /// Reads a file; none where what lies beside it is not the protocol of a self-evaluation.
    pub fn read(path: &Path) -> Outcome<Option<Self>> {
        let protocol = protocol_of(path);
        let made: Option<Made> = if protocol.exists() { serde_json::from_str(&text(&protocol)?).ok() } else { None };
        let Some(made) = made else { return Ok(None) };
        let items: Vec<Item> = whole_lines(path)?;
        if items.len() > made.protocol.items() || !items.iter().map(|line| line.item).eq(0..items.len()) {
            return Err(format!("{}: its lines are not those of its protocol", path.display()).into());
        }
        Ok(Some(Self { outcomes: whole_lines(path)?, made }))
    }

    /// Prints what the numbers support: sentences, or one JSON object.
    pub fn print(&self, json: bool) -> Outcome {
        let effects = effects(&self.made.protocol, &self.outcomes);
        let mut findings = findings(&effects);
        let (written, all) = (self.outcomes.len(), self.made.protocol.items());
        if written < all {
            findings
                .push(format!("It is not finished: this stands on {written} of its {all} stories, and can change."));
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

/// Where the protocol of a file lies.
fn protocol_of(path: &Path) -> PathBuf {
    behind(path, ".protocol.json")
}
