//! The link of a sweep: `#x=1&e=sweep&grid=AXES&seeds=8&model=…&engine=…&p=PROMPT&…&digest=DIGEST8`. What does not belong to
//! sweeps alone stands in it as in the link of a story.

use super::{LONGEST, LinkRead, broken_escapes, is_digest, read, write};
use crate::experiment::{Grid, axes, axes_text};
use serde::Serialize;
use std::collections::BTreeMap;

/// The format's version, `x`.
pub const VERSION: &str = "1";
/// What `e` says.
const NAME: &str = "sweep";
/// Prompts of a link at most.
const PROMPTS: usize = 100;

/// What a sweep's link says. Whatever is malformed has its default and a problem in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SweepRead {
    /// Checked. None for an empty fragment: there is no link.
    pub grid: Option<Grid>,
    /// The digest of the sweep that the link promises: see [`crate::experiment::sweep_digest`].
    pub digest: Option<String>,
    /// `NAME@HASH8`.
    pub model: Option<String>,
    pub engine_revision: Option<u32>,
    /// One sentence each, for the reader.
    pub problems: Vec<String>,
}

/// Writes a link, `#` included. `model` is `NAME@HASH8`; without a digest the link promises nothing.
pub fn write_sweep(grid: &Grid, model: Option<&str>, digest: Option<&str>) -> String {
    let mut base = grid.base.clone();
    if let Some(first) = grid.prompts.first() {
        base.prompt.clone_from(first);
    }
    let story = write(&base, model, None);
    let story = story.split_once('&').map_or("", |(_, rest)| rest);
    let mut link = format!("#x={VERSION}&e={NAME}&grid={}&seeds={}&{story}", axes_text(&grid.axes), grid.seeds);
    for (index, prompt) in grid.prompts.iter().enumerate().skip(1) {
        let prompt: String = form_urlencoded::byte_serialize(prompt.as_bytes()).collect();
        link += &format!("&p{}={prompt}", index + 1);
    }
    if let Some(digest) = digest {
        link += &format!("&digest={digest}");
    }
    link
}

/// Reads a sweep's link, with or without `#`. Never fails: see [`SweepRead`].
pub fn read_sweep(fragment: &str) -> SweepRead {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let mut problems = Vec::new();
    if fragment.is_empty() {
        return SweepRead { grid: None, digest: None, model: None, engine_revision: None, problems };
    }
    // The fields of sweeps, and all others, which are read as those of a story.
    let mut own: BTreeMap<String, String> = BTreeMap::new();
    let mut story = String::from("v=1");
    for piece in fragment[..fragment.floor_char_boundary(LONGEST)].split('&') {
        let name = piece.split('=').next().unwrap_or_default();
        let number = name.strip_prefix('p').and_then(|number| number.parse::<usize>().ok());
        let known = matches!(name, "x" | "e" | "grid" | "seeds" | "digest")
            || number.is_some_and(|it| (2..=PROMPTS).contains(&it));
        if !known || own.contains_key(name) {
            // The version of stories' links is none of ours.
            if name != "v" {
                story += "&";
                story += piece;
            }
            continue;
        }
        if broken_escapes(piece) {
            problems.push(format!(
                "The link's {name} is damaged (a % is not followed by two hexadecimal digits, or bytes are no text)."
            ));
        }
        let value = form_urlencoded::parse(piece.as_bytes()).next().map(|(_, value)| value.into_owned());
        own.insert(name.into(), value.unwrap_or_default());
    }
    if fragment.len() > LONGEST {
        let length = fragment.len();
        problems.push(format!("The link is too long to be one of ours ({length} characters, at most {LONGEST}); the usual settings are used."));
        return SweepRead { grid: Some(Grid::default()), digest: None, model: None, engine_revision: None, problems };
    }
    match own.remove("x") {
        Some(version) if version == VERSION => {}
        Some(_) => {
            problems.push("The link was made for another version of this page; what could be read is used.".into())
        }
        None => problems.push(
            "This does not look like a link of an experiment (it has no x=1); what could be read is used.".into(),
        ),
    }
    if own.remove("e").is_none_or(|name| name != NAME) {
        problems
            .push("The link's experiment is not one that this page knows; the sampling experiment is shown.".into());
    }
    let usual = Grid::default();
    let asked = story.split('&').any(|piece| piece.starts_with("n="));
    let LinkRead { settings, model, engine_revision, problems: more, .. } = read(&story);
    problems.extend(more);
    let mut base = settings.unwrap_or_else(|| usual.base.clone());
    if !asked {
        base.length = usual.base.length;
    }
    let digest = own.remove("digest").filter(|digest| {
        let valid = is_digest(digest);
        if !valid {
            problems.push("The link's \"digest\" is not a digest; it is ignored.".into());
        }
        valid
    });
    let seeds = match own.remove("seeds") {
        None => usual.seeds,
        Some(text) => text.parse().ok().filter(|&seeds: &u32| seeds > 0).unwrap_or_else(|| {
            problems.push(format!("The link's seeds must be a whole number from 1; {} are used.", usual.seeds));
            usual.seeds
        }),
    };
    let mut named = usual.axes.clone();
    if let Some(text) = own.remove("grid") {
        match axes(&text) {
            Ok(read) => named = read,
            Err(error) => problems.push(format!("The link's grid cannot be read ({error}); the usual one is used.")),
        }
    }
    let mut prompts: Vec<String> = (2..=PROMPTS).filter_map(|number| own.remove(&format!("p{number}"))).collect();
    if !prompts.is_empty() {
        prompts.insert(0, base.prompt.clone());
    }
    let mut grid = Grid { base, axes: named, prompts, seeds };
    if let Err(error) = grid.check() {
        problems.push(format!("The link's experiment cannot be run ({error}); the usual grid is used."));
        grid = Grid { base: grid.base, ..usual };
        if grid.check().is_err() {
            grid = Grid::default();
        }
    }
    SweepRead { grid: Some(grid), digest, model, engine_revision, problems }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_link_by_hand() {
        let link = write_sweep(&Grid::default(), Some("m@01234567"), Some("89abcdef"));
        let prompt = "p=Once+upon+a+time%2C+a+small+fox+found+a+door+in+the+snow.";
        let engine = crate::engine::ENGINE_REVISION;
        assert_eq!(
            link,
            format!(
                "#x=1&e=sweep&grid=temperature=0.2:2:7,top_p=0.5,0.7,0.9,0.95,1&seeds=8&model=m@01234567&engine={engine}&{prompt}&t=0.8&top_p=0.95&n=96&seed=42&digest=89abcdef"
            )
        );
        let read = read_sweep(&link);
        assert_eq!(read.grid, Some(Grid::default()));
        assert_eq!((read.digest.as_deref(), read.model.as_deref()), (Some("89abcdef"), Some("m@01234567")));
        assert_eq!((read.engine_revision, read.problems), (Some(engine), vec![]));
        assert_eq!(read_sweep("").grid, None);
    }

    #[test]
    fn several_prompts_and_other_samplers_come_through() {
        let mut grid = Grid { axes: axes("min_p=0,0.1").unwrap(), seeds: 3, ..Grid::default() };
        grid.prompts = ["The king & queen", "", "p3=50%"].map(String::from).to_vec();
        grid.base.prompt = grid.prompts[0].clone();
        grid.base.options.set("top_k", 40.0).unwrap();
        let read = read_sweep(&write_sweep(&grid, None, None));
        assert_eq!((read.grid, read.problems), (Some(grid), vec![]));
    }

    #[test]
    fn what_is_malformed_is_told_and_has_its_default() {
        for (fragment, words) in [
            ("#x=2&e=sweep", "another version"),
            ("#v=1&p=Once", "no x=1"),
            ("#x=1&e=poet", "not one that this page knows"),
            ("#x=1&e=sweep&grid=heat", "grid cannot be read"),
            ("#x=1&e=sweep&grid=heat=1", "no setting \"heat\""),
            ("#x=1&e=sweep&grid=temperature=0:9:3", "cannot be run"),
            ("#x=1&e=sweep&grid=temperature=0:2:1000,top_p=0.1:1:1000", "more than"),
            ("#x=1&e=sweep&seeds=-1", "seeds must be"),
            ("#x=1&e=sweep&seeds=0", "seeds must be"),
            ("#x=1&e=sweep&digest=xyz", "not a digest"),
            ("#x=1&e=sweep&t=hot", "temperature must be"),
            ("#x=1&e=sweep&p=%ZZ", "damaged"),
            ("#x=1&e=sweep&grid=%E0%A4%A", "damaged"),
            ("#x=1&e=sweep&p2=a&p3=a", "twice"),
            ("#x=1&e=sweep&seeds=2&seeds=3", "a second"),
            ("#x=1&e=sweep&wings=2", "wings"),
            ("#%%%&&&===\u{0};;;", "no x=1"),
        ] {
            let read = read_sweep(fragment);
            let all = read.problems.join(" ");
            assert!(all.contains(words) || words == "a second" && all.contains("seeds"), "{fragment}: {all}");
            assert_eq!(read.grid.unwrap().check(), Ok(()), "{fragment}");
        }
        let long = read_sweep(&format!("x=1&e=sweep&p={}", "long+".repeat(20_000)));
        assert_eq!(long.grid, Some(Grid::default()));
        assert!(long.problems[0].contains("too long"));
    }

    proptest! {
        #[test]
        fn whatever_is_read_can_be_run(fragment in "[#&=%a-z0-9_.,:é -]{0,80}") {
            let read = read_sweep(&format!("#x=1&e=sweep&{fragment}"));
            prop_assert_eq!(read.grid.unwrap().check(), Ok(()));
        }
    }
}
