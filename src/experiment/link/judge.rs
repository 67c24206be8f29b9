//! The link of a self-evaluation: `#x=1&e=judge&way=best-of&drafts=8&weights=coherence=1,novelty=1,relevance=1&seeds=2&…`.

use super::{Read, write};
use crate::link::mended;

use crate::experiment::judge::{Method, Protocol, Weights};
use crate::story::Settings;
use serde::Serialize;

/// The value of `e`.
const NAME: &str = "judge";

/// The content of such a link. A malformed field gets its default, and a problem in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct JudgeRead {
    /// Checked, as far as no model is needed. None for an empty fragment: there is no link.
    pub protocol: Option<Protocol>,
    /// Digest of the digests of the judged stories that the link promises, as in a sweep.
    pub digest: Option<String>,
    /// `NAME@HASH8`.
    pub model: Option<String>,
    pub engine_revision: Option<u32>,
    /// One sentence each, to be shown.
    pub problems: Vec<String>,
}

/// The defaults for missing fields.
fn default_protocol() -> Protocol {
    let base = Settings { length: 96, ..Settings::default() };
    let method = Method::BestOf { drafts: 8 };
    Protocol { base, prompts: Vec::new(), seeds: 1, weights: Weights::default(), method }
}

/// Writes a link, including the `#`. `model` is `NAME@HASH8`. Without a digest, the link promises no particular stories.
pub fn write_judge(protocol: &Protocol, model: Option<&str>, digest: Option<&str>) -> String {
    let way = match protocol.method {
        Method::BestOf { drafts } => format!("way=best-of&drafts={drafts}"),
        Method::Revise { redrafts, rounds } => format!("way=revise&redrafts={redrafts}&rounds={rounds}"),
    };
    let Weights { coherence, novelty, relevance } = protocol.weights;
    let weights = format!("weights=coherence={coherence},novelty={novelty},relevance={relevance}");
    let own = format!("{way}&{weights}&seeds={}", protocol.seeds);
    write(NAME, &own, &protocol.base, &protocol.prompts, model, digest)
}

/// Reads such a link, with or without `#`. Never fails: see [`JudgeRead`].
pub fn read_judge(fragment: &str) -> JudgeRead {
    mended(fragment, as_written, |read| read.problems.len())
}

fn as_written(fragment: &str) -> JudgeRead {
    const SIZES: [&str; 3] = ["drafts", "redrafts", "rounds"];
    const NAMES: [&str; 5] = ["way", "weights", SIZES[0], SIZES[1], SIZES[2]];
    let default = default_protocol();
    let Some(mut link) = Read::new(fragment, &NAMES, default.seeds, &default.base) else {
        return JudgeRead { protocol: None, digest: None, model: None, engine_revision: None, problems: Vec::new() };
    };
    let method = match link.take("way").as_deref() {
        Some("revise") => Method::Revise { redrafts: link.number("redrafts", 4), rounds: link.number("rounds", 2) },
        way => {
            if way.is_some_and(|way| way != "best-of") {
                link.problem("The link's way is neither best-of nor revise; best-of is used.".into());
            }
            Method::BestOf { drafts: link.number("drafts", 8) }
        }
    };
    for name in SIZES {
        if link.take(name).is_some() {
            link.problem(format!("The link's {name} does not belong to its way; it is ignored."));
        }
    }
    let weights = weights(&mut link);
    let Read { base, prompts, seeds, digest, model, engine_revision, mut problems, .. } = link;
    let mut protocol = Protocol { base, prompts, seeds, weights, method };
    if protocol.base.adapter.take().is_some() {
        problems.push("A self-evaluation does not support adapters, so the link's adapter is ignored.".into());
    }
    if let Err(error) = protocol.check_numbers() {
        problems.push(format!("The link's experiment cannot be run ({error}); the default one is used."));
        protocol = Protocol { base: protocol.base, ..default };
    }
    JudgeRead { protocol: Some(protocol), digest, model, engine_revision, problems }
}

fn weights(link: &mut Read) -> Weights {
    let Some(text) = link.take("weights") else { return Weights::default() };
    Weights::parse(&text).unwrap_or_else(|error| {
        link.problem(format!("The link's weights cannot be read ({error}); the default weights are used."));
        Weights::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_come_back_as_they_went() {
        for method in [Method::BestOf { drafts: 5 }, Method::Revise { redrafts: 4, rounds: 2 }] {
            let prompts = ["The king & queen", "", "p3=50%"].map(String::from).to_vec();
            let weights = Weights { coherence: 0.5, novelty: 0.0, relevance: 1.0 };
            let base = Settings { prompt: prompts[0].clone(), seed: 9, ..default_protocol().base };
            let protocol = Protocol { base, prompts, seeds: 3, weights, method };
            let read = read_judge(&write_judge(&protocol, Some("m@01234567"), Some("89abcdef")));
            assert_eq!((read.protocol, read.problems), (Some(protocol), vec![]));
            assert_eq!((read.digest.as_deref(), read.model.as_deref()), (Some("89abcdef"), Some("m@01234567")));
        }
        assert_eq!(read_judge("").protocol, None);
        assert_eq!(read_judge("#x=1&e=judge").protocol, Some(default_protocol()));
    }

    #[test]
    fn what_is_malformed_is_told_and_has_its_default() {
        for (fragment, words) in [
            ("#x=2&e=judge", "another version"),
            ("#x=1&e=judge&way=luck", "neither best-of nor revise"),
            ("#x=1&e=judge&drafts=0", "drafts must be"),
            ("#x=1&e=judge&drafts=900", "cannot be run"),
            ("#x=1&e=judge&rounds=2", "does not belong to its way"),
            ("#x=1&e=judge&weights=wit=1", "weights cannot be read"),
            ("#x=1&e=judge&weights=coherence=0,novelty=0,relevance=0", "weights cannot be read"),
            ("#x=1&e=judge&seeds=none", "seeds must be"),
            ("#x=1&e=judge&t=hot", "temperature must be"),
            ("#x=1&e=judge&wings=2", "wings"),
            ("#x=1&e=judge&adapter=poet@01234567&strength=1", "adapter is ignored"),
            ("#x=1&e=judge&p=A&p2=B&p3=B", "twice"),
        ] {
            let read = read_judge(fragment);
            assert!(read.problems.join(" ").contains(words), "{fragment}: {:?}", read.problems);
            assert!(read.protocol.unwrap().check_numbers().is_ok(), "{fragment}");
        }
    }
}
