//! Reading an existing text: the model's numbers for each token, and how much the context helped.

use crate::engine::{Engine, EngineError};
use crate::metrics::{TokensRead, sentences};
use crate::model::{LONGEST_CONTEXT, ModelInfo, StoryDecoder, Tokenizer};
use crate::sampling::Summary;
use crate::story::GenerateError;
use std::ops::Range;

/// Reads a text after a prompt, which may be empty. They are encoded separately, as a story is written after its prompt.
/// (SentencePiece tokenizers put a space before each.)
pub fn read_text(
    engine: &mut dyn Engine,
    tokenizer: &Tokenizer,
    model: &ModelInfo,
    prompt: &str,
    text: &str,
) -> Result<TokensRead, GenerateError> {
    let mut before: Vec<u32> = model.begin_token.into_iter().collect();
    before.extend(tokenizer.encode(prompt)?);
    read_tokens(engine, &before, tokenizer.encode(text)?)
}

/// Reads tokens after others; there must be at least one before.
pub fn read_tokens(engine: &mut dyn Engine, before: &[u32], token_ids: Vec<u32>) -> Result<TokensRead, GenerateError> {
    let mut reading = TokensReading::new(before, token_ids)?;
    while reading.step(engine)? {}
    Ok(reading.read)
}

/// Reads tokens after others in small steps. When the model's context is full, it restarts with the last half, so that every token
/// is still read after at least half a context.
pub struct TokensReading {
    /// The tokens before, then the tokens to be read.
    all: Vec<u32>,
    before: usize,
    /// The next token before the text to feed, once the reading has begun.
    fed: Option<usize>,
    read: TokensRead,
}

impl TokensReading {
    /// Tokens of one step at most.
    const STEP: usize = 16;

    /// Plans the reading. An error if there is no token before.
    pub fn new(before: &[u32], token_ids: Vec<u32>) -> Result<Self, GenerateError> {
        if before.is_empty() {
            return Err(GenerateError::NoBeginning);
        }
        let all = [before, &token_ids].concat();
        Ok(Self { all, before: before.len(), fed: None, read: TokensRead { token_ids, ..TokensRead::default() } })
    }

    /// Reads the next tokens and returns whether there are more. Nothing else may use the sequence meanwhile.
    pub fn step(&mut self, engine: &mut dyn Engine) -> Result<bool, GenerateError> {
        let (all, context) = (&self.all, engine.context());
        let fed = *self.fed.get_or_insert_with(|| {
            engine.reset(all.len().min(context));
            self.before.saturating_sub(context)
        });
        if fed + Self::STEP < self.before {
            engine.feed(&all[fed..fed + Self::STEP])?;
            self.fed = Some(fed + Self::STEP);
            return Ok(true);
        }
        let done = self.before + self.read.surprisal_bits.len();
        let end = all.len().min(done + Self::STEP);
        for at in done..end {
            let from = if at == self.before {
                fed
            } else if engine.position() == context {
                engine.reset(context);
                at - context / 2
            } else {
                at - 1
            };
            let logits = engine.feed(&all[from..at])?;
            let summary = Summary::new(logits);
            if !summary.entropy_bits.is_finite() {
                return Err(EngineError::Overflow.into());
            }
            self.read.surprisal_bits.push(summary.surprisal_bits(logits[all[at] as usize]));
            self.read.entropy_bits.push(summary.entropy_bits);
        }
        Ok(end < all.len())
    }

    /// The model's numbers for each token, after [`Self::step`] has finished.
    pub fn finish(self) -> TokensRead {
        self.read
    }
}

/// Metrics that need a second reading, after a text has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SecondMetrics {
    /// Contextual gain: for every sentence but the first, log p(sentence | what came before) - log p(sentence), in bits per
    /// token of these sentences: how much a sentence depends on its story. None with fewer than two sentences.
    pub contextual_gain_bits: Option<f64>,
    /// Relevance: pointwise mutual information of prompt and text, in bits per token of the text. None without a prompt.
    /// Li et al. 2016, "A Diversity-Promoting Objective Function".
    pub relevance_bits: Option<f64>,
}

/// A sentence after other text, and how much that text helps to predict it.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SentenceGain {
    /// Its first token's place in the text.
    pub from: usize,
    /// The place after its last token.
    pub to: usize,
    /// log p(sentence | what came before) - log p(sentence), in bits per token of the sentence.
    pub bits: f64,
}

/// Reads the sentences of a text again, each without its context, in small steps.
pub struct SecondReading {
    begin: u32,
    token_ids: Vec<u32>,
    surprisal_bits: Vec<f64>,
    /// Sentences after other text, as ranges of tokens.
    sentences: Vec<Range<usize>>,
    /// The part of the text that is read without its prompt; empty if it has no prompt.
    alone: Range<usize>,
    /// The current piece; they are read in the order `sentences`, then `alone`.
    piece: usize,
    /// Tokens of the piece that have been read.
    read: usize,
    last: Option<u32>,
    sentence_bits: f64,
    /// The same for each piece begun.
    bits_of_each: Vec<f64>,
    alone_bits: f64,
}

impl SecondReading {
    /// Tokens of one step at most.
    const STEP: usize = 16;

    /// Plans the reading. `prompted`: whether a prompt came before the text.
    pub fn new(
        read: &TokensRead,
        text: &str,
        prompted: bool,
        tokenizer: &Tokenizer,
        model: &ModelInfo,
    ) -> Option<Self> {
        let begin = model.begin_token?;
        let context = model.shape.context.min(LONGEST_CONTEXT);
        // A sentence begins with the first token that reaches into it.
        let mut decoder = StoryDecoder::default();
        let mut end = 0;
        // SentencePiece puts a space before a text. It is removed if there is no prompt, or if the text does not begin with a space.
        let mut strip = tokenizer.leading_space() && !(prompted && text.starts_with(' '));
        let mut end_of = |&token: &u32| {
            let bytes = tokenizer.token_bytes(token);
            let bytes = if std::mem::take(&mut strip) { bytes.strip_prefix(b" ").unwrap_or(bytes) } else { bytes };
            end += decoder.push(bytes).len();
            end
        };
        let ends: Vec<usize> = read.token_ids.iter().map(&mut end_of).collect();
        let mut starts: Vec<usize> =
            sentences(text).iter().map(|sentence| ends.partition_point(|&end| end <= sentence.start)).collect();
        starts.push(read.token_ids.len());
        let sentences = starts.windows(2).skip(1).map(|pair| pair[0]..pair[1].min(pair[0] + context - 1));
        Some(Self {
            begin,
            token_ids: read.token_ids.clone(),
            surprisal_bits: read.surprisal_bits.clone(),
            sentences: sentences.filter(|sentence| !sentence.is_empty()).collect(),
            alone: 0..if prompted { read.token_ids.len().min(context - 1) } else { 0 },
            piece: 0,
            read: 0,
            last: None,
            sentence_bits: 0.0,
            bits_of_each: Vec::new(),
            alone_bits: 0.0,
        })
    }

    /// Reads the next tokens. Returns the share that is done, 0 to 1, or none at the end.
    pub fn step(&mut self, engine: &mut dyn Engine) -> Result<Option<f64>, EngineError> {
        let pieces = self.sentences.len();
        let piece = match self.piece {
            piece if piece < pieces => self.sentences[piece].clone(),
            piece if piece == pieces && !self.alone.is_empty() => self.alone.clone(),
            _ => return Ok(None),
        };
        if self.read == 0 {
            engine.reset(piece.len());
            self.last = Some(self.begin);
            self.bits_of_each.push(0.0);
        }
        let tokens = &self.token_ids[piece.clone()][self.read..];
        for &token in &tokens[..tokens.len().min(Self::STEP)] {
            let logits = engine.feed(&[self.last.replace(token).unwrap_or(self.begin)])?;
            let bits = Summary::new(logits).surprisal_bits(logits[token as usize]);
            if self.piece < pieces {
                self.sentence_bits += bits;
                self.bits_of_each[self.piece] += bits;
            } else {
                self.alone_bits += bits;
            }
            self.read += 1;
        }
        if self.read == piece.len() {
            self.read = 0;
            self.piece += 1;
        }
        let all: usize = self.sentences.iter().map(Range::len).sum::<usize>() + self.alone.len();
        let done: usize = self.sentences[..self.piece.min(pieces)].iter().map(Range::len).sum::<usize>()
            + if self.piece > pieces { self.alone.len() } else { self.read };
        Ok(Some(done as f64 / all as f64))
    }

    /// The gain of each sentence, after [`Self::step`] has finished; the contextual gain is their mean.
    pub fn gains(&self) -> Vec<SentenceGain> {
        let gain = |(sentence, alone): (&Range<usize>, &f64)| {
            let in_context: f64 = self.surprisal_bits[sentence.clone()].iter().sum();
            let bits = (alone - in_context) / sentence.len() as f64;
            SentenceGain { from: sentence.start, to: sentence.end, bits }
        };
        self.sentences.iter().zip(&self.bits_of_each).map(gain).collect()
    }

    /// The numbers, after [`Self::step`] has finished.
    pub fn finish(self) -> SecondMetrics {
        let tokens: usize = self.sentences.iter().map(Range::len).sum();
        let bits = |range: &Range<usize>| self.surprisal_bits[range.clone()].iter().sum::<f64>();
        let in_context: f64 = self.sentences.iter().map(bits).sum();
        let alone = self.alone.len();
        SecondMetrics {
            contextual_gain_bits: (tokens > 0).then(|| (self.sentence_bits - in_context) / tokens as f64),
            relevance_bits: (alone > 0).then(|| (self.alone_bits - bits(&self.alone)) / alone as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Shape;

    /// The probability of token 3 depends only on how many tokens were fed since the last reset.
    struct Counting {
        seen: Vec<u32>,
        context: usize,
        resets: usize,
        logits: [f32; 6],
    }

    impl Engine for Counting {
        fn context(&self) -> usize {
            self.context
        }
        fn seen(&self) -> &[u32] {
            &self.seen
        }
        fn rewind(&mut self, position: usize) {
            self.seen.truncate(position);
            self.resets += usize::from(position == 0);
        }
        fn reserve(&mut self, _: usize) {}
        fn feed(&mut self, tokens: &[u32]) -> Result<&[f32], EngineError> {
            self.seen.extend(tokens);
            assert!(self.seen.len() <= self.context, "beyond the context");
            self.again(self.seen.len())
        }
        fn again(&mut self, tokens: usize) -> Result<&[f32], EngineError> {
            self.logits = [0.0; 6];
            self.logits[3] = tokens as f32;
            Ok(&self.logits)
        }
    }

    /// Surprisal of a token after this many others.
    fn bits(token: u32, position: usize) -> f64 {
        let total = (position as f64).exp() + 5.0;
        -((if token == 3 { (position as f64).exp() } else { 1.0 }) / total).log2()
    }

    /// tokenizer.bin: three special tokens, "a" (3), "." (4) and the space (5).
    fn tokenizer() -> Tokenizer {
        let mut file = 1u32.to_le_bytes().to_vec();
        for piece in ["<unk>", "<s>", "</s>", "a", ".", " "] {
            file.extend(0f32.to_le_bytes());
            file.extend((piece.len() as i32).to_le_bytes());
            file.extend(piece.as_bytes());
        }
        Tokenizer::new(&file).unwrap()
    }

    fn info(context: usize) -> ModelInfo {
        let shape = Shape {
            width: 2,
            hidden: 1,
            layers: 1,
            heads: 1,
            key_heads: 1,
            head: 2,
            vocabulary: 6,
            context,
            epsilon: 1e-5,
            rotary_base: 1e4,
        };
        let (name, hash8) = ("test".into(), "00000000".into());
        ModelInfo { name, hash8, shape, parameters: 0, begin_token: Some(1), end_token: Some(1) }
    }

    fn engine(context: usize) -> Counting {
        Counting { seen: Vec::new(), context, resets: 0, logits: [0.0; 6] }
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-5, "{found} for {expected}");
    }

    #[test]
    fn every_token_is_seen_once_and_beyond_the_context_after_half_of_it() {
        let engine = &mut engine(4);
        let read = read_tokens(engine, &[1, 3], vec![3; 7]).unwrap();
        // Two tokens before the first; when four are fed, the last two of them begin anew.
        for (found, position) in read.surprisal_bits.iter().zip([2, 3, 4, 2, 3, 4, 2]) {
            close(*found, bits(3, position));
        }
        assert_eq!((read.surprisal_bits.len(), read.entropy_bits.len()), (7, 7));
        assert!(matches!(read_tokens(engine, &[], vec![3]), Err(GenerateError::NoBeginning)));
        assert_eq!(read_tokens(engine, &[1], vec![]).unwrap(), TokensRead::default());
    }

    #[test]
    fn a_long_beginning_is_read_in_steps() {
        // Within the context, and as the last 32 of more.
        for (before, first) in [(16, 16_usize), (17, 17), (40, 32), (70, 32)] {
            let engine = &mut engine(32);
            let mut reading = TokensReading::new(&vec![5; before], vec![3; 3]).unwrap();
            let mut steps = 1;
            while reading.step(engine).unwrap() {
                steps += 1;
            }
            assert_eq!(steps, first.div_ceil(TokensReading::STEP), "{before}");
            let read = reading.finish();
            close(read.surprisal_bits[0], bits(3, first));
            // A full context begins anew with its last half.
            close(read.surprisal_bits[1], bits(3, if first == 32 { 16 } else { first + 1 }));
            assert_eq!(read.surprisal_bits.len(), 3);
        }
    }

    #[test]
    fn the_second_reading_by_hand() {
        let (engine, tokenizer, info) = (&mut engine(32), tokenizer(), info(32));
        // "aa. a. aaa": the second sentence begins with the space before it, in tokens.
        let (text, token_ids) = ("aa. a. aaa", vec![3, 3, 4, 5, 3, 4, 5, 3, 3, 3]);
        let read = read_tokens(engine, &[1, 3], token_ids.clone()).unwrap();
        let mut second = SecondReading::new(&read, text, true, &tokenizer, &info).unwrap();
        let mut last = 0.0;
        while let Some(done) = second.step(engine).unwrap() {
            assert!(done >= last && done <= 1.0);
            last = done;
        }
        close(last, 1.0);
        let gains = second.gains();
        let found = second.finish();
        let sum = |range: Range<usize>, position: &dyn Fn(usize) -> usize| -> f64 {
            range.map(|at| bits(token_ids[at], position(at))).sum()
        };
        // Alone, a sentence begins after the begin token; the words of 4..6 and 7..10 belong to the second and third.
        let starts = [4, 7];
        let alone: f64 = sum(4..7, &|at| 1 + at - starts[0]) + sum(7..10, &|at| 1 + at - starts[1]);
        let together = sum(4..10, &|at| 2 + at);
        close(found.contextual_gain_bits.unwrap(), (alone - together) / 6.0);
        assert_eq!(gains.iter().map(|gain| gain.from..gain.to).collect::<Vec<_>>(), [4..7, 7..10]);
        for (gain, start) in gains.iter().zip(starts) {
            let alone = sum(start..start + 3, &|at| 1 + at - start);
            close(gain.bits, (alone - sum(start..start + 3, &|at| 2 + at)) / 3.0);
        }
        close(found.relevance_bits.unwrap(), (sum(0..10, &|at| 1 + at) - sum(0..10, &|at| 2 + at)) / 10.0);

        let mut one = SecondReading::new(&read.first(3), "aa.", false, &tokenizer, &info).unwrap();
        assert_eq!(one.step(engine).unwrap(), None);
        assert_eq!(one.finish(), SecondMetrics::default());
    }
}
