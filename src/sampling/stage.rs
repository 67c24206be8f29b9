//! The stages of the chain, and their descriptions.

use serde::{Deserialize, Serialize};

/// A stage of the sampling chain. The default order is this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Penalties,
    Dry,
    TopNSigma,
    DiffSampling,
    Temperature,
    TopK,
    TopP,
    MinP,
    Typical,
    Epsilon,
    Eta,
    Xtc,
    Mirostat,
}

impl Stage {
    /// All of them, in the default order.
    pub const ALL: [Self; 13] = [
        Self::Penalties,
        Self::Dry,
        Self::TopNSigma,
        Self::DiffSampling,
        Self::Temperature,
        Self::TopK,
        Self::TopP,
        Self::MinP,
        Self::Typical,
        Self::Epsilon,
        Self::Eta,
        Self::Xtc,
        Self::Mirostat,
    ];

    /// As in links and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Penalties => "penalties",
            Self::Dry => "dry",
            Self::DiffSampling => "diff_sampling",
            Self::Temperature => "temperature",
            Self::TopK => "top_k",
            Self::TopP => "top_p",
            Self::MinP => "min_p",
            Self::Typical => "typical",
            Self::TopNSigma => "top_n_sigma",
            Self::Epsilon => "epsilon",
            Self::Eta => "eta",
            Self::Xtc => "xtc",
            Self::Mirostat => "mirostat",
        }
    }

    /// The label that is shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::Penalties => "Penalties",
            Self::Dry => "DRY",
            Self::DiffSampling => "DiffSampling",
            Self::Temperature => "Temperature",
            Self::TopK => "Top-k",
            Self::TopP => "Top-p",
            Self::MinP => "Min-p",
            Self::Typical => "Locally typical",
            Self::TopNSigma => "Top-nσ",
            Self::Epsilon => "Epsilon",
            Self::Eta => "Eta",
            Self::Xtc => "XTC",
            Self::Mirostat => "Mirostat",
        }
    }

    /// One sentence in simple words.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Penalties => {
                "Makes tokens that have already occurred less likely, so that the text repeats itself less."
            }
            Self::Dry => {
                "Makes a token less likely if it would go on copying an earlier passage of this text; the longer the \
                 copy, the less likely."
            }
            Self::DiffSampling => {
                "Lines the tokens up from the likeliest down, finds the steepest drop from one to the next, and \
                 removes everything after it."
            }
            Self::Temperature => {
                "Below 1 it makes likely tokens even likelier, above 1 it gives unlikely tokens a better chance; at 0 \
                 only the likeliest is left."
            }
            Self::TopK => "Keeps only a fixed number of tokens, the likeliest ones.",
            Self::TopP => "Keeps the likeliest tokens until together they hold a chosen share of the probability.",
            Self::MinP => "Removes tokens that are many times less likely than the likeliest one.",
            Self::Typical => {
                "Keeps the tokens that are about as surprising as the model expects the next token to be: the odd ones \
                 go, and sometimes the obvious ones too."
            }
            Self::TopNSigma => {
                "Keeps the tokens whose score is near the best one; the spread of all scores says what counts as near."
            }
            Self::Epsilon => "Removes every token whose probability is below a fixed limit.",
            Self::Eta => {
                "Removes every token whose probability is below a limit that gets lower when the model is unsure what \
                 comes next."
            }
            Self::Xtc => {
                "Now and then removes the most obvious tokens and leaves the least obvious of those that are still \
                 likely enough."
            }
            Self::Mirostat => {
                "Removes tokens that are too surprising, and moves that limit after every token so that the text stays \
                 as surprising as you asked for."
            }
        }
    }

    /// The paper or project that introduced it.
    pub fn source(self) -> &'static str {
        match self {
            Self::Penalties => "Keskar et al. 2019, CTRL, arXiv:1909.05858; presence and frequency: OpenAI's API",
            Self::Dry => "p-e-w 2024, text-generation-webui, pull request 5677",
            Self::DiffSampling => "Franceschelli & Musolesi 2025, arXiv:2502.14037",
            Self::Temperature => "Ackley, Hinton & Sejnowski 1985, A learning algorithm for Boltzmann machines",
            Self::TopK => "Fan, Lewis & Dauphin 2018, arXiv:1805.04833",
            Self::TopP => "Holtzman et al. 2020, arXiv:1904.09751",
            Self::MinP => "Nguyen et al. 2024, arXiv:2407.01082",
            Self::Typical => "Meister et al. 2022, arXiv:2202.00666",
            Self::TopNSigma => "Tang et al. 2024, arXiv:2411.07641",
            Self::Epsilon | Self::Eta => "Hewitt, Manning & Liang 2022, arXiv:2210.15191",
            Self::Xtc => "p-e-w 2024, text-generation-webui, pull request 6335",
            Self::Mirostat => "Basu et al. 2021, arXiv:2007.14966",
        }
    }
}
