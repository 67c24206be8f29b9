//! The library's text in memory: four bytes per word.

/// Steps per call over a long list. Browsers replace a function's first, slow code only between two calls.
pub const BLOCK: usize = 1 << 14;

/// A text as numbers of words, two bytes each. The few words with larger numbers are in a separate list.
#[derive(Debug, Default, PartialEq)]
pub struct Text {
    low: Vec<u16>,
    /// Places and numbers of the words from [`RARE`] on, in order.
    rare: Vec<(u32, u32)>,
}

/// Stands for all numbers from here on.
pub const RARE: u32 = u16::MAX as u32;

/// A number cut to two bytes.
pub fn low(number: u32) -> u16 {
    number.min(RARE) as u16
}

impl Text {
    pub fn with_capacity(length: usize) -> Self {
        Self { low: Vec::with_capacity(length), rare: Vec::new() }
    }

    pub fn push(&mut self, number: u32) {
        if number >= RARE {
            self.rare.push((self.low.len() as u32, number));
        }
        self.low.push(low(number));
    }

    /// All numbers, cut to two bytes.
    pub fn low(&self) -> &[u16] {
        &self.low
    }

    /// The number at a place.
    pub fn at(&self, place: usize) -> Option<u32> {
        let number = u32::from(*self.low.get(place)?);
        if number < RARE {
            return Some(number);
        }
        let rare = self.rare.binary_search_by_key(&(place as u32), |&(place, _)| place).ok()?;
        Some(self.rare[rare].1)
    }
}

/// Most kinds of gaps.
pub const GAPS: usize = 1 << 14;

/// The gap before a word, and the word's case.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Setting(u16);

impl Setting {
    /// `gap`: less than [`GAPS`].
    pub fn new(gap: u16, case: Case) -> Self {
        debug_assert!(usize::from(gap) < GAPS);
        Self(gap << 2 | case as u16)
    }

    /// The number of the gap before the word.
    pub fn gap(self) -> u16 {
        self.0 >> 2
    }

    pub fn case(self) -> Case {
        Case::ALL[usize::from(self.0 & 3)]
    }
}

/// Upper and lower case of a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Case {
    #[default]
    Lower,
    /// The first letter in upper case.
    Capitalized,
    Upper,
    /// Irregular, like "McTavish".
    Odd,
}

impl Case {
    pub const ALL: [Self; 4] = [Self::Lower, Self::Capitalized, Self::Upper, Self::Odd];

    /// A folded word in this case; an odd one stays unchanged.
    pub fn write(self, word: &str) -> String {
        match self {
            Self::Capitalized => {
                let mut letters = word.chars();
                letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
            }
            Self::Upper => word.to_uppercase(),
            Self::Lower | Self::Odd => word.to_string(),
        }
    }
}

#[test]
fn numbers_of_any_size_come_back() {
    let numbers = [0, 7, RARE - 1, RARE, 1 << 20, 3];
    let mut text = Text::default();
    for number in numbers {
        text.push(number);
    }
    let back: Vec<Option<u32>> = (0..7).map(|place| text.at(place)).collect();
    assert_eq!(back[..6], numbers.map(Some));
    assert_eq!(back[6], None);
    assert_eq!(Setting::new(GAPS as u16 - 1, Case::Upper).gap(), GAPS as u16 - 1);
    assert_eq!(Setting::new(9, Case::Odd).case(), Case::Odd);
}
