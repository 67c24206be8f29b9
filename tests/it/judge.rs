//! Self-evaluation with the house model: choices follow the score, controls are what they say, and every story replays.

use crate::house::{INFO, REFERENCE, TOKENIZER, engine, new_engine, write};
use fabula::engine::Llama;
use fabula::experiment::judge::{Bench, Judgement, Method, Process, Protocol, Round, Step, Weights};
use fabula::library::{Library, LibraryNovelty, NoveltySource};
use fabula::link;
use fabula::story::{Generation, Settings};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

fn bench() -> Bench<'static> {
    Bench { tokenizer: &TOKENIZER, model: &INFO, reference: &REFERENCE, library: None }
}

fn judge(engine: &mut Llama, protocol: &Protocol, item: usize) -> Judgement {
    protocol.check(&bench(), 512).unwrap();
    let mut judging = protocol.begin(bench(), item).unwrap();
    let mut last = 0.0;
    while judging.step(engine).unwrap() != Step::Done {
        let progress = judging.progress();
        assert!((0.0..=1.0).contains(&progress) && progress >= last, "{progress} after {last}");
        last = progress;
    }
    judging.finish().unwrap()
}

/// A library in another worker: it answers when it is asked for the third time.
struct Late {
    library: Library,
    asked: RefCell<BTreeMap<String, usize>>,
}

impl NoveltySource for Late {
    fn novelty(&self, text: &str) -> Option<LibraryNovelty> {
        let mut asked = self.asked.borrow_mut();
        let times = asked.entry(text.into()).or_default();
        *times += 1;
        if *times < 3 { None } else { self.library.novelty(text) }
    }
}

#[test]
fn a_library_that_answers_late_changes_nothing() {
    let mut engine = engine();
    let library = Library::open(&std::fs::read("models/poet/library.fabulib").unwrap()).unwrap();
    let late = Late { library, asked: RefCell::default() };
    for method in [Method::BestOf { drafts: 10 }, Method::Revise { redrafts: 3, rounds: 2 }] {
        let protocol = protocol(method, |_| ());
        let mut judge = |source: &dyn NoveltySource| {
            let mut judging = protocol.begin(Bench { library: Some(source), ..bench() }, 1).unwrap();
            while judging.step(&mut engine).unwrap() != Step::Done {}
            serde_json::to_value(judging.finish().unwrap()).unwrap()
        };
        let soon = judge(&late.library);
        assert!(soon["judged"]["numbers"]["new_ngrams_3"].is_f64(), "{soon}");
        assert_eq!(judge(&late), soon);
    }
    assert!(late.asked.borrow().values().all(|&times| times >= 3));
}

/// A library in another worker that answers only when it is waited for.
struct Shut {
    library: Library,
    answers: Cell<bool>,
}

impl NoveltySource for Shut {
    fn novelty(&self, text: &str) -> Option<LibraryNovelty> {
        if self.answers.get() { self.library.novelty(text) } else { None }
    }
}

#[test]
fn judging_says_when_it_waits_for_the_library() {
    let mut engine = engine();
    let library = Library::open(&std::fs::read("models/poet/library.fabulib").unwrap()).unwrap();
    let shut = Shut { library, answers: Cell::new(false) };
    for (method, least) in [(Method::BestOf { drafts: 10 }, 1), (Method::Revise { redrafts: 3, rounds: 1 }, 3)] {
        let protocol = protocol(method, |settings| settings.length = 32);
        let mut judge = |source: &dyn NoveltySource| {
            let mut judging = protocol.begin(Bench { library: Some(source), ..bench() }, 1).unwrap();
            let mut waits = 0;
            loop {
                match judging.step(&mut engine).unwrap() {
                    Step::More => {}
                    Step::Waiting => {
                        waits += 1;
                        shut.answers.set(false);
                        assert_eq!(judging.step(&mut engine).unwrap(), Step::Waiting, "without an answer");
                        shut.answers.set(true);
                        assert_ne!(judging.step(&mut engine).unwrap(), Step::Waiting, "with an answer");
                        shut.answers.set(false);
                    }
                    Step::Done => return (serde_json::to_value(judging.finish().unwrap()).unwrap(), waits),
                }
            }
        };
        let (soon, none) = judge(&shut.library);
        let (late, waits) = judge(&shut);
        assert_eq!(late, soon);
        assert!(none == 0 && waits >= least, "{none} and {waits} waits");
    }
}

/// What a link writes, and the digest that it promises.
fn replay(engine: &mut Llama, link: &str) -> (Generation, Option<String>) {
    let read = link::read(link);
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    (write(engine, &read.settings.unwrap()), read.digest)
}

fn protocol(method: Method, change: impl FnOnce(&mut Settings)) -> Protocol {
    let mut base = Settings { temperature: 1.0, length: 64, seed: 5, ..Settings::default() };
    change(&mut base);
    let prompts = ["The old king had a secret.", "Once upon a time"].map(String::from).to_vec();
    Protocol { base, prompts, seeds: 2, weights: Weights::default(), method }
}

#[test]
fn the_best_draft_has_the_greatest_score_and_all_are_ordinary_stories() {
    let mut engine = engine();
    let protocol = protocol(Method::BestOf { drafts: 10 }, |_| ());
    for item in 0..4 {
        let judgement = judge(&mut engine, &protocol, item);
        let Process::BestOf { drafts, chosen } = &judgement.process else { panic!("best of n") };
        assert_eq!(drafts.len(), 10);
        let scores: Vec<f64> = drafts.iter().map(|draft| draft.appraisal.score).collect();
        assert!(scores.iter().all(|&score| (0.0..=1.0).contains(&score) && score <= scores[chosen.judged]));
        assert!(scores[..chosen.judged].iter().all(|&score| score < scores[chosen.judged]), "ties: the lower seed");
        assert_eq!(judgement.judged.digest, drafts[chosen.judged].digest);
        assert_eq!(judgement.control.digest, drafts[chosen.control].digest);
        let others = (scores.iter().sum::<f64>() - scores[chosen.judged]) / 9.0;
        assert!((judgement.baseline["score"] - others).abs() < 1e-12);
        assert_ne!(chosen.judged, chosen.control, "the control is one of the others");
        assert_eq!(judgement.judged.numbers["score"], judgement.judged.appraisal.score);
        for (index, draft) in drafts.iter().enumerate().step_by(7) {
            assert_eq!(draft.seed, protocol.settings(item).seed + index as u32);
            let (story, promised) = replay(&mut engine, &draft.link);
            assert_eq!((&story.text, Some(&story.digest)), (&draft.text, promised.as_ref()));
        }
    }
}

#[test]
fn with_one_draft_there_is_no_choice() {
    let mut engine = engine();
    let judgement = judge(&mut engine, &protocol(Method::BestOf { drafts: 1 }, |_| ()), 1);
    assert_eq!(judgement.judged.digest, judgement.control.digest);
    assert_eq!(judgement.judged.numbers, judgement.control.numbers);
}

/// A round follows from the one before it.
fn check_rounds(rounds: &[Round], before: &str, by_score: bool) {
    let mut text = before.to_string();
    for (index, round) in rounds.iter().enumerate() {
        assert_eq!(round.round as usize, index + 1);
        let [old, redrafts @ ..] = &round.candidates[..] else { panic!("no candidates") };
        assert_eq!((redrafts.len(), old.seed, old.gain_bits), (5, None, Some(round.sentence.gain_bits)));
        assert_eq!((&old.text, &round.candidates[round.chosen].text), (&round.before, &round.after));
        // One sentence has changed, and nothing around it.
        let (start, rest) = text.split_once(&round.before).unwrap();
        let found = format!("{start}{}{rest}", round.after) == round.text;
        assert!(found || text.matches(&round.before).count() > 1, "{text}\n{round:?}");
        let chosen = &round.candidates[round.chosen];
        assert!(chosen.complete);
        let score = |at: usize| round.candidates[at].appraisal.as_ref().map(|it| it.score);
        if by_score {
            assert!((0..6).all(|at| score(at) <= score(round.chosen)), "{round:?}");
            assert!(round.chosen == 0 || score(round.chosen) > score(0), "what is no better is not taken");
        }
        text = round.text.clone();
    }
}

#[test]
fn a_revision_never_lowers_the_score_and_its_stories_replay() {
    let mut engine = engine();
    let method = Method::Revise { redrafts: 5, rounds: 3 };
    let plain = protocol(method, |_| ());
    // A chain that remembers, and a story that branches off already.
    let bent = protocol(method, |settings| {
        settings.options.set("mirostat_tau", 4.0).unwrap();
        settings.options.set("frequency_penalty", 0.3).unwrap();
        settings.forced = vec![(1, 300), (40, 301)];
    });
    let mut raised = 0;
    for (protocol, item) in [(&plain, 0), (&plain, 1), (&plain, 2), (&bent, 0), (&bent, 3)] {
        let judgement = judge(&mut engine, protocol, item);
        let Process::Revise { before, judged, control } = &judgement.process else { panic!("revise") };
        assert!(!judged.is_empty());
        assert_eq!(judged.len(), control.len(), "the same compute");
        check_rounds(judged, &before.text, true);
        check_rounds(control, &before.text, false);
        // The first round differs in its choice only.
        assert_eq!(judged[0].candidates, control[0].candidates);
        assert!(judgement.judged.appraisal.score >= before.appraisal.score);
        raised += usize::from(judgement.judged.appraisal.score > before.appraisal.score);
        let links = judged.iter().chain(control).map(|round| (&round.link, &round.text));
        let stories = [before, &judgement.judged, &judgement.control].map(|told| (&told.link, &told.text));
        for (link, text) in links.chain(stories) {
            let (story, promised) = replay(&mut engine, link);
            assert_eq!((&story.text, Some(&story.digest)), (text, promised.as_ref()), "{link}");
        }
    }
    assert!(raised >= 3, "{raised} of five stories have gained");
}

#[test]
fn what_an_engine_did_before_changes_nothing() {
    let mut engine = engine();
    for method in [Method::BestOf { drafts: 3 }, Method::Revise { redrafts: 3, rounds: 2 }] {
        let protocol = protocol(method, |settings| settings.length = 48);
        let told = |engine: &mut Llama, item| serde_json::to_string(&judge(engine, &protocol, item)).unwrap();
        let (first, second) = (told(&mut engine, 0), told(&mut engine, 3));
        assert_eq!(told(&mut engine, 3), second);
        assert_eq!(told(&mut engine, 0), first);
        assert_eq!(told(&mut new_engine(), 3), second);
    }
}

#[test]
fn what_is_no_experiment_is_refused() {
    let refused = |protocol: &Protocol| protocol.check(&bench(), 512).unwrap_err().to_string();
    let good = protocol(Method::BestOf { drafts: 2 }, |_| ());
    assert!(refused(&Protocol { method: Method::BestOf { drafts: 0 }, ..good.clone() }).contains("drafts"));
    let method = Method::Revise { redrafts: 2, rounds: 65 };
    assert!(refused(&Protocol { method, ..good.clone() }).contains("rounds"));
    assert!(refused(&Protocol { seeds: 0, ..good.clone() }).contains("seed"));
    assert!(refused(&Protocol { seeds: u32::MAX, ..good.clone() }).contains("fewer"));
    let base = Settings { temperature: 3.0, ..good.base.clone() };
    assert!(refused(&Protocol { base, ..good.clone() }).contains("temperature"));
    let prompts = vec!["A king".into(), "word ".repeat(600)];
    assert!(refused(&Protocol { prompts, ..good.clone() }).starts_with("prompt 2 (\"word word"));
    let weights = Weights { coherence: 0.0, novelty: 1.0, relevance: 0.0 };
    assert!(refused(&Protocol { weights, ..good }).contains("novelty needs a library"));
}
