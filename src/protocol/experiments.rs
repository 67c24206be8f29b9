//! The workers of the experiments: some write and judge stories, one answers what needs no model.

use super::EngineFacts;
use super::read::apart;
use crate::experiment::judge::{Effects, Judgement, Outcome, Protocol, RankAgreement};
use crate::experiment::link::{JudgeRead, SweepRead};
use crate::experiment::{AxisDescription, Finding, Grid, Row, axis_descriptions};
use crate::metrics::{Described, described};
use crate::sampling;
use crate::statistics::Estimate;
use crate::story::{Limits, Settings};
use serde::{Deserialize, Serialize};

/// Page to worker.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    Load {
        manifest_url: String,
        model: Option<String>,
    },
    /// Asks for stories, beside those that were asked for before under the same id; another id gives up what was asked for under the last.
    Runs {
        id: u32,
        #[serde(deserialize_with = "apart")]
        grid: Grid,
        runs: Vec<usize>,
    },
    /// Asks for items of a self-evaluation, likewise. `library`: whether novelty is judged by, which takes the library.
    Judge {
        id: u32,
        #[serde(deserialize_with = "apart")]
        protocol: Protocol,
        library: bool,
        runs: Vec<usize>,
    },
    /// Gives up what was asked for, stories half written included.
    Stop {
        id: u32,
    },
    /// Asks for the grid that a form describes.
    ReadGrid {
        id: u32,
        axes: String,
        #[serde(deserialize_with = "apart")]
        base: Settings,
        prompts: Vec<String>,
        seeds: u32,
    },
    /// Asks what one number of the stories tells: `values` has one a run, and null where there is none (yet). `metric`: its name.
    Analyse {
        id: u32,
        #[serde(deserialize_with = "apart")]
        grid: Grid,
        metric: String,
        values: Vec<Option<f64>>,
        written: usize,
    },
    ReadSweepLink {
        id: u32,
        fragment: String,
    },
    /// `digests`: those of all stories in the order of their runs, if they are all written.
    WriteSweepLink {
        id: u32,
        #[serde(deserialize_with = "apart")]
        grid: Grid,
        model: Option<String>,
        digests: Option<Vec<String>>,
    },
    /// Asks for rows as CSV, as the command line writes them.
    WriteRows {
        id: u32,
        #[serde(deserialize_with = "apart")]
        rows: Vec<Row>,
    },
    /// Asks whether a protocol can be run, as far as that can be said without a model.
    CheckJudge {
        id: u32,
        #[serde(deserialize_with = "apart")]
        protocol: Protocol,
    },
    /// Asks what judging did.
    AnalyseJudgements {
        id: u32,
        #[serde(deserialize_with = "apart")]
        protocol: Protocol,
        #[serde(deserialize_with = "apart")]
        outcomes: Vec<Outcome>,
    },
    /// Asks whether a reader's ratings (1 to 5) and the score put the same stories into the same order.
    Agreement {
        id: u32,
        ratings: Vec<f64>,
        scores: Vec<f64>,
    },
    ReadJudgeLink {
        id: u32,
        fragment: String,
    },
    /// `digests`: those of the judged stories in the order of their items, if all are there.
    WriteJudgeLink {
        id: u32,
        #[serde(deserialize_with = "apart")]
        protocol: Protocol,
        model: Option<String>,
        digests: Option<Vec<String>>,
    },
}

/// Worker to page.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Answer<'a> {
    Hello {
        engine: EngineFacts,
        limits: Limits,
        chain: sampling::ChainDescription,
        metrics: Vec<Described>,
        axes: Vec<AxisDescription>,
        /// The default sweep.
        grid: Grid,
    },
    /// A run that is finished.
    Row {
        id: u32,
        row: Finished<'a>,
    },
    /// How far an item of a self-evaluation is, about, from 0 to 1.
    Judging {
        id: u32,
        run: usize,
        done: f64,
    },
    /// Checked; or why there is none.
    Grid {
        id: u32,
        grid: Option<Grid>,
        axes: Option<String>,
        problem: Option<String>,
    },
    Findings {
        id: u32,
        cells: Vec<Option<Estimate>>,
        /// One an axis of two values or more.
        findings: Vec<Finding>,
        caveats: Vec<String>,
    },
    SweepLinkRead {
        id: u32,
        #[serde(flatten)]
        read: SweepRead,
    },
    SweepLink {
        id: u32,
        fragment: String,
        digest: Option<String>,
    },
    RowsWritten {
        id: u32,
        text: String,
    },
    JudgeChecked {
        id: u32,
        problem: Option<String>,
    },
    Effects {
        id: u32,
        effects: Effects,
        findings: Vec<String>,
    },
    Agreement {
        id: u32,
        agreement: Option<RankAgreement>,
        problem: Option<String>,
    },
    JudgeLinkRead {
        id: u32,
        #[serde(flatten)]
        read: JudgeRead,
    },
    JudgeLink {
        id: u32,
        fragment: String,
        digest: Option<String>,
    },
}

impl Answer<'_> {
    /// What the worker begins with.
    pub fn hello() -> Self {
        Self::Hello {
            engine: EngineFacts::default(),
            limits: Settings::LIMITS,
            chain: sampling::description(),
            metrics: described(),
            axes: axis_descriptions(),
            grid: Grid::default(),
        }
    }
}

/// What came of a run.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Finished<'a> {
    /// Of a sweep: a story that is written and measured.
    Story(&'a Row),
    /// Of a self-evaluation.
    Judgement {
        run: usize,
        #[serde(flatten)]
        judgement: &'a Judgement,
    },
}
