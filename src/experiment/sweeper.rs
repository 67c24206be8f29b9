//! Runs a sweep: writes the stories of several runs at once, and measures each. Command line and page share it.

use super::{Grid, Row};
use crate::engine::{Engine, Llama};
use crate::library::Library;
use crate::link;
use crate::metrics::{EarlierStories, Reference};
use crate::model::{ModelInfo, Tokenizer};
use crate::reading::{AdapterTexts, Scorer, SecondMetrics, SecondReading};
use crate::story::{Batch, GenerateError, Generation};
use std::collections::VecDeque;

/// Everything that the stories of a sweep are written and measured with.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    pub tokenizer: &'a Tokenizer,
    pub model: &'a ModelInfo,
    pub reference: Option<&'a Reference>,
    pub library: Option<&'a Library>,
    /// The texts of the grid's adapter; see [`Scorer::score_story`].
    pub texts: Option<&'a AdapterTexts>,
}

/// A finished story that waits to be measured, with its second reading if it needs one.
struct Unmeasured {
    run: usize,
    story: Generation,
    second: Option<SecondReading>,
}

/// Writes the stories of a sweep with one engine, which nothing else may use meanwhile.
pub struct Sweeper<'a> {
    grid: &'a Grid,
    tools: Tools<'a>,
    batch: Batch<'a>,
    unmeasured: VecDeque<Unmeasured>,
}

impl<'a> Sweeper<'a> {
    /// Stories that an engine writes at once.
    pub const TOGETHER: usize = 8;

    /// For a grid that [`Grid::check`] accepts.
    pub fn new(grid: &'a Grid, tools: Tools<'a>) -> Self {
        let batch = Batch::new(tools.tokenizer, tools.model, Self::TOGETHER);
        Self { grid, tools, batch, unmeasured: VecDeque::new() }
    }

    /// Whether another story can begin.
    pub fn has_room(&self) -> bool {
        self.batch.has_room()
    }

    /// Whether no story is being written or measured.
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty() && self.unmeasured.is_empty()
    }

    /// Begins the story of a run.
    ///
    /// # Panics
    /// If there is no room.
    pub fn begin(&mut self, engine: &mut Llama, run: usize) -> Result<(), GenerateError> {
        self.batch.begin(engine, run, self.grid.settings(run))
    }

    /// Does a small part, so that a caller can stop in between: measures a finished story, or writes the next token of every open story.
    /// Returns a row when a story has been measured.
    pub fn step(&mut self, engine: &mut Llama) -> Result<Option<Row>, GenerateError> {
        if let Some(first) = self.unmeasured.front_mut() {
            // In a separate sequence, because the others are in the middle of their stories.
            let mut aside = engine.sequence(Self::TOGETHER + 1);
            aside.adapt(first.story.settings.adapter())?;
            let goes_on = match &mut first.second {
                Some(second) => second.step(&mut aside)?.is_some(),
                None => false,
            };
            if goes_on {
                return Ok(None);
            }
            return self.unmeasured.pop_front().map(|ended| self.row(&mut aside, ended)).transpose();
        }
        let Tools { tokenizer, model, reference, .. } = self.tools;
        for (run, pen) in self.batch.step(engine)? {
            let story = pen.finish(&EarlierStories::default(), reference);
            let prompted = !story.settings.prompt.is_empty();
            let second = SecondReading::new(&story.read(), &story.text, prompted, tokenizer, model);
            self.unmeasured.push_back(Unmeasured { run, story, second });
        }
        Ok(None)
    }

    fn row(
        &self,
        engine: &mut dyn Engine,
        Unmeasured { run, story, second }: Unmeasured,
    ) -> Result<Row, GenerateError> {
        let Tools { tokenizer, model, reference, library, texts } = self.tools;
        let second = second.map_or_else(SecondMetrics::default, SecondReading::finish);
        let mut scorer = Scorer { engine, tokenizer, model, reference, library };
        let (numbers, percentiles) = scorer.score_second(&story, second, texts)?;
        let cell = self.grid.cell(run);
        let names = self.grid.axes.iter().map(|axis| axis.name.clone());
        Ok(Row {
            run,
            cell,
            prompt: (!self.grid.prompts.is_empty()).then(|| self.grid.prompt(run)),
            values: names.zip(self.grid.values(cell)).collect(),
            seed: story.settings.seed,
            tokens: story.token_ids.len(),
            ended: story.ended,
            link: link::of(&story),
            digest: story.digest,
            numbers,
            percentiles,
            text: story.text,
        })
    }
}
