//! Named settings of the chain, and the chain described for the page.

use super::{Chain, Options, Order, PARAMETERS, Parameter, Rules, Stage};
use serde::Serialize;

/// Named settings of the chain.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Preset {
    pub name: &'static str,
    /// One sentence that describes it.
    pub sentence: &'static str,
    pub temperature: f64,
    pub top_p: f64,
    pub options: Options,
    /// None for the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub order: Option<Order>,
}

impl Preset {
    /// Its chain.
    pub fn chain(&self) -> Chain {
        let Self { temperature, top_p, .. } = *self;
        let order = self.order.clone().unwrap_or_default();
        Chain { temperature, top_p, options: self.options.clone(), order, rules: Rules::default() }
    }
}

/// From the most predictable to the least.
pub fn presets() -> Vec<Preset> {
    let usual = Chain::default();
    vec![
        preset(
            "Greedy",
            "Always takes the likeliest token: every seed tells the same story, and it tends to go in circles.",
            (0.0, 1.0),
            &[],
        ),
        preset("Cautious", "Stays close to what is expected: coherent, seldom surprising.", (0.6, 0.9), &[]),
        preset(
            "Balanced",
            "The usual settings: some surprise, and most stories hold together.",
            (usual.temperature, usual.top_p),
            &[],
        ),
        preset(
            "Bold",
            "Less likely words get a real chance, hopeless ones are cut off: livelier, with slips now and then.",
            (1.1, 1.0),
            &[("min_p", 0.05)],
        ),
        preset(
            "Beyond",
            "Hot, at times without the most obvious words: striking at its best, and it may well lose the thread.",
            (1.8, 1.0),
            &[("min_p", 0.08), ("xtc_probability", 0.3), ("xtc_threshold", 0.15)],
        ),
    ]
}

fn preset(
    name: &'static str,
    sentence: &'static str,
    (temperature, top_p): (f64, f64),
    set: &[(&'static str, f64)],
) -> Preset {
    let mut options = Options::default();
    for &(name, value) in set {
        options.set(name, value).expect("a value within its range");
    }
    Preset { name, sentence, temperature, top_p, options, order: None }
}

/// The sampling chain, for the page.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChainDescription {
    /// In the default order.
    pub stages: Vec<StageDescription>,
    pub parameters: &'static [Parameter],
    pub presets: Vec<Preset>,
}

/// A stage, for the page.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StageDescription {
    #[cfg_attr(test, ts(as = "Stage"))]
    pub name: &'static str,
    pub label: &'static str,
    pub explanation: &'static str,
    pub source: &'static str,
}

/// Describes the chain: its stages, what they can be set by, and presets.
pub fn description() -> ChainDescription {
    let describe = |stage: Stage| StageDescription {
        name: stage.name(),
        label: stage.label(),
        explanation: stage.explanation(),
        source: stage.source(),
    };
    ChainDescription { stages: Stage::ALL.map(describe).to_vec(), parameters: PARAMETERS, presets: presets() }
}
