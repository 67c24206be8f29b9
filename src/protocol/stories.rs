//! The worker that writes stories.

use super::read::{apart, bytes};
use super::{AdapterFacts, EngineFacts, Numbers};
use crate::link::LinkRead;
use crate::metrics::{Described, described};
use crate::model::Tokenizer;
use crate::sampling::{self, Candidate, Explanation};
use crate::statistics::Estimate;
use crate::story::{Generation, Limits, Settings, Story, Written};
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
    Generate {
        id: u32,
        #[serde(deserialize_with = "apart")]
        settings: Settings,
        earlier: Vec<String>,
    },
    /// Writes a story while its settings change; see [`Answer::Rewritten`]. It gives way to a story to be written.
    Rewrite {
        id: u32,
        #[serde(deserialize_with = "apart")]
        settings: Settings,
        /// The texts that it is compared with; without them, those of the latest request that had some.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        earlier: Option<Vec<String>>,
    },
    Stop {
        id: u32,
    },
    ReadLink {
        id: u32,
        fragment: String,
    },
    WriteLink {
        id: u32,
        #[serde(deserialize_with = "apart")]
        settings: Settings,
        digest: Option<String>,
    },
    /// Reads an adapter from files of the reader's own; see [`Answer::AdapterReady`].
    OpenAdapter {
        id: u32,
        /// For people.
        name: String,
        /// adapter_config.json
        #[serde(deserialize_with = "bytes")]
        #[cfg_attr(test, ts(type = "Uint8Array"))]
        config: Vec<u8>,
        /// adapter_model.safetensors
        #[serde(deserialize_with = "bytes")]
        #[cfg_attr(test, ts(type = "Uint8Array"))]
        weights: Vec<u8>,
    },
    /// Asks for the means of some lists of numbers, with their intervals.
    Means {
        id: u32,
        lists: Vec<Vec<f64>>,
    },
    /// Asks what the model considers at one place of a story, and what a chain makes of it.
    Look(Box<Look>),
    /// Asks for the tokens of a text in the middle of a story.
    Encode {
        id: u32,
        text: String,
    },
}

/// See [`Request::Look`].
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Look {
    pub id: u32,
    #[serde(deserialize_with = "apart")]
    pub story: Story,
    /// Place among the generated tokens.
    pub position: usize,
    /// Of these only the chain counts.
    #[serde(deserialize_with = "apart")]
    pub chain: Settings,
}

/// Worker to page.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Answer<'a> {
    Hello {
        engine: EngineFacts,
        defaults: Settings,
        limits: Limits,
        chain: sampling::ChainDescription,
        metrics: Vec<Described>,
    },
    /// Files of the reader's own are an adapter, and ready.
    AdapterReady {
        id: u32,
        adapter: AdapterFacts,
    },
    Started {
        id: u32,
        prompt_tokens: usize,
    },
    /// What has been written since the last message.
    Tokens {
        id: u32,
        #[serde(flatten)]
        tokens: &'a Tokens,
    },
    Metrics {
        id: u32,
        #[serde(flatten)]
        numbers: Numbers,
    },
    Done {
        id: u32,
        #[serde(flatten)]
        generation: &'a Generation,
        #[serde(flatten)]
        numbers: Numbers,
        link: String,
        seconds: f64,
        tokens_per_second: f64,
        /// Bytes of the module's memory.
        memory_bytes: f64,
    },
    /// A whole story at once. It is the one that [`Request::Generate`] writes from these settings, and gets no second reading.
    Rewritten {
        id: u32,
        #[serde(flatten)]
        generation: &'a Generation,
        #[serde(flatten)]
        numbers: Numbers,
        link: String,
        seconds: f64,
        /// Tokens that the engine has computed for it. The others begin the last rewrite too, so only the draw was repeated.
        computed: usize,
    },
    /// How far the second reading of a finished story is, from 0 to 1.
    Measuring {
        id: u32,
        done: f64,
    },
    /// What the second reading found, and of a story by an adapter what the model without it says; nothing, where it could not be made.
    Measured {
        id: u32,
        #[serde(flatten)]
        numbers: Numbers,
    },
    Means {
        id: u32,
        means: Vec<Option<Estimate>>,
    },
    Looked {
        id: u32,
        position: usize,
        candidates: Vec<Named>,
        chosen: Option<Named>,
        stages: Vec<sampling::StageReport>,
        vocabulary: u32,
        kept: u32,
        entropy_bits: f64,
        chained_entropy_bits: f64,
        chain_milliseconds: f64,
    },
    Encoded {
        id: u32,
        token_ids: Vec<u32>,
    },
    Link {
        id: u32,
        fragment: String,
    },
    LinkRead {
        id: u32,
        #[serde(flatten)]
        read: LinkRead,
    },
}

impl Answer<'_> {
    /// What the worker begins with.
    pub fn hello() -> Self {
        Self::Hello {
            engine: EngineFacts::default(),
            defaults: Settings::default(),
            limits: Settings::LIMITS,
            chain: sampling::description(),
            metrics: described(),
        }
    }

    /// What was found at a place of a story.
    pub fn looked(
        id: u32,
        position: usize,
        explanation: Explanation,
        tokenizer: &Tokenizer,
        chain_milliseconds: f64,
    ) -> Self {
        let named = |candidate: Candidate| {
            let text = String::from_utf8_lossy(tokenizer.token_bytes(candidate.token)).into_owned();
            Named { candidate, text }
        };
        Self::Looked {
            id,
            position,
            candidates: explanation.candidates.into_iter().map(named).collect(),
            chosen: explanation.chosen.map(named),
            stages: explanation.stages,
            vocabulary: explanation.vocabulary,
            kept: explanation.kept,
            entropy_bits: explanation.entropy_bits,
            chained_entropy_bits: explanation.chained_entropy_bits,
            chain_milliseconds,
        }
    }
}

/// Some tokens of a story in a row, a list for each of their facts; see [`Written`]. Many at once, since a browser takes longer to
/// hand over a message than the engine to write a token.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Tokens {
    /// Place of the first among the generated tokens.
    first: usize,
    token_ids: Vec<u32>,
    token_texts: Vec<String>,
    surprisal_bits: Vec<f64>,
    entropy_bits: Vec<f64>,
    ranks: Vec<u32>,
    forced: Vec<bool>,
}

impl Tokens {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.token_ids.is_empty()
    }

    /// Adds the next one.
    pub fn push(&mut self, written: &Written) {
        if self.is_empty() {
            self.first = written.index;
        }
        self.token_ids.push(written.token);
        self.token_texts.push(written.text.clone());
        self.surprisal_bits.push(written.surprisal_bits);
        self.entropy_bits.push(written.entropy_bits);
        self.ranks.push(written.rank);
        self.forced.push(written.forced);
    }
}

/// A candidate with its text.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Candidate"))]
pub struct Named {
    #[serde(flatten)]
    candidate: Candidate,
    /// Incomplete characters as U+FFFD.
    text: String,
}
