//! What waits for a worker that does one thing at a time: the most urgent comes first, and newer requests replace older ones.

/// What a task does, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Loads the model.
    Load,
    /// Opens the user's adapter.
    Open,
    /// Looks at one place of a story.
    Look,
    /// Writes a story.
    Write,
    /// Writes a story again while its settings change.
    Rewrite,
    /// Reads a finished story a second time.
    Read,
}

impl Kind {
    /// Tasks of this kind that wait at most. Only the newest look, story and rewrite matter.
    const fn most(self) -> usize {
        match self {
            Self::Look | Self::Write | Self::Rewrite => 1,
            Self::Read => 64,
            Self::Load | Self::Open => usize::MAX,
        }
    }
}

/// Tasks that wait, in the order in which they came.
pub struct Queue<Task> {
    waiting: Vec<(Kind, Task)>,
}

impl<Task> Default for Queue<Task> {
    fn default() -> Self {
        Self { waiting: Vec::new() }
    }
}

impl<Task> Queue<Task> {
    /// Adds a task. Returns the oldest one of its kind where too many wait; it is not done any more.
    pub fn push(&mut self, kind: Kind, task: Task) -> Option<Task> {
        self.waiting.push((kind, task));
        let waiting = self.waiting.iter().filter(|(other, _)| *other == kind).count();
        if waiting > kind.most() { self.take(kind, |_| true) } else { None }
    }

    /// Takes the task to do next: of the most urgent kind the oldest, but of the stories to read again the latest.
    pub fn pop(&mut self) -> Option<Task> {
        let next = self.most_urgent()?;
        let is_next = |(kind, _): &(Kind, Task)| *kind == next;
        let mut places = self.waiting.iter();
        let place = if next == Kind::Read { places.rposition(is_next) } else { places.position(is_next) };
        place.map(|place| self.waiting.remove(place).1)
    }

    /// Takes the oldest task of a kind for which `fits` holds.
    pub fn take(&mut self, kind: Kind, fits: impl Fn(&Task) -> bool) -> Option<Task> {
        let place = self.waiting.iter().position(|(other, task)| *other == kind && fits(task))?;
        Some(self.waiting.remove(place).1)
    }

    /// The most urgent kind that waits.
    pub fn most_urgent(&self) -> Option<Kind> {
        self.waiting.iter().map(|(kind, _)| *kind).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(queue: &mut Queue<u32>) -> Vec<u32> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn the_most_urgent_comes_first() {
        let mut queue = Queue::default();
        for (task, kind) in
            [Kind::Read, Kind::Rewrite, Kind::Write, Kind::Look, Kind::Open, Kind::Load].into_iter().enumerate()
        {
            assert_eq!(queue.push(kind, task as u32), None);
            assert_eq!(queue.most_urgent(), Some(kind));
        }
        assert_eq!(all(&mut queue), [5, 4, 3, 2, 1, 0]);
        assert_eq!(queue.most_urgent(), None);
    }

    #[test]
    fn a_newer_look_story_or_rewrite_replaces_an_older_one() {
        for kind in [Kind::Look, Kind::Write, Kind::Rewrite] {
            let mut queue = Queue::default();
            queue.push(Kind::Read, 0);
            assert_eq!(queue.push(kind, 1), None);
            assert_eq!(queue.push(kind, 2), Some(1));
            assert_eq!(queue.push(kind, 3), Some(2));
            assert_eq!(all(&mut queue), [3, 0]);
        }
    }

    #[test]
    fn adapters_are_opened_in_the_order_of_asking() {
        let mut queue = Queue::default();
        for task in 1..=3 {
            assert_eq!(queue.push(Kind::Open, task), None);
        }
        assert_eq!(all(&mut queue), [1, 2, 3]);
    }

    #[test]
    fn of_many_stories_to_read_again_the_oldest_is_given_up_and_the_latest_comes_first() {
        let mut queue = Queue::default();
        for task in 0..64 {
            assert_eq!(queue.push(Kind::Read, task), None);
        }
        assert_eq!(queue.push(Kind::Read, 64), Some(0));
        assert_eq!(queue.pop(), Some(64));
        // One that gave way is the next again.
        queue.push(Kind::Read, 64);
        assert_eq!(all(&mut queue), (1..=64).rev().collect::<Vec<_>>());
    }

    #[test]
    fn a_task_that_fits_is_taken_out_of_turn() {
        let mut queue = Queue::default();
        queue.push(Kind::Open, 1);
        queue.push(Kind::Open, 2);
        queue.push(Kind::Look, 3);
        assert_eq!(queue.take(Kind::Open, |task| *task == 2), Some(2));
        assert_eq!(queue.take(Kind::Open, |task| *task == 3), None);
        assert_eq!(all(&mut queue), [1, 3]);
    }
}
