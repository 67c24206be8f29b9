//! The chain by its definitions, in 64-bit floats and without optimization.

use super::*;

/// Decisions closer than this, relative to the values compared, may go either way because of rounding.
pub const CLOSE: f64 = 1e-5;

/// The logits of the remaining tokens.
pub struct Reference<'a> {
    pub logits: Vec<Option<f64>>,
    pub prompt: &'a [u32],
    pub story: &'a [u32],
    pub breakers: &'a [u32],
    pub uniform: f64,
    pub mirostat_bits: f64,
    /// How far the closest decision was from going the other way.
    pub margin: f64,
}

impl Reference<'_> {
    pub fn new(logits: &[f32]) -> Self {
        Self {
            logits: logits.iter().map(|&logit| Some(logit.into())).collect(),
            prompt: &[],
            story: &[],
            breakers: &[],
            uniform: 0.5,
            mirostat_bits: 0.0,
            margin: f64::INFINITY,
        }
    }

    /// The remaining tokens, the likeliest first.
    pub fn tokens(&self) -> Vec<usize> {
        let mut tokens: Vec<usize> = (0..self.logits.len()).filter(|&token| self.logits[token].is_some()).collect();
        tokens.sort_by(|&a, &b| self.logits[b].partial_cmp(&self.logits[a]).unwrap().then(a.cmp(&b)));
        tokens
    }

    pub fn probabilities(&self) -> Vec<f64> {
        let largest = self.logits[self.tokens()[0]].unwrap();
        let weights: Vec<f64> =
            self.logits.iter().map(|logit| logit.map_or(0.0, |logit| libm::exp(logit - largest))).collect();
        let total: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / total).collect()
    }

    /// Surprisals; infinite for removed tokens.
    fn nats(&self) -> Vec<f64> {
        // From the logits, because far tokens have no probability left.
        let largest = self.tokens()[0];
        let (first, nats) = (self.logits[largest].unwrap(), -self.probabilities()[largest].ln());
        self.logits.iter().map(|logit| logit.map_or(f64::INFINITY, |logit| first - logit + nats)).collect()
    }

    fn entropy(&self) -> f64 {
        self.probabilities().iter().filter(|&&p| p > 0.0).map(|p| -p * p.ln()).sum()
    }

    fn at_least(&mut self, value: f64, limit: f64) -> bool {
        self.margin = self.margin.min((value - limit).abs() / (value.abs() + limit.abs() + 1e-300));
        value >= limit
    }

    fn keep(&mut self, tokens: &[usize]) {
        let none = vec![None; self.logits.len()];
        let all = std::mem::replace(&mut self.logits, none);
        for &token in tokens {
            self.logits[token] = all[token];
        }
    }

    /// Cuts the list at this place, and records how close the two neighbours are: rounding may make them equal.
    fn cut(&mut self, tokens: &[usize], place: usize) {
        if (1..tokens.len()).contains(&place) {
            let gap = self.logits[tokens[place - 1]].unwrap() - self.logits[tokens[place]].unwrap();
            self.margin = if gap == 0.0 { self.margin } else { self.margin.min(gap.abs()) };
        }
    }

    fn keep_from(&mut self, values: &[f64], limit: f64) {
        let tokens = self.tokens();
        let kept: Vec<usize> = tokens.iter().copied().filter(|&token| self.at_least(values[token], limit)).collect();
        self.keep(if kept.is_empty() { &tokens[..1] } else { &kept });
    }

    /// The first tokens that hold this mass.
    fn first(&mut self, tokens: &[usize], wanted: f64) -> usize {
        let p = self.probabilities();
        let mut mass = 0.0;
        tokens
            .iter()
            .position(|&token| {
                mass += p[token];
                self.margin = self.margin.min((mass - wanted).abs());
                mass >= wanted
            })
            .map_or(tokens.len(), |last| last + 1)
    }

    pub fn run(&mut self, stage: Stage, chain: &Chain) {
        let value = |name: &str| chain.options.get(name).unwrap();
        match stage {
            Stage::Penalties => {
                for token in self.tokens() {
                    let is_token = |other: &&u32| **other as usize == token;
                    let count = self.story.iter().filter(is_token).count() as f64;
                    let logit = self.logits[token].as_mut().unwrap();
                    if count > 0.0 || self.prompt.iter().any(|other| is_token(&other)) {
                        let penalty = value("repetition_penalty");
                        *logit = if *logit > 0.0 { *logit / penalty } else { *logit * penalty };
                    }
                    if count > 0.0 {
                        *logit -= value("presence_penalty") + value("frequency_penalty") * count;
                    }
                }
            }
            Stage::Dry => {
                let said: Vec<u32> = self.prompt.iter().chain(self.story).copied().collect();
                for token in self.tokens() {
                    if self.breakers.contains(&(token as u32)) {
                        continue;
                    }
                    let occurrences = (0..said.len()).filter(|&place| said[place] as usize == token);
                    let matched = occurrences.map(|place| {
                        (1..=place.min(50))
                            .take_while(|&length| {
                                said[place - length..place] == said[said.len() - length..]
                                    && !self
                                        .breakers
                                        .iter()
                                        .any(|breaker| said[place - length..place].contains(breaker))
                            })
                            .count()
                    });
                    let (longest, allowed) = (matched.max().unwrap_or(0), value("dry_allowed_length") as usize);
                    if longest >= allowed {
                        let penalty = value("dry_multiplier") * value("dry_base").powi((longest - allowed) as i32);
                        *self.logits[token].as_mut().unwrap() -= penalty;
                    }
                }
            }
            Stage::DiffSampling => {
                let tokens = self.tokens();
                let all = self.probabilities();
                let mut p: Vec<f64> = tokens.iter().map(|&token| all[token]).collect();
                p.push(0.0);
                let mut drops: Vec<f64> = p.windows(2).map(|pair| pair[0] - pair[1]).collect();
                let before = if value("diff_min_p") > 0.0 {
                    let above: Vec<bool> =
                        tokens.iter().map(|&token| !self.at_least(value("diff_min_p") * p[0], all[token])).collect();
                    above.iter().filter(|&&above| above).count().saturating_sub(1)
                } else {
                    self.first(&tokens, value("diff_mass")).min(tokens.len()) - 1
                };
                drops[..before].fill(0.0);
                let cut = (0..drops.len()).rev().max_by(|&a, &b| drops[a].total_cmp(&drops[b])).unwrap();
                for (place, &drop) in drops.iter().enumerate() {
                    if place != cut {
                        self.margin = self.margin.min((drops[cut] - drop).abs() / p[0]);
                    }
                }
                self.cut(&tokens, cut + 1);
                self.keep(&tokens[..=cut]);
            }
            Stage::Temperature if chain.temperature == 0.0 => self.keep(&self.tokens()[..1]),
            Stage::Temperature => {
                for logit in self.logits.iter_mut().flatten() {
                    *logit /= chain.temperature;
                }
            }
            Stage::TopK => {
                let tokens = self.tokens();
                let kept = tokens.len().min(value("top_k") as usize);
                self.cut(&tokens, kept);
                self.keep(&tokens[..kept]);
            }
            Stage::TopP => {
                let tokens = self.tokens();
                let kept = self.first(&tokens, chain.top_p);
                self.cut(&tokens, kept);
                self.keep(&tokens[..kept]);
            }
            Stage::MinP => {
                let p = self.probabilities();
                self.keep_from(&p, value("min_p") * p[self.tokens()[0]]);
            }
            Stage::Typical => {
                let entropy = self.entropy();
                let mut tokens = self.tokens();
                let distances: Vec<f64> = self.nats().iter().map(|nats| (nats - entropy).abs()).collect();
                tokens.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]).then(a.cmp(&b)));
                let kept = self.first(&tokens, value("typical_p"));
                for pair in tokens.windows(2).take(kept) {
                    if self.logits[pair[0]] != self.logits[pair[1]] {
                        self.margin = self.margin.min((distances[pair[0]] - distances[pair[1]]).abs());
                    }
                }
                self.keep(&tokens[..kept]);
            }
            Stage::TopNSigma => {
                let left: Vec<f64> = self.logits.iter().copied().flatten().collect();
                let mean = left.iter().sum::<f64>() / left.len() as f64;
                let variance = left.iter().map(|logit| (logit - mean).powi(2)).sum::<f64>() / left.len() as f64;
                let largest = left.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let logits: Vec<f64> =
                    self.logits.iter().map(|logit| logit.map_or(0.0, |logit| largest - logit)).collect();
                let limit = value("top_n_sigma") * variance.sqrt();
                let kept: Vec<usize> =
                    self.tokens().into_iter().filter(|&token| self.at_least(limit, logits[token])).collect();
                self.keep(&kept);
            }
            Stage::Epsilon => self.keep_from(&self.probabilities(), value("epsilon")),
            Stage::Eta => {
                let eta = value("eta");
                self.keep_from(&self.probabilities(), eta.min(eta.sqrt() * (-self.entropy()).exp()));
            }
            Stage::Xtc => {
                let chance = value("xtc_probability");
                if self.at_least(self.uniform, chance) {
                    self.uniform = (self.uniform - chance) / (1.0 - chance);
                    return;
                }
                self.uniform /= chance;
                let p = self.probabilities();
                let tokens = self.tokens();
                let tops = tokens.iter().filter(|&&token| self.at_least(p[token], value("xtc_threshold"))).count();
                self.cut(&tokens, tops.saturating_sub(1));
                self.keep(&tokens[tops.saturating_sub(1)..]);
            }
            Stage::Mirostat => {
                let (threshold, nats) = (self.mirostat_bits, self.nats());
                let tokens = self.tokens();
                let mut kept = vec![tokens[0]];
                for &token in &tokens[1..] {
                    let bits = nats[token] / std::f64::consts::LN_2;
                    self.margin = self.margin.min((bits - threshold).abs());
                    if bits <= threshold {
                        kept.push(token);
                    }
                }
                self.keep(&kept);
            }
        }
        // Next to such large numbers, 32 bits cannot distinguish the others.
        if self.logits.iter().flatten().any(|logit| logit.abs() > 1e4) {
            self.margin = 0.0;
        }
    }

    /// The token, in order of id, at which the mass first exceeds the random share.
    pub fn draw(&mut self) -> u32 {
        let p = self.probabilities();
        let mut mass = 0.0;
        let drawn = p.iter().position(|p| {
            mass += p;
            self.margin = self.margin.min((mass - self.uniform).abs());
            mass > self.uniform
        });
        drawn.unwrap_or(p.len() - 1) as u32
    }

    pub fn surprisal_bits(&self, token: u32) -> f64 {
        self.nats()[token as usize] / std::f64::consts::LN_2
    }
}
