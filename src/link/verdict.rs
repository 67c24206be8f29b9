//! Whether a story is the one that its link promised.

use super::LinkRead;

/// The answer, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub same: bool,
    /// The text that is shown, as in the middle of a line. `www/session/verdict.js` uses the same words; `tests/verdicts.json` checks
    /// both.
    pub text: String,
}

/// Compares a story with its link; none if the link has no digest. `model`: `NAME@HASH8` of the model that wrote the story;
/// `revision`: the engine's.
pub fn verdict(promise: &LinkRead, digest: &str, model: &str, revision: u32) -> Option<Verdict> {
    let promised = promise.digest.as_ref()?;
    let other_model = promise.model.as_ref().filter(|name| *name != model);
    let other_revision = promise.engine_revision.filter(|&other| other != revision);
    let text = match (promised == digest, other_model, other_revision) {
        (true, ..) => "reproduced exactly".into(),
        (_, Some(name), _) => format!("not the same story: the link was made with the model {name}, this is {model}"),
        (_, _, Some(other)) => {
            format!("not the same story: the link was made with engine revision {other}, this is {revision}")
        }
        _ => "not the same story: same model and engine, but the tokens differ".into(),
    };
    Some(Verdict { same: promised == digest, text })
}

#[test]
fn verdicts_are_those_of_the_page() {
    #[derive(serde::Deserialize)]
    struct Case {
        promise: (Option<String>, Option<String>, Option<u32>),
        found: (String, String, u32),
        verdict: Option<(bool, String)>,
    }
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/verdicts.json")).unwrap();
    for Case { promise: (digest, model, engine_revision), found: (own, by, revision), verdict: expected } in cases {
        let promise = LinkRead { settings: None, digest, model, engine_revision, problems: Vec::new() };
        let found = verdict(&promise, &own, &by, revision).map(|verdict| (verdict.same, verdict.text));
        assert_eq!(found, expected, "{promise:?}");
    }
}
