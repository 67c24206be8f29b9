//! How new a text is to someone who has read this session's earlier stories.

use crate::library::words;
use std::collections::{HashMap, HashSet};

/// The longest word n-grams in session novelty.
const LONGEST: usize = 3;

/// The longest word n-grams in BLEU.
const BLEU: usize = 4;

/// A word n-gram by the numbers of its words, from 1, padded with zeros.
type Ngram = [u32; BLEU];

/// The word n-grams of the earlier stories.
#[derive(Default)]
pub struct EarlierStories {
    texts: Vec<String>,
    /// Numbers of all words, from 1.
    words: HashMap<String, u32>,
    /// For n = 1 to 4: the largest count in one story.
    most: HashMap<Ngram, usize>,
    /// Words of each story.
    lengths: Vec<usize>,
}

impl EarlierStories {
    /// Collects the n-grams of the earlier texts.
    pub fn new<Text: AsRef<str>>(texts: impl IntoIterator<Item = Text>) -> Self {
        let mut earlier = Self::default();
        texts.into_iter().for_each(|text| earlier.add(text.as_ref()));
        earlier
    }

    /// Replaces the texts. If the new list begins with the current texts, only the added ones are read.
    pub fn hold(&mut self, texts: &[String]) {
        if !texts.starts_with(&self.texts) {
            *self = Self::default();
        }
        for text in &texts[self.texts.len()..] {
            self.add(text);
        }
    }

    fn add(&mut self, text: &str) {
        let numbers: Vec<u32> = words(text)
            .into_iter()
            .map(|word| {
                let next = self.words.len() as u32 + 1;
                *self.words.entry(word).or_insert(next)
            })
            .collect();
        let mut counts: HashMap<Ngram, usize> = HashMap::new();
        for ngram in (1..=BLEU).flat_map(|n| numbers.windows(n)) {
            *counts.entry(padded(ngram.iter().copied())).or_default() += 1;
        }
        for (ngram, count) in counts {
            let most = self.most.entry(ngram).or_default();
            *most = count.max(*most);
        }
        self.lengths.push(numbers.len());
        self.texts.push(text.to_string());
    }

    /// The largest count of an n-gram in one story; 0 if no story has it.
    fn most(&self, ngram: &[String]) -> usize {
        let numbers: Option<Vec<u32>> = ngram.iter().map(|word| self.words.get(word).copied()).collect();
        numbers.and_then(|numbers| self.most.get(&padded(numbers)).copied()).unwrap_or(0)
    }

    /// Session novelty: the share of the text's distinct word n-grams that no earlier story contains,
    /// averaged over n = 1, 2, 3. From 0 (nothing new) to 1 (all new); more stories can only lower it.
    /// Boden's "new to me", not "new to history". None if there is no earlier story,
    /// or for fewer than three words.
    pub fn novelty_of(&self, words: &[String]) -> Option<f64> {
        if self.lengths.is_empty() || words.len() < LONGEST {
            return None;
        }
        let shares = (1..=LONGEST).map(|n| {
            let distinct: HashSet<&[String]> = words.windows(n).collect();
            let new = distinct.iter().filter(|ngram| self.most(ngram) == 0).count();
            new as f64 / distinct.len() as f64
        });
        Some(shares.sum::<f64>() / LONGEST as f64)
    }

    /// Self-BLEU: BLEU-4 of the text with the earlier stories as references, 0 (nothing in common) to 1 (the same as one of them).
    /// Precisions for n = 2 to 4 add 1 to both counts (Lin & Och 2004), because short texts often share no n-gram.
    /// Zhu et al. 2018, "Texygen"; Papineni et al. 2002. None if there is no earlier story or no word.
    pub fn self_bleu(&self, words: &[String]) -> Option<f64> {
        // The earlier story nearest in length, in a tie the shorter; a text shorter than it is penalized.
        let reference = self.lengths.iter().copied().min_by_key(|&length| (length.abs_diff(words.len()), length))?;
        if words.is_empty() {
            return None;
        }
        let mut logs = 0.0;
        for n in 1..=BLEU {
            let mut counts: HashMap<&[String], usize> = HashMap::new();
            for ngram in words.windows(n) {
                *counts.entry(ngram).or_default() += 1;
            }
            let all: usize = counts.values().sum();
            let shared: usize = counts.iter().map(|(ngram, &count)| count.min(self.most(ngram))).sum();
            let more = usize::from(n > 1);
            if shared + more == 0 {
                return Some(0.0);
            }
            logs += libm::log((shared + more) as f64 / (all + more) as f64);
        }
        let shortness = (1.0 - reference as f64 / words.len() as f64).min(0.0);
        Some(libm::exp(logs / BLEU as f64 + shortness))
    }
}

fn padded(numbers: impl IntoIterator<Item = u32>) -> Ngram {
    let mut ngram = [0; BLEU];
    ngram.iter_mut().zip(numbers).for_each(|(place, number)| *place = number);
    ngram
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// After any earlier texts, the result is that of reading all texts afresh.
        #[test]
        fn it_holds_what_it_is_told_to(lists in prop::collection::vec(prop::collection::vec("[abc ]{0,12}", 0..5), 1..5), text in "[abcd ]{0,16}") {
            let text = split(&text);
            let mut held = EarlierStories::default();
            for list in &lists {
                held.hold(list);
                let new = EarlierStories::new(list);
                prop_assert_eq!(held.novelty_of(&text), new.novelty_of(&text));
                prop_assert_eq!(held.self_bleu(&text), new.self_bleu(&text));
                let more: Vec<String> = list.iter().cloned().chain(["a b c d".to_string()]).collect();
                held.hold(&more);
                prop_assert_eq!(held.self_bleu(&text), EarlierStories::new(&more).self_bleu(&text));
            }
        }
    }

    /// Compared with the definition on the words themselves.
    #[test]
    fn its_counts_are_those_of_the_words() {
        let texts = ["the fox ran and the fox ran and the fox", "a fox and the crow ran", "", "the"];
        let earlier = EarlierStories::new(texts);
        let plain = |ngram: &[String]| {
            let count = |text: &&str| split(text).windows(ngram.len()).filter(|other| *other == ngram).count();
            texts.iter().map(count).max().unwrap()
        };
        let text = split("the fox ran and a wolf and the fox ran home");
        for ngram in (1..=BLEU).flat_map(|n| text.windows(n)) {
            assert_eq!(earlier.most(ngram), plain(ngram), "{ngram:?}");
        }
    }

    fn split(text: &str) -> Vec<String> {
        words(text)
    }

    #[test]
    fn session_novelty_by_hand() {
        let earlier = EarlierStories::new(["The fox ran home."]);
        // Words: sat is new (1/3). Pairs: "fox sat" is new (1/2). Triples: the only one is new (1/1).
        let novelty = earlier.novelty_of(&split("the fox sat")).unwrap();
        assert!((novelty - (1.0 / 3.0 + 1.0 / 2.0 + 1.0) / 3.0).abs() < 1e-12);
    }

    #[test]
    fn the_same_story_again_is_not_new_and_a_strange_one_is() {
        let earlier = EarlierStories::new(["A cat sat.", "Once upon a time, there was a fox."]);
        assert_eq!(earlier.novelty_of(&split("once upon a TIME there was a fox")), Some(0.0));
        assert_eq!(earlier.novelty_of(&split("seven blue whales sing")), Some(1.0));
    }

    #[test]
    fn self_bleu_by_hand() {
        let earlier = EarlierStories::new(["the fox ran home", "a crow"]);
        assert!((earlier.self_bleu(&split("The fox ran home.")).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(earlier.self_bleu(&split("seven blue whales")), Some(0.0));
        // Shared: the, fox of three (the second "the" is clipped); one pair of two; no triple; too short for more.
        let bleu = earlier.self_bleu(&split("the fox the")).unwrap();
        let precisions: f64 = (2.0 / 3.0) * (2.0 / 3.0) * (1.0 / 2.0) * (1.0 / 1.0);
        // The nearest in length of 4 and 2 words, the shorter of two, costs nothing.
        assert!((bleu - precisions.powf(0.25)).abs() < 1e-12);
        // Three words against four.
        let earlier = EarlierStories::new(["the fox ran home"]);
        let bleu = earlier.self_bleu(&split("the fox ran")).unwrap();
        assert!((bleu - (1.0f64 - 4.0 / 3.0).exp()).abs() < 1e-12);
        assert_eq!(EarlierStories::default().self_bleu(&split("x")), None);
        assert_eq!(earlier.self_bleu(&[]), None);
    }

    #[test]
    fn novelty_needs_something_to_compare() {
        assert_eq!(EarlierStories::default().novelty_of(&split("the fox sat")), None);
        assert_eq!(EarlierStories::new(["x"]).novelty_of(&split("the fox")), None);
    }
}
