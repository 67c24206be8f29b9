//! Work on all cores, with one engine each. Results are delivered in order, whichever finishes first.

use crate::common::Outcome;
use fabula::engine::Llama;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

/// Hands out runs to all cores.
pub struct Runs<'a> {
    runs: &'a [usize],
    next: AtomicUsize,
    failed: AtomicBool,
}

impl Runs<'_> {
    /// The next run that no engine has taken; none if all are taken or one has failed.
    pub fn next(&self) -> Option<usize> {
        if self.failed() { None } else { self.runs.get(self.next.fetch_add(1, Ordering::Relaxed)).copied() }
    }

    /// Whether to stop early, because some engine or the writer has failed.
    pub fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    fn fail(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }
}

/// How many engines to use: the requested number, else one per core, but no more than there are pieces of work.
pub fn engines(requested: Option<usize>, pieces: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    requested.unwrap_or(cores).clamp(1, pieces.max(1))
}

/// Runs `work` for every engine in its own thread; it takes runs and returns each with its result. `put` gets the results in the order
/// of `runs`. `total` counts all stories, including those written earlier.
pub fn on_all_cores<T: Send>(
    engines: Vec<Llama>,
    runs: &[usize],
    total: usize,
    work: impl Fn(Llama, &Runs, &dyn Fn(usize, T)) -> Outcome + Sync,
    put: impl FnMut(T) -> Outcome,
) -> Outcome {
    let handed = Runs { runs, next: AtomicUsize::new(0), failed: AtomicBool::new(false) };
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for engine in engines {
            let (work, handed, sender) = (&work, &handed, sender.clone());
            scope.spawn(move || {
                // Sending fails only if the receiver has stopped with an error.
                let give = |run, found| _ = sender.send(Ok((run, found)));
                if let Err(error) = work(engine, handed, &give) {
                    handed.fail();
                    let _ = sender.send(Err(error.to_string()));
                }
            });
        }
        drop(sender);
        let written = in_order(runs, receiver, total, put);
        if written.is_err() {
            handed.fail();
        }
        written
    })
}

fn in_order<T>(
    runs: &[usize],
    receiver: Receiver<Result<(usize, T), String>>,
    total: usize,
    mut put: impl FnMut(T) -> Outcome,
) -> Outcome {
    let start = Instant::now();
    let mut reported = start;
    let mut early: BTreeMap<usize, T> = BTreeMap::new();
    let mut awaited = runs.iter();
    let mut next = awaited.next();
    let mut count = 0;
    for found in receiver {
        let (run, found) = found?;
        early.insert(run, found);
        count += 1;
        while let Some(found) = next.and_then(|run| early.remove(run)) {
            put(found)?;
            next = awaited.next();
        }
        if reported.elapsed().as_secs() >= 2 {
            reported = Instant::now();
            let left = start.elapsed().as_secs_f64() / count as f64 * (runs.len() - count) as f64;
            eprintln!("fabula: {} of {total} stories, {left:.0} s left", total - runs.len() + count);
        }
    }
    Ok(())
}
