//! The parameters of the chain.

use super::Stage;
use serde::Serialize;

/// A parameter of the chain. Temperature and top-p have fields of their own in [`super::Chain`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Parameter {
    /// As in links and settings.
    pub name: &'static str,
    /// The stage it belongs to.
    pub stage: Stage,
    /// The label that is shown.
    pub label: &'static str,
    /// The smallest allowed value.
    pub from: f64,
    /// The largest allowed value.
    pub to: f64,
    /// A sensible step for a slider; values between the steps are allowed too.
    pub step: f64,
    /// Whether only integers are allowed.
    pub whole: bool,
    /// Its default value.
    pub usual: f64,
    /// Whether the stage is off while this one (and all others of the stage that switch it) has its default value.
    pub switches: bool,
    /// A good first value when switching it on.
    pub suggested: f64,
}

/// All of them, by stage.
#[rustfmt::skip]
pub const PARAMETERS: &[Parameter] = {
    use Stage::*;
    &[
        switch(Penalties, "repetition_penalty", "Repetition penalty", 0.5, 2.0, 0.01, 1.0, 1.1),
        switch(Penalties, "presence_penalty", "Presence penalty", -2.0, 2.0, 0.05, 0.0, 0.5),
        switch(Penalties, "frequency_penalty", "Frequency penalty", -2.0, 2.0, 0.05, 0.0, 0.3),
        switch(Dry, "dry_multiplier", "Strength", 0.0, 5.0, 0.1, 0.0, 0.8),
        detail(Dry, "dry_base", "Growth with each token", 1.0, 4.0, 0.05, 1.75),
        whole(detail(Dry, "dry_allowed_length", "Length from which it counts", 1.0, 20.0, 1.0, 2.0)),
        switch(TopNSigma, "top_n_sigma", "Standard deviations", 0.0, 10.0, 0.1, 0.0, 1.0),
        switch(DiffSampling, "diff_mass", "Mass that stays", 0.0, 1.0, 0.01, 1.0, 0.9),
        switch(DiffSampling, "diff_min_p", "Share of the likeliest that stays", 0.0, 1.0, 0.01, 0.0, 0.1),
        whole(switch(TopK, "top_k", "Tokens", 0.0, 200_000.0, 1.0, 0.0, 40.0)),
        switch(MinP, "min_p", "Share of the likeliest", 0.0, 1.0, 0.01, 0.0, 0.05),
        switch(Typical, "typical_p", "Mass", 0.05, 1.0, 0.01, 1.0, 0.95),
        switch(Epsilon, "epsilon", "Probability", 0.0, 0.1, 0.0001, 0.0, 0.0009),
        switch(Eta, "eta", "Probability", 0.0, 0.1, 0.0001, 0.0, 0.002),
        switch(Xtc, "xtc_probability", "How often", 0.0, 1.0, 0.05, 0.0, 0.5),
        detail(Xtc, "xtc_threshold", "Probability that counts as likely enough", 0.0, 0.5, 0.01, 0.1),
        switch(Mirostat, "mirostat_tau", "Surprise in bits", 0.0, 20.0, 0.1, 0.0, 1.0),
        detail(Mirostat, "mirostat_eta", "How fast the limit moves", 0.01, 1.0, 0.01, 0.1),
    ]
};

/// The place of a parameter in [`PARAMETERS`].
pub fn place(name: &str) -> Option<usize> {
    PARAMETERS.iter().position(|parameter| parameter.name == name)
}

#[expect(clippy::too_many_arguments, reason = "a row of the table above")]
const fn switch(
    stage: Stage,
    name: &'static str,
    label: &'static str,
    from: f64,
    to: f64,
    step: f64,
    usual: f64,
    suggested: f64,
) -> Parameter {
    Parameter { name, stage, label, from, to, step, whole: false, usual, switches: true, suggested }
}

const fn detail(
    stage: Stage,
    name: &'static str,
    label: &'static str,
    from: f64,
    to: f64,
    step: f64,
    usual: f64,
) -> Parameter {
    Parameter { switches: false, ..switch(stage, name, label, from, to, step, usual, usual) }
}

const fn whole(parameter: Parameter) -> Parameter {
    Parameter { whole: true, ..parameter }
}
