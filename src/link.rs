//! Writes settings as a link, and reads links. `docs/links.md` describes the format.
//!
//! A link is the fragment of the page's address, so it never reaches a server:
//! `#v=1&model=NAME@HASH8&engine=1&p=PROMPT&t=0.8&top_p=0.95&n=160&seed=42&x=DIGEST8`, and where they
//! differ from the defaults the chain's other parameters by name, its order (`chain`), forced tokens (`f`), and an adapter with its strength.

mod repair;
mod verdict;

#[cfg(test)]
pub(crate) use repair::damages;
pub(crate) use repair::mended;
pub use verdict::{Verdict, verdict};

use crate::engine::ENGINE_REVISION;
use crate::model::id::{is_hash, is_id, is_name};
use crate::model::plain_text;
use crate::sampling::{Options, Order, PARAMETERS, Rules};
use crate::story::{AdapterSetting, Ended, Generation, Settings};
use serde::Serialize;
use std::collections::BTreeMap;

/// The format's version, `v`.
pub const VERSION: &str = "1";

/// A longer fragment is not read. The longest prompt fits, percent-encoded.
pub const LONGEST: usize = 65_536;

/// The link that repeats a story. For a stopped story, the length is that of its tokens, so that it replays too.
pub fn of(generation: &Generation) -> String {
    let mut settings = generation.settings.clone();
    let mut digest = Some(generation.digest.as_str());
    if generation.ended == Ended::Stopped {
        match generation.token_ids.len() {
            // Stopped before its first token: there is nothing to compare.
            0 => digest = None,
            tokens => {
                settings.length = tokens as u32;
                settings.forced.retain(|&(place, _)| place < settings.length);
            }
        }
    }
    write(&settings, Some(&generation.model), digest)
}

/// Writes a link, including the `#`. `model` is `NAME@HASH8`. Without a digest, the link promises no particular story.
pub fn write(settings: &Settings, model: Option<&str>, digest: Option<&str>) -> String {
    let mut link = format!("#v={VERSION}");
    let mut add = |key: &str, value: &str| {
        link += &format!("&{key}={value}");
    };
    if let Some(model) = model {
        add("model", model);
    }
    if let Some(AdapterSetting { id, strength }) = &settings.adapter {
        add("adapter", id);
        add("strength", &(strength + 0.0).to_string());
    }
    add("engine", &ENGINE_REVISION.to_string());
    if !settings.rules.is_first() {
        add("rules", &settings.rules.number().to_string());
    }
    add("p", &form_urlencoded::byte_serialize(settings.prompt.as_bytes()).collect::<String>());
    // Adding 0 turns -0 into 0.
    add("t", &(settings.temperature + 0.0).to_string());
    add("top_p", &settings.top_p.to_string());
    for parameter in PARAMETERS {
        let value = settings.options.get(parameter.name).filter(|&value| value != parameter.usual);
        if let Some(value) = value {
            add(parameter.name, &value.to_string());
        }
    }
    if let Some(order) = &settings.order {
        add("chain", &order.to_string());
    }
    add("n", &settings.length.to_string());
    add("seed", &settings.seed.to_string());
    if !settings.forced.is_empty() {
        let forced: Vec<String> = settings.forced.iter().map(|(place, token)| format!("{place}:{token}")).collect();
        add("f", &forced.join(","));
    }
    if let Some(digest) = digest {
        add("x", digest);
    }
    link
}

/// The content of a link. A malformed field gets its default, and a problem in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LinkRead {
    /// None if there is no link, or if it is too damaged to say which story is meant.
    pub settings: Option<Settings>,
    /// Digest of the token ids of the promised story.
    pub digest: Option<String>,
    /// `NAME@HASH8`.
    pub model: Option<String>,
    pub engine_revision: Option<u32>,
    /// One sentence each, to be shown.
    pub problems: Vec<String>,
}

/// Reads a link's fragment, with or without `#`, and repairs damage from transport. Never fails: see [`LinkRead`].
pub fn read(fragment: &str) -> LinkRead {
    let read = |fragment: &str| {
        let (read, is_lost) = as_written(fragment);
        if is_lost { LinkRead { settings: None, ..read } } else { read }
    };
    mended(fragment, read, |read| read.problems.len())
}

/// Reads a fragment without repairs. Also returns whether it fails to say which story is meant.
pub(crate) fn as_written(fragment: &str) -> (LinkRead, bool) {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let mut read = LinkRead { settings: None, digest: None, model: None, engine_revision: None, problems: Vec::new() };
    if fragment.is_empty() {
        return (read, true);
    }
    if fragment.len() > LONGEST {
        let length = fragment.len();
        read.problems
            .push(format!("The link is too long ({length} characters, at most {LONGEST} are allowed); it is ignored."));
        return (read, true);
    }
    let mut fields = Fields::new(fragment, &mut read.problems);
    let has = |name: &str| fields.fields.contains_key(name);
    let (has_prompt, has_engine) = (has("p"), has("engine"));
    let known = fields.fields.keys().filter(|key| is_field(key)).count();
    match fields.take("v") {
        Some(version) if version == VERSION => {}
        Some(_) => fields.problem(
            "The link was made for another version of this page; only the parts that could be read are used.".into(),
        ),
        None => fields.problem(
            "This does not look like a link of this page (it has no v=1); only the parts that could be read are used."
                .into(),
        ),
    }
    let limits = Settings::LIMITS;
    let default = Settings::default();
    read.model = fields.checked("model", "the model's name", is_model);
    if read.model.is_some() {
        fields.whole();
    }
    read.engine_revision = fields.number("engine", "engine revision", (0, u32::MAX));
    read.digest = fields.checked("x", "the digest", is_hash);
    let length = fields.number("n", "length", limits.length).unwrap_or(default.length);
    let settings = Settings {
        temperature: fields.number("t", "temperature", limits.temperature).unwrap_or(default.temperature),
        top_p: fields.number("top_p", "top-p", limits.top_p).unwrap_or(default.top_p),
        options: fields.options(),
        order: fields.order(),
        // Links written by a program before there were rules have an engine and a digest.
        rules: fields.rules(has_engine || read.digest.is_some()),
        forced: fields.forced(length).unwrap_or_default(),
        adapter: fields.adapter(limits.strength),
        length,
        seed: fields.number("seed", "seed", limits.seed).unwrap_or(default.seed),
        prompt: fields.prompt(limits.prompt_characters).unwrap_or(default.prompt),
    };
    // A program always writes the prompt; a link written by hand has at least one field.
    let by_program = has_engine || read.model.as_deref().is_some_and(is_id);
    let is_lost = if by_program { !has_prompt } else { known == 0 };
    fields.leftovers();
    if is_lost {
        read.problems.push("The link is damaged: it does not say which story is meant. Copy it again.".into());
    }
    read.settings = Some(settings);
    (read, is_lost)
}

/// Whether a field is a setting of a story.
fn is_field(name: &str) -> bool {
    ["v", "model", "adapter", "strength", "engine", "rules", "p", "t", "top_p", "chain", "n", "seed", "f", "x"]
        .contains(&name)
        || PARAMETERS.iter().any(|parameter| parameter.name == name)
}

/// `NAME@HASH8` or `NAME`.
fn is_model(text: &str) -> bool {
    is_id(text) || is_name(text)
}

/// Whether a text has only the characters of plain decimal notation.
fn is_plain(text: &str) -> bool {
    // The smallest numbers need about 330 digits.
    text.len() <= 400 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// A number in plain decimal notation; it may be negative.
fn plain_number(text: &str) -> Option<f64> {
    is_plain(text.strip_prefix('-').unwrap_or(text)).then(|| text.parse().ok()).flatten()
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// The fields of a fragment, taken one by one; their faults are collected in `problems`.
struct Fields<'a> {
    fields: BTreeMap<String, String>,
    problems: &'a mut Vec<String>,
}

impl<'a> Fields<'a> {
    fn new(fragment: &str, problems: &'a mut Vec<String>) -> Self {
        if broken_escapes(fragment) {
            problems.push(
                "Part of the link is damaged (a % is not followed by two hexadecimal digits, or the bytes are not UTF-8)."
                    .into(),
            );
        }
        let mut fields = BTreeMap::new();
        for (key, value) in form_urlencoded::parse(fragment.as_bytes()) {
            // If a field is given twice, the first counts, and the second is reported under another name.
            let key = if fields.contains_key(key.as_ref()) { format!("a second {key}") } else { key.into_owned() };
            fields.insert(key, value.into_owned());
        }
        Self { fields, problems }
    }

    fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    fn take(&mut self, key: &str) -> Option<String> {
        self.fields.remove(key)
    }

    /// Reports a link written by the page that has lost its end.
    fn whole(&mut self) {
        const ALWAYS: [(&str, &str); 5] =
            [("p", "prompt"), ("t", "temperature"), ("top_p", "top-p"), ("n", "length"), ("seed", "seed")];
        let missing = ALWAYS.iter().filter(|(key, _)| !self.fields.contains_key(*key)).map(|(_, name)| *name);
        let missing: Vec<&str> = missing.collect();
        if !missing.is_empty() {
            let names = missing.join(", ");
            self.problem(format!(
                "The link is incomplete: it has no {names}, so the defaults are used. Copy it again."
            ));
        }
    }

    fn checked(&mut self, key: &str, what: &str, valid: fn(&str) -> bool) -> Option<String> {
        let value = self.take(key)?;
        if valid(&value) {
            return Some(value);
        }
        self.problem(format!("The link's \"{key}\" is not {what}; it is ignored."));
        None
    }

    /// The chain's parameters, each by its name.
    fn options(&mut self) -> Options {
        let mut options = Options::default();
        for parameter in PARAMETERS {
            let Some(value) = self.take(parameter.name) else { continue };
            let read = plain_number(&value).is_some_and(|value| options.set(parameter.name, value).is_ok());
            if !read {
                let (name, kind) = (parameter.name, if parameter.whole { "an integer" } else { "a number" });
                let (from, to) = (parameter.from, parameter.to);
                self.problem(format!("The link's {name} must be {kind} from {from} to {to}; the default is used."));
            }
        }
        options
    }

    /// The adapter; its strength is 1 if the link has none.
    fn adapter(&mut self, limits: (f64, f64)) -> Option<AdapterSetting> {
        let id = self.checked("adapter", "an adapter's name", is_id);
        let Some(id) = id else {
            if self.take("strength").is_some() {
                self.problem("The link has a strength but no adapter; the strength is ignored.".into());
            }
            return None;
        };
        let strength = self.number("strength", "strength", limits).unwrap_or(1.0);
        Some(AdapterSetting { id, strength })
    }

    /// The revision of the chain's rules. `written`: whether a program wrote the link. Such a link without a revision is older than
    /// the second revision; one written by hand means today's rules.
    fn rules(&mut self, written: bool) -> Rules {
        let Some(value) = self.take("rules") else { return if written { Rules::First } else { Rules::default() } };
        digits(&value).and_then(|number| Rules::try_from(number).ok()).unwrap_or_else(|| {
            let known = Rules::default().number();
            self.problem(format!(
                "The link's rules must be an integer from 1 to {known}; the current ones are used. A newer version of this page may have written the link."
            ));
            Rules::default()
        })
    }

    /// The order of the chain.
    fn order(&mut self) -> Option<Order> {
        let order = Order::parse(&self.take("chain")?).ok();
        if order.is_none() {
            self.problem(
                "The link's chain must be a list of stage names, each at most once; the default order is used.".into(),
            );
        }
        order
    }

    /// Forced tokens, `PLACE:TOKEN` separated by commas, with rising places below the length.
    fn forced(&mut self, length: u32) -> Option<Vec<(u32, u32)>> {
        let text = self.take("f")?;
        let forced = text.split(',').map(|pair| {
            let (place, token) = pair.split_once(':')?;
            Some((digits(place)?, digits(token)?))
        });
        let forced: Option<Vec<(u32, u32)>> = forced.collect();
        let forced = forced.filter(|forced| {
            forced.is_sorted_by(|one, other| one.0 < other.0) && forced.last().is_some_and(|last| last.0 < length)
        });
        if forced.is_none() {
            self.problem("The link's forced tokens cannot be read; they are ignored.".into());
        }
        forced
    }

    /// A number within its limits. Only plain decimal notation counts, so that a link has one meaning.
    fn number<T>(&mut self, key: &str, what: &str, (from, to): (T, T)) -> Option<T>
    where
        T: std::str::FromStr + PartialOrd + std::fmt::Display,
    {
        let value = self.take(key)?;
        match value.parse::<T>() {
            Ok(number) if is_plain(&value) && number >= from && number <= to => Some(number),
            _ => {
                self.problem(format!("The link's {what} must be a number from {from} to {to}; the default is used."));
                None
            }
        }
    }

    /// The prompt, with line ends as a text field has them.
    fn prompt(&mut self, limit: usize) -> Option<String> {
        let prompt = plain_text(&self.take("p")?);
        let characters = prompt.chars().count();
        if characters > limit {
            self.problem(format!(
                "The link's prompt has {characters} characters, but at most {limit} are allowed; the default prompt is used."
            ));
            return None;
        }
        Some(prompt)
    }

    fn leftovers(self) {
        let names: Vec<String> = self.fields.into_keys().map(|key| key.chars().take(24).collect()).collect();
        if !names.is_empty() {
            let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            let more = if names.len() > 5 { ", …" } else { "" };
            self.problems.push(format!("The link has unknown parts: {shown}{more}."));
        }
    }
}

/// Whether a percent sign is not part of an escape, or the escapes are not UTF-8. form_urlencoded would repair both silently.
pub(crate) fn broken_escapes(fragment: &str) -> bool {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let escape = tail
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let Some(byte) = escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else { return true };
        bytes.push(byte);
        rest = &tail[2..];
    }
    std::str::from_utf8(&bytes).is_err()
}

#[cfg(test)]
mod tests;
