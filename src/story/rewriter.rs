//! Writes a story again with other settings, without computing again what it has in common with the last one.

use super::{AdapterSetting, GenerateError, Pen};
use crate::engine::Engine;

/// Logits kept at most, as numbers of 4 bytes: 4 MB. For the house model this is a story of 255 tokens.
const KEPT: usize = 1 << 20;
/// Tokens of a prompt that are fed in one step, so that a caller can stop in between.
const PIECE: usize = 16;

/// Remembers the logits at every place of the last story. As long as another story has the same tokens before a place, only the draw
/// is repeated there.
///
/// It asks the engine for nothing but tokens and logits, so others may use the engine between two steps.
#[derive(Default)]
pub struct Rewriter {
    /// Prompt and story, up to the last place whose logits are kept.
    path: Vec<u32>,
    /// Tokens of the prompt in `path`.
    prompt: usize,
    /// Those after the prompt, and after each token of the story in `path`: (places, vocabulary).
    logits: Vec<f32>,
    /// The adapter that they were computed with; none at strength 0.
    adapter: Option<AdapterSetting>,
    computed: usize,
}

impl Rewriter {
    /// Writes the next token of a story, or feeds a piece of its prompt; false when the story has ended. The tokens are those that
    /// [`super::Writer`] writes.
    pub fn step(&mut self, engine: &mut dyn Engine, pen: &mut Pen) -> Result<bool, GenerateError> {
        if pen.is_done() {
            return Ok(false);
        }
        let vocabulary = pen.vocabulary();
        let place = pen.tokens().len();
        let known = self.known(pen);
        if known > place {
            let logits = &self.logits[place * vocabulary..][..vocabulary];
            return Ok(pen.write(logits)?.is_some());
        }
        let Some(logits) = compute(engine, pen)? else { return Ok(true) };
        self.computed += 1;
        let goes_on = pen.write(logits)?.is_some();
        if known == place && (place + 1) * vocabulary <= KEPT {
            self.keep(pen, place, logits);
        }
        Ok(goes_on)
    }

    /// Tokens of stories that the engine has computed so far.
    pub fn computed(&self) -> usize {
        self.computed
    }

    /// From the first place on, how many places of this story have known logits.
    fn known(&self, pen: &Pen) -> usize {
        if self.logits.is_empty() || self.prompt != pen.prompt().len() || self.adapter.as_ref() != adapter(pen) {
            return 0;
        }
        let tokens = pen.prompt().iter().chain(pen.tokens());
        let common = self.path.iter().zip(tokens).take_while(|(known, token)| known == token).count();
        (common + 1).saturating_sub(self.prompt)
    }

    /// Keeps the logits of a place. Those of the places before it are kept already; later ones belong to another story.
    fn keep(&mut self, pen: &Pen, place: usize, logits: &[f32]) {
        self.prompt = pen.prompt().len();
        self.adapter = adapter(pen).cloned();
        self.path.clear();
        self.path.extend(pen.prompt());
        self.path.extend(&pen.tokens()[..place]);
        self.logits.truncate(place * logits.len());
        self.logits.extend_from_slice(logits);
    }
}

/// The adapter that the engine needs for this story.
fn adapter<'a>(pen: &'a Pen) -> Option<&'a AdapterSetting> {
    pen.settings().adapter.as_ref().filter(|adapter| adapter.strength != 0.0)
}

/// The logits after prompt and story; none while a part of the prompt is still to be fed. The engine may have seen anything before.
fn compute<'a>(engine: &'a mut dyn Engine, pen: &Pen) -> Result<Option<&'a [f32]>, GenerateError> {
    engine.adapt(pen.settings().adapter())?;
    let path = [pen.prompt(), pen.tokens()].concat();
    let common = engine.seen().iter().zip(&path).take_while(|(seen, token)| seen == token).count();
    if common == path.len() {
        return Ok(Some(engine.again(common)?));
    }
    engine.rewind(common);
    engine.reserve(pen.positions());
    let rest = &path[common..];
    if rest.len() > PIECE {
        engine.feed(&rest[..PIECE])?;
        return Ok(None);
    }
    Ok(Some(engine.feed(rest)?))
}
