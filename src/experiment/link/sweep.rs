//! The link of a sweep: `#x=1&e=sweep&grid=AXES&seeds=8&model=…&engine=…&p=PROMPT&…&digest=DIGEST8`. Fields that are not
//! specific to sweeps are those of a story's link.

use super::{Read, write};
use crate::link::mended;

use crate::experiment::{Grid, axes, axes_text};
use serde::Serialize;

/// The value of `e`, with or without an adapter.
const NAME: &str = "sweep";
const POET: &str = "poet";

/// The content of a sweep's link. A malformed field gets its default, and a problem in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SweepRead {
    /// Checked. None for an empty fragment: there is no link.
    pub grid: Option<Grid>,
    /// Digest of the promised sweep: see [`crate::experiment::sweep_digest`].
    pub digest: Option<String>,
    /// `NAME@HASH8`.
    pub model: Option<String>,
    pub engine_revision: Option<u32>,
    /// One sentence each, to be shown.
    pub problems: Vec<String>,
}

/// Writes a link, including the `#`. `model` is `NAME@HASH8`. Without a digest, the link promises no particular stories.
pub fn write_sweep(grid: &Grid, model: Option<&str>, digest: Option<&str>) -> String {
    let name = if grid.base.adapter.is_some() { POET } else { NAME };
    let own = format!("grid={}&seeds={}", axes_text(&grid.axes), grid.seeds);
    write(name, &own, &grid.base, &grid.prompts, model, digest)
}

/// Reads a sweep's link, with or without `#`. Never fails: see [`SweepRead`].
pub fn read_sweep(fragment: &str) -> SweepRead {
    mended(fragment, as_written, |read| read.problems.len())
}

fn as_written(fragment: &str) -> SweepRead {
    let default = Grid::default();
    let Some(mut link) = Read::new(fragment, &["grid"], default.seeds, &default.base) else {
        let problems = Vec::new();
        return SweepRead { grid: None, digest: None, model: None, engine_revision: None, problems };
    };
    if !matches!(link.name.as_deref(), Some(NAME | POET)) {
        link.problem("The link names an unknown experiment; the sampling experiment is shown.".into());
    }
    let mut named = default.axes.clone();
    if let Some(text) = link.take("grid") {
        match axes(&text) {
            Ok(read) => named = read,
            Err(error) => link.problem(format!("The link's grid cannot be read ({error}); the default grid is used.")),
        }
    }
    let Read { base, prompts, seeds, digest, model, engine_revision, mut problems, .. } = link;
    let mut grid = Grid { base, axes: named, prompts, seeds };
    if let Err(error) = grid.check() {
        problems.push(format!("The link's experiment cannot be run ({error}); the default grid is used."));
        grid = Grid { base: grid.base, ..default };
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
                "#x=1&e=sweep&grid=temperature=0.2:2:7,top_p=0.5,0.7,0.9,0.95,1&seeds=8&model=m@01234567&engine={engine}&rules=2&{prompt}&t=0.8&top_p=0.95&n=96&seed=42&digest=89abcdef"
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
    fn the_strengths_of_an_adapter_come_through() {
        let adapter = crate::story::AdapterSetting { id: "poet@0123abcd".into(), strength: 1.0 };
        let mut grid = Grid { axes: axes("strength=0:1.5:4").unwrap(), ..Grid::default() };
        grid.base.adapter = Some(adapter);
        let link = write_sweep(&grid, None, None);
        assert!(link.starts_with("#x=1&e=poet&grid=strength=0:1.5:4"), "{link}");
        let read = read_sweep(&link);
        assert_eq!((read.grid, read.problems), (Some(grid), vec![]));
    }

    #[test]
    fn what_is_malformed_is_told_and_has_its_default() {
        for (fragment, words) in [
            ("#x=2&e=sweep", "another version"),
            ("#v=1&p=Once", "no x=1"),
            ("#x=1&e=prose", "unknown experiment"),
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

    /// An axis may switch on a stage that is off in the base.
    #[test]
    fn a_sweep_without_rules_has_those_of_its_time() {
        use crate::sampling::{Order, Rules};
        let sweep = |link: &str| read_sweep(link).grid.unwrap().settings(0);
        let link = "#x=1&e=sweep&grid=top_n_sigma=0.5,1&seeds=1&engine=2&p=Once&t=0.8&top_p=0.95&n=96&seed=42";
        assert_eq!(sweep(link).chain().order, Rules::First.default_order());
        assert_eq!(sweep(&link.replace("engine=2", "engine=2&rules=2")).chain().order, Order::default());
        assert_eq!(sweep("#x=1&e=sweep&grid=top_n_sigma=0.5,1").rules, Rules::Second);
    }
}
