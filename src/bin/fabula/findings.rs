//! `fabula findings`: what a sweep or a self-evaluation found, in words.

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
    /// File written by `fabula sweep` (.csv, .jsonl or .parquet) or `fabula judge` (.jsonl), with its .protocol.json next to it
    file: PathBuf,
    /// Numbers of a sweep to report, by name, separated by commas [default: novelty,coherence,surprise]
    #[arg(long, value_delimiter = ',')]
    metric: Vec<String>,
    /// Axes of a sweep to report, separated by commas [default: all with two or more values]
    #[arg(long, value_delimiter = ',')]
    axis: Vec<String>,
    /// Print one JSON object instead: means, comparisons and sentences for each number and axis. For a file of `fabula judge`, the
    /// same object as its --json
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> Outcome {
    if let Some(judged) = Judged::read(&arguments.file)? {
        if !arguments.metric.is_empty() || !arguments.axis.is_empty() {
            let words = "a file of `fabula judge` is reported as a whole; leave out --metric and --axis";
            return Err(format!("{}: {words}", arguments.file.display()).into());
        }
        return judged.print(arguments.json);
    }
    let Numbers { protocol, written, by_name } = Numbers::read(&arguments.file)?;
    let grid = &protocol.grid;
    let file = arguments.file.display();
    if written == 0 {
        return Err(format!("{file}: the file has no stories yet; run its sweep again to resume it").into());
    }
    let requested: Vec<String> = arguments.axis.iter().map(|name| name.trim().replace('-', "_")).collect();
    if let Some(name) = requested.iter().find(|name| !grid.axes.iter().any(|axis| axis.name == **name)) {
        let axes: Vec<&str> = grid.axes.iter().map(|axis| axis.name.as_str()).collect();
        return Err(format!("this sweep has no axis {name:?}; it has {}", axes.join(", ")).into());
    }
    let wanted = |place: &usize| {
        let axis = &grid.axes[*place];
        axis.values.len() > 1 && (requested.is_empty() || requested.contains(&axis.name))
    };
    let axes: Vec<usize> = (0..grid.axes.len()).filter(wanted).collect();
    if axes.is_empty() {
        return Err("there is nothing to compare: an axis needs two or more values".into());
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
    let parts = means.iter().filter_map(|ValueMean { value, estimate }| {
        Some(format!("{} at {value}", written.write(estimate.as_ref()?.mean)))
    });
    format!("Mean{unit}: {}", parts.collect::<Vec<_>>().join(", "))
}
