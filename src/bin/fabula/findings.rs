//! `fabula findings`: what a sweep tells, in words.

use crate::common::Outcome;
use crate::sweep_file::Numbers;
use clap::Args;
use fabula::experiment::{Finding, axis_label, caveats, finding};
use serde_json::json;
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    /// File that `fabula sweep` has written (.csv, .jsonl or .parquet), with its protocol beside it
    file: PathBuf,
    /// Numbers to tell of, by name, separated by commas
    #[arg(long, value_delimiter = ',', default_value = "novelty,coherence,surprise")]
    metric: Vec<String>,
    /// Axes to tell of; all that have two values or more if not given
    #[arg(long, value_delimiter = ',')]
    axis: Vec<String>,
    /// One JSON object instead: the means, comparisons and sentences of each number and axis
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> Outcome {
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
    for name in &arguments.metric {
        let Some(values) = by_name.get(name) else {
            let names: Vec<&str> = by_name.keys().map(String::as_str).collect();
            return Err(format!("{file} has no number {name:?}; it has {}", names.join(", ")).into());
        };
        findings.extend(axes.iter().map(|&axis| (name.clone(), finding(grid, axis, &name.replace('_', " "), values))));
    }
    let caveats = caveats(grid, written);
    if arguments.json {
        let findings: Vec<_> =
            findings.iter().map(|(name, finding)| json!({"name": name, "finding": finding})).collect();
        println!("{}", serde_json::to_string_pretty(&json!({"findings": findings, "caveats": caveats}))?);
        return Ok(());
    }
    for (_, Finding { metric, axis, sentences, .. }) in findings {
        println!("{metric} along {}:", axis_label(&axis));
        for sentence in sentences {
            println!("  {sentence}");
        }
    }
    for caveat in caveats {
        println!("{caveat}");
    }
    Ok(())
}
