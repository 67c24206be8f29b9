//! The sampling chain: which stages run, in which order, with which settings.

use super::{Distribution, Options, Order, PARAMETERS, Rules, Stage};
use super::{
    diff_sampling, dry, epsilon, eta, min_p, mirostat, penalties, temperature, top_k, top_n_sigma, typical, xtc,
};

/// The sampling chain's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    /// Divides the logits; 0 is greedy decoding.
    pub temperature: f64,
    /// Probability mass of the nucleus, in (0, 1]; 1 keeps every token.
    pub top_p: f64,
    /// All other parameters.
    pub options: Options,
    /// The order in which the stages run.
    pub order: Order,
    /// How limits are compared. The rules' other parts (which tokens count, and the default order) are up to the caller.
    pub rules: Rules,
}

/// The tokens before the one to choose.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    pub prompt: &'a [u32],
    /// Generated tokens, drawn or given.
    pub story: &'a [u32],
}

impl History<'_> {
    /// The number of tokens, those of the prompt first.
    pub(super) fn len(self) -> usize {
        self.prompt.len() + self.story.len()
    }

    pub(super) fn token(self, place: usize) -> u32 {
        if place < self.prompt.len() { self.prompt[place] } else { self.story[place - self.prompt.len()] }
    }
}

/// What stages read and write besides the distribution, at one place of a story.
pub struct Step<'a> {
    pub history: History<'a>,
    /// For each token, whether it breaks sequences for DRY.
    pub breakers: &'a [bool],
    /// Scratch space: one number per token.
    pub counts: &'a mut [u32],
    /// The place's random number.
    pub uniform: f64,
    /// Mirostat's threshold.
    pub mirostat_bits: f64,
    /// A token whose surprisal in Mirostat's input is requested.
    pub watched: Option<u32>,
    /// That surprisal, after Mirostat has run; none if the token was removed before.
    pub watched_bits: Option<f64>,
}

impl Chain {
    /// Whether a stage does anything. Inactive stages change no bit.
    pub fn is_active(&self, stage: Stage) -> bool {
        match stage {
            Stage::Temperature => self.temperature != 1.0,
            Stage::TopP => self.top_p < 1.0,
            _ => {
                let mut switches = PARAMETERS.iter().filter(|parameter| parameter.stage == stage && parameter.switches);
                switches.any(|parameter| self.options.value(parameter.name) != parameter.usual)
            }
        }
    }

    /// Runs one stage.
    pub(super) fn run(&self, stage: Stage, distribution: &mut Distribution, step: &mut Step) {
        let value = |name| self.options.value(name);
        let rules = self.rules;
        match stage {
            Stage::Penalties => penalties::apply(
                distribution,
                step.history,
                step.counts,
                value("repetition_penalty"),
                value("presence_penalty"),
                value("frequency_penalty"),
            ),
            Stage::Dry => dry::apply(
                distribution,
                step.history,
                step.breakers,
                step.counts,
                value("dry_multiplier"),
                value("dry_base"),
                value("dry_allowed_length") as usize,
            ),
            Stage::DiffSampling => {
                // Tokens strictly likelier than `min_p` times the likeliest stay.
                diff_sampling::apply(distribution, rules.share(value("diff_mass")), rules.upper(value("diff_min_p")));
            }
            Stage::Temperature => temperature::apply(distribution, self.temperature),
            Stage::TopK => top_k::apply(distribution, value("top_k") as usize),
            Stage::TopP => distribution.keep_nucleus(rules.share(self.top_p)),
            Stage::MinP => min_p::apply(distribution, rules.lower(value("min_p"))),
            Stage::Typical => typical::apply(distribution, rules.share(value("typical_p"))),
            Stage::TopNSigma => top_n_sigma::apply(distribution, rules.upper(value("top_n_sigma"))),
            Stage::Epsilon => epsilon::apply(distribution, rules.lower(value("epsilon"))),
            Stage::Eta => eta::apply(distribution, rules.lower(value("eta"))),
            Stage::Xtc => {
                let threshold = rules.lower(value("xtc_threshold"));
                step.uniform = xtc::apply(distribution, step.uniform, value("xtc_probability"), threshold);
            }
            Stage::Mirostat => {
                distribution.weigh();
                step.watched_bits = step.watched.and_then(|token| distribution.surprisal_bits(token));
                mirostat::apply(distribution, step.mirostat_bits + rules.slack());
            }
        }
    }
}

impl Default for Chain {
    fn default() -> Self {
        let rules = Rules::default();
        Self { temperature: 0.8, top_p: 0.95, options: Options::default(), order: rules.default_order(), rules }
    }
}
