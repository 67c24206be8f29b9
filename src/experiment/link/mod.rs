//! The common part of all experiments' links: `#x=1&e=NAME&…&seeds=8&model=…&p=PROMPT&…&p2=SECOND PROMPT&digest=DIGEST8`. Fields that
//! are not specific to experiments are those of a story's link.

mod judge;
mod sweep;

pub use judge::{JudgeRead, read_judge, write_judge};
pub use sweep::{SweepRead, read_sweep, write_sweep};

use crate::link::{LONGEST, LinkRead, as_written, broken_escapes, write as write_story};
use crate::model::id::is_hash;
use crate::story::Settings;
use std::collections::BTreeMap;

/// The format's version, `x`.
const VERSION: &str = "1";
/// Maximum number of prompts in a link.
const PROMPTS: usize = 100;

/// Writes a link, including the `#`; `own`: the experiment's own fields.
fn write(
    name: &str,
    own: &str,
    base: &Settings,
    prompts: &[String],
    model: Option<&str>,
    digest: Option<&str>,
) -> String {
    let prompt = prompts.first().unwrap_or(&base.prompt).clone();
    let story = write_story(&Settings { prompt, ..base.clone() }, model, None);
    let story = story.split_once('&').map_or("", |(_, rest)| rest);
    let mut link = format!("#x={VERSION}&e={name}&{own}&{story}");
    for (index, prompt) in prompts.iter().enumerate().skip(1) {
        let prompt: String = form_urlencoded::byte_serialize(prompt.as_bytes()).collect();
        link += &format!("&p{}={prompt}", index + 1);
    }
    if let Some(digest) = digest {
        link += &format!("&digest={digest}");
    }
    link
}

/// The common content of an experiment's link. A malformed field gets its default, and a problem in words.
struct Read {
    pub name: Option<String>,
    pub base: Settings,
    /// Empty if there is only the base's prompt.
    pub prompts: Vec<String>,
    pub seeds: u32,
    pub digest: Option<String>,
    pub model: Option<String>,
    pub engine_revision: Option<u32>,
    pub problems: Vec<String>,
    /// The experiment's own fields.
    own: BTreeMap<String, String>,
}

impl Read {
    /// Reads a fragment, with or without `#`; none if it is empty. `names`: the experiment's own fields; `seeds`
    /// and `default` are the defaults.
    pub fn new(fragment: &str, names: &[&str], seeds: u32, default: &Settings) -> Option<Self> {
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
        if fragment.is_empty() {
            return None;
        }
        let mut link = Self {
            name: None,
            base: default.clone(),
            prompts: Vec::new(),
            seeds,
            digest: None,
            model: None,
            engine_revision: None,
            problems: Vec::new(),
            own: BTreeMap::new(),
        };
        if fragment.len() > LONGEST {
            let length = fragment.len();
            link.problem(format!("The link is too long ({length} characters, at most {LONGEST} are allowed); the default settings are used."));
            return Some(link);
        }
        let story = link.split(fragment, names);
        match link.take("x") {
            Some(version) if version == VERSION => {}
            Some(_) => {
                link.problem("The link was made for another version of this page; only the parts that could be read are used.".into())
            }
            None => link.problem(
                "This does not look like a link of an experiment (it has no x=1); only the parts that could be read are used.".into(),
            ),
        }
        link.name = link.take("e");
        let asked = story.split('&').any(|piece| piece.starts_with("n="));
        let (LinkRead { settings, model, engine_revision, problems, .. }, _) = as_written(&story);
        link.problems.extend(problems);
        (link.model, link.engine_revision) = (model, engine_revision);
        link.base = settings.unwrap_or_else(|| default.clone());
        if !asked {
            link.base.length = default.length;
        }
        link.digest = link.take("digest").filter(|digest| {
            let valid = is_hash(digest);
            if !valid {
                link.problem("The link's \"digest\" is not a digest; it is ignored.".into());
            }
            valid
        });
        link.seeds = link.number("seeds", seeds);
        let more: Vec<String> = (2..=PROMPTS).filter_map(|number| link.take(&format!("p{number}"))).collect();
        if !more.is_empty() {
            link.prompts = [vec![link.base.prompt.clone()], more].concat();
        }
        Some(link)
    }

    /// Separates the fields of experiments from all others, which are returned as a story's link.
    fn split(&mut self, fragment: &str, names: &[&str]) -> String {
        let mut story = String::from("v=1");
        for piece in fragment.split('&') {
            let name = piece.split('=').next().unwrap_or_default();
            // p02 is not a valid name.
            let number = name.strip_prefix('p').and_then(|number| number.parse::<usize>().ok());
            let number = number.filter(|number| name == format!("p{number}"));
            let known = ["x", "e", "seeds", "digest"].contains(&name)
                || names.contains(&name)
                || number.is_some_and(|it| (2..=PROMPTS).contains(&it));
            if !known || self.own.contains_key(name) {
                // The version of stories' links does not apply here.
                if name != "v" {
                    story += "&";
                    story += piece;
                }
                continue;
            }
            if broken_escapes(piece) {
                self.problem(format!(
                    "The link's {name} is damaged (a % is not followed by two hexadecimal digits, or the bytes are not UTF-8)."
                ));
            }
            let value = form_urlencoded::parse(piece.as_bytes()).next().map(|(_, value)| value.into_owned());
            self.own.insert(name.into(), value.unwrap_or_default());
        }
        story
    }

    /// Removes and returns one of the experiment's own fields.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.own.remove(name)
    }

    /// An integer from 1, or the default.
    pub fn number(&mut self, name: &str, default: u32) -> u32 {
        let Some(text) = self.take(name) else { return default };
        text.parse().ok().filter(|&number: &u32| number > 0).unwrap_or_else(|| {
            self.problem(format!("The link's {name} must be an integer from 1; the default {default} is used."));
            default
        })
    }

    pub fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Grid;
    use crate::link::damages;

    #[test]
    fn links_of_experiments_are_repaired() {
        let sweep = write_sweep(&Grid::default(), Some("m@01234567"), Some("89abcdef"));
        let judge = write_judge(&read_judge("#x=1&e=judge").protocol.unwrap(), Some("m@01234567"), Some("89abcdef"));
        for damaged in damages(&sweep) {
            assert_eq!(read_sweep(&damaged), read_sweep(&sweep), "{damaged}");
        }
        for damaged in damages(&judge) {
            assert_eq!(read_judge(&damaged), read_judge(&judge), "{damaged}");
        }
    }
}
