//! Sorting suffixes, and the transform that follows from their order: the way into a library.

use super::transform::{Suffixes, Transform, WALKS, pieces};

impl Suffixes {
    /// Sorts the suffixes of a text, by doubling the sorted length (Manber & Myers 1990), only where it is not yet decided
    /// (Larsson & Sadakane 2007).
    pub fn sort(text: Vec<u32>) -> Self {
        let length = text.len();
        let mut order: Vec<u32> = (0..length as u32).collect();
        order.sort_unstable_by_key(|&start| text[start as usize]);
        // The rank of each suffix so far: the last place of its group. Groups of one are decided.
        let mut rank = vec![0u32; length];
        let mut groups = Vec::new();
        assign(&order, 0, length, |index| u64::from(text[order[index] as usize]), &mut rank, &mut groups);
        let mut sorted = 1;
        while !groups.is_empty() {
            // The empty suffix is the smallest.
            let key = |suffix: u32| rank.get(suffix as usize + sorted).map_or(0, |&rank| u64::from(rank) + 1);
            let mut keyed: Vec<u64> = Vec::new();
            for &(start, end) in &groups {
                let group = keyed.len();
                keyed.extend(order[start..end].iter().map(|&suffix| key(suffix) << 32 | u64::from(suffix)));
                keyed[group..].sort_unstable();
                for (place, entry) in order[start..end].iter_mut().zip(&keyed[group..]) {
                    *place = *entry as u32;
                }
            }
            // Only now: the keys of all groups are of one age.
            let mut next = Vec::new();
            let mut keyed = keyed.as_slice();
            for (start, end) in groups {
                let (group, rest) = keyed.split_at(end - start);
                assign(&order, start, group.len(), |index| group[index] >> 32, &mut rank, &mut next);
                keyed = rest;
            }
            groups = next;
            sorted *= 2;
        }
        Self { text, order }
    }

    pub fn transform(&self) -> Transform {
        let mut last: Vec<u32> = self.text.last().copied().into_iter().collect();
        last.extend(self.order.iter().filter(|&&start| start > 0).map(|&start| self.text[start as usize - 1]));
        let mut places = [0; WALKS];
        let starts = pieces(self.text.len());
        for (row, &start) in self.order.iter().enumerate() {
            for (place, _) in places.iter_mut().zip(starts).filter(|&(_, piece)| piece == start as usize) {
                *place = row as u32 + 1;
            }
        }
        Transform { last, places }
    }
}

/// Gives equal keys from `start` on the rank of their last place, and remembers those that are more than one.
fn assign(
    order: &[u32],
    start: usize,
    count: usize,
    key: impl Fn(usize) -> u64,
    rank: &mut [u32],
    groups: &mut Vec<(usize, usize)>,
) {
    let mut begin = 0;
    while begin < count {
        let mut end = begin + 1;
        while end < count && key(end) == key(begin) {
            end += 1;
        }
        for place in start + begin..start + end {
            rank[order[place] as usize] = (start + end - 1) as u32;
        }
        if end - begin > 1 {
            groups.push((start + begin, start + end));
        }
        begin = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(text: &[u32]) -> Vec<u32> {
        let mut order: Vec<u32> = (0..text.len() as u32).collect();
        order.sort_by_key(|&start| &text[start as usize..]);
        order
    }

    proptest! {
        #[test]
        fn suffixes_are_sorted_and_the_transform_can_be_undone(
            text in prop_oneof![prop::collection::vec(0u32..3, 0..200), prop::collection::vec(0u32..1000, 0..200)],
            repeats in 1usize..4,
        ) {
            let text = text.repeat(repeats);
            let suffixes = Suffixes::sort(text.clone());
            prop_assert_eq!(&suffixes.order, &naive(&text));
            let back = suffixes.transform().invert().unwrap();
            prop_assert_eq!(&back.text, &text);
            prop_assert_eq!(&back.order, &suffixes.order);
            // Pieces in another order are no text.
            let Transform { last, mut places } = suffixes.transform();
            places.reverse();
            if places != suffixes.transform().places {
                let shuffled = Transform { last, places };
                prop_assert!(shuffled.invert().is_none());
            }
        }

        #[test]
        fn nonsense_is_refused_or_harmless(
            last in prop::collection::vec(0u32..5, 0..50),
            places in prop::array::uniform8(0u32..60),
        ) {
            Transform { last, places }.invert();
        }
    }

    #[test]
    fn by_hand() {
        // "banana" with a = 0, b = 1, n = 2: with its end, the transform is annb$aa; $ is left out.
        let transform = Suffixes::sort(vec![1, 0, 2, 0, 2, 0]).transform();
        assert_eq!(transform.last, [0, 2, 2, 1, 0, 0]);
        assert_eq!(transform.places[0], 4);
    }
}
