//! Is the text new: in itself, and to someone who has read this session's earlier stories?

use super::words;
use std::collections::HashSet;

/// distinct-n: distinct word n-grams / all word n-grams; 1 never repeats itself.
/// Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models".
/// Falls with the length of any text, so compare texts of one length.
pub fn distinct(words: &[String], n: usize) -> Option<f64> {
    let all = words.windows(n);
    if all.len() == 0 {
        return None;
    }
    let distinct: HashSet<&[String]> = all.clone().collect();
    Some(distinct.len() as f64 / all.len() as f64)
}

/// The longest word n-grams that session novelty looks at.
const LONGEST: usize = 3;

/// The word n-grams (n = 1, 2, 3) of the stories that came before.
#[derive(Default)]
pub struct EarlierStories {
    seen: HashSet<Vec<String>>,
    stories: usize,
}

impl EarlierStories {
    /// Collects the n-grams of the earlier texts.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut earlier = Self::default();
        for text in texts {
            let words = words(text);
            for n in 1..=LONGEST {
                earlier.seen.extend(words.windows(n).map(<[String]>::to_vec));
            }
            earlier.stories += 1;
        }
        earlier
    }

    /// Session novelty: the share of the text's distinct word n-grams that no earlier story contains, as
    /// the mean over n = 1, 2, 3. From 0 (nothing new) to 1 (nothing seen before); it can only fall as
    /// stories gather. Boden's "new to me", not "new to history". None where there is no earlier story,
    /// or fewer than three words.
    pub fn novelty_of(&self, words: &[String]) -> Option<f64> {
        if self.stories == 0 || words.len() < LONGEST {
            return None;
        }
        let shares = (1..=LONGEST).map(|n| {
            let distinct: HashSet<&[String]> = words.windows(n).collect();
            let new = distinct.iter().filter(|ngram| !self.seen.contains(**ngram)).count();
            new as f64 / distinct.len() as f64
        });
        Some(shares.sum::<f64>() / LONGEST as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        words(text)
    }

    #[test]
    fn distinct_by_hand() {
        let text = split("the fox saw the fox");
        assert_eq!(distinct(&text, 1), Some(3.0 / 5.0));
        assert_eq!(distinct(&text, 2), Some(3.0 / 4.0));
        assert_eq!(distinct(&text, 3), Some(1.0));
        assert_eq!(distinct(&split("one two"), 3), None);
        assert_eq!(distinct(&[], 1), None);
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
    fn novelty_needs_something_to_compare() {
        assert_eq!(EarlierStories::default().novelty_of(&split("the fox sat")), None);
        assert_eq!(EarlierStories::new(["x"]).novelty_of(&split("the fox")), None);
    }
}
