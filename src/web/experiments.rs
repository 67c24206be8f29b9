//! The experiments' worker: writes the stories of a sweep side by side, and states findings. The page starts one worker per core, and
//! hands out runs.

use super::clock::{Bell, Turns};
use super::failure::{Failure, sentence};
use super::judging::{self, RemoteLibrary};
use super::load::{Loaded, load};
use super::page::{listen, post};
use super::texts::Texts;
use crate::engine::Engine;
use crate::experiment::judge::{Protocol, Step};
use crate::experiment::link::{read_judge, read_sweep, write_judge, write_sweep};
use crate::experiment::{Grid, Sweeper, Tools, axes, axes_text, caveats, cell_means, csv, finding, sweep_digest};
use crate::library::NoveltySource;
use crate::metrics::label_of;
use crate::protocol::Code;
use crate::protocol::experiments::{Answer, Finished, Request};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// What the page has requested.
struct Asked {
    id: u32,
    task: Task,
    runs: VecDeque<usize>,
}

/// What the runs belong to.
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
    library: RemoteLibrary,
    /// Rings when the library has answered, or when other runs are wanted.
    bell: Bell,
}

/// Listens from now on.
pub fn start() {
    let worker: Rc<Worker> = Rc::default();
    listen("experiment", move |request| worker.clone().answer(request));
    post(&Answer::hello());
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
                    Err(failure) => failure.post(None),
                }
            }),
            Request::Runs { id, grid, runs } => match grid.check() {
                Ok(()) => self.ask(id, Task::Sweep(Rc::new(grid)), runs),
                Err(error) => Failure::new(Code::Settings, sentence(&error)).post(Some(id)),
            },
            Request::Judge { id, protocol, library, runs } => {
                self.ask(id, Task::Judge { protocol: Rc::new(protocol), library }, runs);
            }
            Request::AnswerNovelty { text, novelty } => {
                self.library.receive(&text, novelty);
                self.bell.ring();
            }
            Request::Stop { id } => {
                self.asked.borrow_mut().take_if(|asked| asked.id == id);
                self.bell.ring();
            }
            Request::ReadGrid { id, axes: text, base, prompts, seeds } => {
                let grid = axes(&text).and_then(|axes| {
                    let grid = Grid { base, axes, prompts, seeds };
                    grid.check().map(|()| grid)
                });
                post(&match grid {
                    Ok(grid) => Answer::Grid { id, axes: Some(axes_text(&grid.axes)), grid: Some(grid), problem: None },
                    Err(error) => Answer::Grid { id, grid: None, axes: None, problem: Some(sentence(&error)) },
                });
            }
            Request::Analyse { id, grid, metric, values, written } => {
                let label = label_of(&metric);
                let several = (0..grid.axes.len()).filter(|&axis| grid.axes[axis].values.len() > 1);
                let findings = several.map(|axis| finding(&grid, axis, &label, &values)).collect();
                post(&Answer::Findings {
                    id,
                    cells: cell_means(&grid, &values),
                    findings,
                    caveats: caveats(&grid, written),
                });
            }
            Request::ReadSweepLink { id, fragment } => {
                post(&Answer::SweepLinkRead { id, read: read_sweep(&fragment) });
            }
            Request::WriteSweepLink { id, grid, model, digests } => {
                let digest = digests.map(|digests| sweep_digest(digests.iter().map(String::as_str)));
                let fragment = write_sweep(&grid, model.as_deref(), digest.as_deref());
                post(&Answer::SweepLink { id, fragment, digest });
            }
            Request::WriteRows { id, rows } => post(&Answer::RowsWritten { id, text: csv(&rows) }),
            Request::CheckJudge { id, protocol } => {
                let problem = protocol.check_numbers().err().map(|error| sentence(&error));
                post(&Answer::JudgeChecked { id, problem });
            }
            Request::AnalyseJudgements { id, protocol, outcomes } => {
                post(&judging::analysed(id, &protocol, &outcomes));
            }
            Request::Agreement { id, ratings, scores } => post(&judging::agreement(id, ratings, scores)),
            Request::ReadJudgeLink { id, fragment } => post(&Answer::JudgeLinkRead { id, read: read_judge(&fragment) }),
            Request::WriteJudgeLink { id, protocol, model, digests } => {
                let digest = digests.map(|digests| sweep_digest(digests.iter().map(String::as_str)));
                let fragment = write_judge(&protocol, model.as_deref(), digest.as_deref());
                post(&Answer::JudgeLink { id, fragment, digest });
            }
        }
    }

    /// Adds runs to those that wait under the same id, or replaces what was requested under another id.
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
        self.bell.ring();
        self.begin();
    }

    /// Starts writing, unless it writes already or the model is not loaded yet.
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
            if let Err((id, failure)) = result {
                self.asked.borrow_mut().take_if(|asked| asked.id == id);
                failure.post(Some(id));
            }
            // Runs may have been requested while the last story ended.
            self.begin();
        });
    }

    /// Writes until no run waits. Messages of the page are handled between two tokens.
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
        let turns = Turns::new()?;
        let mut sweeper = Sweeper::new(grid, Tools { tokenizer, model: info, reference, library: None, texts });
        loop {
            while sweeper.has_room()
                && let Some(run) = self.next(id)
            {
                sweeper.begin(engine, run)?;
            }
            if sweeper.is_empty() || !self.wants(id) {
                return Ok(());
            }
            if let Some(row) = sweeper.step(engine)? {
                post(&Answer::Row { id, row: Finished::Story(&row) });
            }
            turns.next().await?;
        }
    }

    async fn judge(&self, loaded: &mut Loaded, id: u32, protocol: &Protocol, library: bool) -> Result<(), Failure> {
        self.library.clear();
        let library = library.then_some(&self.library as &dyn NoveltySource);
        let Loaded { engine, tokenizer, info, reference, .. } = loaded;
        let bench = judging::bench(tokenizer, info, reference.as_ref(), library)?;
        judging::check(protocol, &bench, engine.context())?;
        let turns = Turns::new()?;
        while let Some(run) = self.next(id) {
            let mut item = judging::Item::begin(id, run, protocol, bench)?;
            loop {
                match item.step(engine)? {
                    Step::More => turns.next().await?,
                    Step::Waiting => self.bell.wait().await,
                    Step::Done => break,
                }
                if !self.wants(id) {
                    return Ok(());
                }
            }
            item.finish();
        }
        Ok(())
    }

    /// The task whose runs wait.
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
