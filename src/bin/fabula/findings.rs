//! `fabula findings`: what a sweep or a self-evaluation tells, in words.

use crate::common::Outcome;
use crate::judge_file::Judged;
use crate::sweep_file::Numbers;
use crate::terminal::shown;
use clap::Args;
use fabula::experiment::{Finding, ValueMean, axis_label, caveats, finding};
use fabula::metrics::written::Written;
use fabula::metrics::{describe, label_of};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    /// File that `fabula sweep` (.csv, .jsonl or .parquet) or `fabula judge` (.jsonl) has written, with its protocol beside it
    file: PathBuf,
    /// Numbers of a sweep to tell of, by name, separated by commas; novelty, coherence and surprise if not given
    #[arg(long, value_delimiter = ',')]
    metric: Vec<String>,
    /// Axes of a sweep to tell of; all that have two values or more if not given
    #[arg(long, value_delimiter = ',')]
    axis: Vec<String>,
    /// One JSON object instead: the means, comparisons and sentences of each number and axis; of a file of `fabula judge`, the same object as its own --json
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> Outcome {
    if let Some(judged) = Judged::read(&arguments.file)? {
        if !arguments.metric.is_empty() || !arguments.axis.is_empty() {
            let words = "it is from `fabula judge`, whose numbers are told of together; leave --metric and --axis out";
            return Err(format!("{}: {words}", arguments.file.display()).into());
        }
        return judged.print(arguments.json);
    }
    let Numbers { protocol, written, by_name } = Numbers::read(&arguments.file)?;
    let grid = &protocol.grid;
    let file = arguments.file.display();
    if written == 0 {
        return Err(format!("{file}: it holds no story yet").into());
    }
    let asked: Vec<String> = arguments.axis.iter().map(|name| name.trim().replace('-', "_")).collect();
    if let Some(name) = asked.iter().find(|name| !grid.axes.iter().any(|axis| axis.name == **name)) {
        let axes: Vec<&str> = grid.axes.iter().map(|axis| axis.name.as_str()).collect();
        return Err(format!("{name:?} is no axis of this sweep; it has {}", axes.join(", ")).into());
    }
    let wanted = |place: &usize| {
        let axis = &grid.axes[*place];
        axis.values.len() > 1 && (asked.is_empty() || asked.contains(&axis.name))
    };
    let axes: Vec<usize> = (0..grid.axes.len()).filter(wanted).collect();
    if axes.is_empty() {
        return Err("an axis of a single value compares nothing; name one with more".into());
    }
    let mut findings: Vec<(String, Finding)> = Vec::new();
    let metrics = match arguments.metric.is_empty() {
        true => ["novelty", "coherence", "surprise"].map(String::from).to_vec(),
        false => arguments.metric,
    };
    for name in &metrics {
        let Some(values) = by_name.get(name) else {
            let names: Vec<&str> = by_name.keys().map(String::as_str).collect();
            return Err(format!("{file} has no number {name:?}; it has {}", names.join(", ")).into());
        };
        findings.extend(axes.iter().map(|&axis| (name.clone(), finding(grid, axis, &label_of(name), values))));
    }
    let caveats = caveats(grid, written);
    let mut out = std::io::stdout().lock();
    if arguments.json {
        let findings: Vec<_> =
            findings.iter().map(|(name, finding)| json!({"name": name, "finding": finding})).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&json!({"findings": findings, "caveats": caveats}))?)?;
        return Ok(());
    }
    for (name, Finding { metric, axis, means, sentences, .. }) in findings {
        writeln!(out, "{} along {}:", shown(&metric), shown(&axis_label(&axis)))?;
        if means.iter().any(|mean| mean.estimate.is_some()) {
            writeln!(out, "  {}", means_in_words(&name, &means))?;
        }
        for sentence in sentences {
            writeln!(out, "  {}", shown(&sentence))?;
        }
    }
    for caveat in caveats {
        writeln!(out, "{}", shown(&caveat))?;
    }
    Ok(())
}

/// "Mean: 98% at 0.2, 61% at 2", with the unit if there is one.
fn means_in_words(name: &str, means: &[ValueMean]) -> String {
    let (written, unit) =
        describe(name).map_or((Written::Decimals(3), ""), |found| (found.metric.written, found.metric.unit));
    let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
    let told = means.iter().filter_map(|ValueMean { value, estimate }| {
        Some(format!("{} at {value}", written.write(estimate.as_ref()?.mean)))
    });
    format!("Mean{unit}: {}", told.collect::<Vec<_>>().join(", "))
}
