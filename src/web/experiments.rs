//! The experiments' worker: writes the stories of a sweep side by side, and says what they tell. The page starts several, one a core,
//! and hands out runs.

use super::download::Failure;
use super::judging;
use super::load::{Loaded, load};
use super::messages::{Answer, Code, EngineFacts, apart, post, scope};
use super::texts::Texts;
use super::worker::{failure, lost, sentence, turns};
use crate::engine::Engine;
use crate::experiment::judge::Protocol;
use crate::experiment::link::{SweepRead, read_sweep, write_sweep};
use crate::experiment::{
    AxisDescription, Finding, Grid, Row, Sweeper, Tools, axes, axes_text, axis_descriptions, caveats, cell_means, csv,
    finding, sweep_digest,
};
use crate::metrics::{Described, described, label_of};
use crate::sampling;
use crate::statistics::Estimate;
use crate::story::{Limits, Settings};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

/// Page to worker.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Request {
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
    /// Asks for rows as the command line writes them.
    WriteRows {
        id: u32,
        #[serde(deserialize_with = "apart")]
        rows: Vec<Row>,
        format: Format,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    Csv,
    Jsonl,
}

/// Worker to page; [`Answer`] has those that it shares with the stories' worker.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said<'a> {
    Hello {
        engine: EngineFacts,
        limits: Limits,
        chain: sampling::ChainDescription,
        metrics: Vec<Described>,
        axes: Vec<AxisDescription>,
        /// The usual sweep.
        grid: Grid,
    },
    /// A story that is written and measured.
    Row {
        id: u32,
        row: &'a Row,
    },
    /// What was asked for is given up.
    Stopped {
        id: u32,
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
}

/// What is being written.
struct Asked {
    id: u32,
    task: Task,
    runs: VecDeque<usize>,
}

/// What its runs are of.
#[derive(Clone)]
enum Task {
    Sweep(Rc<Grid>),
    Judge { protocol: Rc<Protocol>, library: bool },
}

#[derive(Default)]
struct Worker {
    /// Taken out while it writes.
    loaded: RefCell<Option<Loaded>>,
    asked: RefCell<Option<Asked>>,
    writing: Cell<bool>,
    texts: Texts,
}

/// Listens from now on.
pub fn start() {
    let worker: Rc<Worker> = Rc::default();
    let receive = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        // Questions first: what is none of them is a request.
        let read = match judging::Question::read(event.data()) {
            Some(question) => question.map(judging::Question::answer),
            None => {
                serde_wasm_bindgen::from_value::<Request>(event.data()).map(|request| worker.clone().answer(request))
            }
        };
        match read {
            Ok(()) => {}
            Err(error) => {
                let message = format!("The experiment could not be read: {error}.");
                post(&Answer::Error { id: None, code: Code::Settings, message });
            }
        }
    });
    scope().set_onmessage(Some(receive.as_ref().unchecked_ref()));
    receive.forget();
    post(&Said::Hello {
        engine: EngineFacts::default(),
        limits: Settings::LIMITS,
        chain: sampling::description(),
        metrics: described(),
        axes: axis_descriptions(),
        grid: Grid::default(),
    });
}

impl Worker {
    fn answer(self: Rc<Self>, request: Request) {
        match request {
            Request::Load { manifest_url, model } => spawn_local(async move {
                match load(&manifest_url, model.as_deref()).await {
                    Ok(loaded) => {
                        *self.loaded.borrow_mut() = Some(loaded);
                        self.begin();
                    }
                    Err(Failure { code, message }) => post(&Answer::Error { id: None, code, message }),
                }
            }),
            Request::Runs { id, grid, runs } => match grid.check() {
                Ok(()) => self.ask(id, Task::Sweep(Rc::new(grid)), runs),
                Err(error) => {
                    post(&Answer::Error { id: Some(id), code: Code::Settings, message: sentence(&error) });
                }
            },
            Request::Judge { id, protocol, library, runs } => {
                self.ask(id, Task::Judge { protocol: Rc::new(protocol), library }, runs);
            }
            Request::Stop { id } => {
                self.asked.borrow_mut().take_if(|asked| asked.id == id);
                post(&Said::Stopped { id });
            }
            Request::ReadGrid { id, axes: text, base, prompts, seeds } => {
                let grid = axes(&text).and_then(|axes| {
                    let grid = Grid { base, axes, prompts, seeds };
                    grid.check().map(|()| grid)
                });
                post(&match grid {
                    Ok(grid) => Said::Grid { id, axes: Some(axes_text(&grid.axes)), grid: Some(grid), problem: None },
                    Err(error) => Said::Grid { id, grid: None, axes: None, problem: Some(sentence(&error)) },
                });
            }
            Request::Analyse { id, grid, metric, values, written } => {
                let label = label_of(&metric);
                let several = (0..grid.axes.len()).filter(|&axis| grid.axes[axis].values.len() > 1);
                let findings = several.map(|axis| finding(&grid, axis, &label, &values)).collect();
                post(&Said::Findings {
                    id,
                    cells: cell_means(&grid, &values),
                    findings,
                    caveats: caveats(&grid, written),
                });
            }
            Request::ReadSweepLink { id, fragment } => {
                post(&Said::SweepLinkRead { id, read: read_sweep(&fragment) });
            }
            Request::WriteSweepLink { id, grid, model, digests } => {
                let digest = digests.map(|digests| sweep_digest(digests.iter().map(String::as_str)));
                let fragment = write_sweep(&grid, model.as_deref(), digest.as_deref());
                post(&Said::SweepLink { id, fragment, digest });
            }
            Request::WriteRows { id, rows, format } => {
                let text = match format {
                    Format::Csv => csv(&rows),
                    Format::Jsonl => rows.iter().map(|row| row.json() + "\n").collect(),
                };
                post(&Said::RowsWritten { id, text });
            }
        }
    }

    /// Runs are asked for, beside those that wait under the same id.
    fn ask(self: Rc<Self>, id: u32, task: Task, runs: Vec<usize>) {
        let of_all = match &task {
            Task::Sweep(grid) => grid.runs(),
            Task::Judge { protocol, .. } => protocol.items(),
        };
        let runs = runs.into_iter().filter(|&run| run < of_all);
        let mut asked = self.asked.borrow_mut();
        match asked.as_mut().filter(|asked| asked.id == id) {
            Some(asked) => asked.runs.extend(runs),
            None => *asked = Some(Asked { id, task, runs: runs.collect() }),
        }
        drop(asked);
        self.begin();
    }

    /// Writes what is asked for, unless it does already or the model is not there yet.
    fn begin(self: Rc<Self>) {
        if self.waiting().is_none() || self.writing.get() {
            return;
        }
        let Some(mut loaded) = self.loaded.borrow_mut().take() else { return };
        self.writing.set(true);
        spawn_local(async move {
            let result = self.write(&mut loaded).await;
            *self.loaded.borrow_mut() = Some(loaded);
            self.writing.set(false);
            if let Err((id, Failure { code, message })) = result {
                self.asked.borrow_mut().take_if(|asked| asked.id == id);
                post(&Answer::Error { id: Some(id), code, message });
            }
            // What was asked for while the last story ended.
            self.begin();
        });
    }

    /// Writes until nothing is asked for. Between two tokens the page is heard.
    async fn write(&self, loaded: &mut Loaded) -> Result<(), (u32, Failure)> {
        while let Some((id, task)) = self.waiting() {
            let written = match task {
                Task::Sweep(grid) => self.sweep(loaded, id, &grid).await,
                Task::Judge { protocol, library } => self.judge(loaded, id, &protocol, library).await,
            };
            written.map_err(|failure| (id, failure))?;
        }
        Ok(())
    }

    async fn sweep(&self, loaded: &mut Loaded, id: u32, grid: &Grid) -> Result<(), Failure> {
        let texts = self.texts.of_adapter(loaded, &grid.base).await?;
        let Loaded { engine, tokenizer, info, reference, .. } = loaded;
        let (reference, texts) = (reference.as_ref(), texts.as_deref());
        let turns = turns()?;
        let mut sweeper = Sweeper::new(grid, Tools { tokenizer, model: info, reference, library: None, texts });
        loop {
            while sweeper.has_room()
                && let Some(run) = self.next(id)
            {
                sweeper.begin(engine, run).map_err(failure)?;
            }
            if sweeper.is_empty() || !self.wants(id) {
                return Ok(());
            }
            if let Some(row) = sweeper.step(engine).map_err(failure)? {
                post(&Said::Row { id, row: &row });
            }
            turns.next().await.map_err(lost)?;
        }
    }

    async fn judge(&self, loaded: &mut Loaded, id: u32, protocol: &Protocol, library: bool) -> Result<(), Failure> {
        let library = if library { Some(self.texts.library(loaded).await?) } else { None };
        let Loaded { engine, tokenizer, info, reference, .. } = loaded;
        let bench = judging::bench(tokenizer, info, reference.as_ref(), library.as_deref())?;
        judging::check(protocol, &bench, engine.context())?;
        let turns = turns()?;
        while let Some(run) = self.next(id) {
            let mut item = judging::Item::begin(id, run, protocol, bench)?;
            while item.step(engine)? {
                if !self.wants(id) {
                    return Ok(());
                }
                turns.next().await.map_err(lost)?;
            }
            item.finish();
        }
        Ok(())
    }

    /// The task of which runs wait.
    fn waiting(&self) -> Option<(u32, Task)> {
        let asked = self.asked.borrow();
        asked.as_ref().filter(|asked| !asked.runs.is_empty()).map(|asked| (asked.id, asked.task.clone()))
    }

    fn wants(&self, id: u32) -> bool {
        self.asked.borrow().as_ref().is_some_and(|asked| asked.id == id)
    }

    fn next(&self, id: u32) -> Option<usize> {
        self.asked.borrow_mut().as_mut().filter(|asked| asked.id == id)?.runs.pop_front()
    }
}
