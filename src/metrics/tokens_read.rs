use super::Reading;

/// Tokens of a text, with the model's numbers for each (temperature 1, no truncation).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokensRead {
    pub token_ids: Vec<u32>,
    pub surprisal_bits: Vec<f64>,
    pub entropy_bits: Vec<f64>,
}

impl TokensRead {
    /// Its first tokens.
    pub fn first(&self, length: usize) -> Self {
        Self {
            token_ids: self.token_ids[..length].to_vec(),
            surprisal_bits: self.surprisal_bits[..length].to_vec(),
            entropy_bits: self.entropy_bits[..length].to_vec(),
        }
    }

    /// Joins them with the text that the tokens spell.
    pub fn reading<'a>(&'a self, text: &'a str) -> Reading<'a> {
        Reading {
            text,
            token_ids: &self.token_ids,
            surprisal_bits: &self.surprisal_bits,
            entropy_bits: &self.entropy_bits,
        }
    }
}
