//! `fabula validate`: how far to trust each number.

use crate::common::{ModelArguments, Outcome, library, lines, open, reference};
use crate::terminal::shown;
use clap::Args;
use fabula::engine::Arithmetic;
use fabula::library::words;
use fabula::reading::{Scorer, by_name};
use fabula::statistics::{area_under_curve, bootstrap, partial_spearman, spearman};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

/// The fewest texts for which a correlation is reported.
const FEWEST: usize = 5;
/// The kind of the intact texts.
const WHOLE: &str = "human";

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// File with one rated text per line: {"id", "text", "prompt"?, "human": {name: rating}, "group"?}. The ratings of a group count
    /// once, compared with the mean over its texts. Or a file of `fabula damage`, whose texts have a "kind". May be repeated
    #[arg(long, required = true)]
    input: Vec<PathBuf>,
    /// Reference file written by `fabula reference` [default: the one next to the model]
    #[arg(long)]
    reference: Option<PathBuf>,
    /// Library file written by `fabula index` [default: the one next to the model]
    #[arg(long)]
    library: Option<PathBuf>,
    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,
}

#[derive(serde::Deserialize)]
struct Line {
    #[serde(deserialize_with = "fabula::model::plain_string")]
    text: String,
    #[serde(default, deserialize_with = "fabula::model::plain_option")]
    prompt: Option<String>,
    #[serde(default)]
    human: BTreeMap<String, f64>,
    group: Option<String>,
    kind: Option<String>,
}

/// How one metric agrees with one rating.
#[derive(Serialize)]
struct Agreement {
    set: String,
    metric: String,
    rating: String,
    /// Texts, or groups of them.
    texts: usize,
    spearman: f64,
    /// 95%, by bootstrap.
    interval: Option<(f64, f64)>,
    /// Partial correlation, controlling for the number of words.
    partial: Option<f64>,
    partial_interval: Option<(f64, f64)>,
}

/// How well one metric separates intact texts from damaged ones.
#[derive(Serialize)]
struct Noticed {
    set: String,
    metric: String,
    kind: String,
    texts: usize,
    area_under_curve: f64,
}

#[derive(Serialize, Default)]
struct Report {
    model: String,
    agreements: Vec<Agreement>,
    damage: Vec<Noticed>,
}

/// A text's numbers by name.
type Numbers = BTreeMap<String, f64>;

pub fn run(arguments: Arguments) -> Outcome {
    let sets = arguments.input.iter().map(|path| Ok((path, lines::<Line>(path)?))).collect::<Outcome<Vec<_>>>()?;
    let (mut engine, tokenizer, model) = open(&arguments.model, Arithmetic::Auto)?;
    let reference = reference(arguments.reference.as_deref(), &arguments.model.model, &model.info)?;
    let library = library(arguments.library.as_deref(), &arguments.model.model)?;
    let mut scorer = Scorer {
        engine: &mut engine,
        tokenizer: &tokenizer,
        model: &model.info,
        reference: reference.as_ref(),
        library: library.as_ref(),
    };
    let mut report = Report { model: model.info.id(), ..Report::default() };
    for (path, lines) in sets {
        let set = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let mut scored = Vec::new();
        for line in lines {
            let scores = by_name(&scorer.score(line.prompt.as_deref().unwrap_or_default(), &line.text)?);
            let mut numbers: Numbers =
                scores.into_iter().filter_map(|(name, value)| Some((name, value.as_f64()?))).collect();
            numbers.extend(baselines(&line.text)?);
            scored.push((line, numbers));
        }
        if scored.iter().any(|(line, _)| line.kind.is_some()) {
            if scored.iter().all(|(line, _)| line.kind.as_deref() != Some(WHOLE)) {
                return Err(format!(
                    "{}: no line has the kind \"{WHOLE}\"; use the file as `fabula damage` writes it",
                    path.display()
                )
                .into());
            }
            report.damage.extend(noticed(&set, &scored));
        } else if scored.iter().all(|(line, _)| line.human.is_empty()) {
            return Err(format!("{}: the lines have neither \"human\" ratings nor a \"kind\"", path.display()).into());
        }
        if scored.iter().any(|(line, _)| !line.human.is_empty())
            && units(&scored).iter().filter(|(human, _)| !human.is_empty()).count() < FEWEST
        {
            return Err(format!("{}: a correlation needs at least {FEWEST} rated texts", path.display()).into());
        }
        report.agreements.extend(agreements(&set, &scored));
    }
    let mut out = std::io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
        return Ok(());
    }
    if !report.agreements.is_empty() {
        writeln!(
            out,
            "{:<20} {:<12} {:<28} {:>5} {:>6}  {:<17}given length",
            "set", "rating", "metric", "texts", "rho", "95% interval"
        )?;
    }
    for Agreement { set, metric, rating, texts, spearman, interval, partial, .. } in &report.agreements {
        let interval = interval.map_or(String::new(), |(from, to)| format!("{from:+.2} to {to:+.2}"));
        let partial = partial.map_or(String::new(), |partial| format!("{partial:+.2}"));
        let (set, rating) = (shown(set), shown(rating));
        writeln!(out, "{set:<20} {rating:<12} {metric:<28} {texts:>5} {spearman:>+6.2}  {interval:<17}{partial}")?;
    }
    for Noticed { set, metric, kind, area_under_curve, .. } in &report.damage {
        let (set, kind) = (shown(set), shown(kind));
        writeln!(out, "{set:<20} {kind:<20} {metric:<26} {area_under_curve:.2}")?;
    }
    Ok(())
}

/// Simple numbers that need no model, as baselines for the metrics.
fn baselines(text: &str) -> Outcome<Numbers> {
    let words = words(text);
    let letters: usize = words.iter().map(|word| word.chars().count()).sum();
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes())?;
    let packed = encoder.finish()?.len();
    let mut numbers = Numbers::from([("baseline: words".to_string(), words.len() as f64)]);
    if !words.is_empty() {
        numbers.insert("baseline: mean word length".into(), letters as f64 / words.len() as f64);
        numbers.insert("baseline: zlib ratio".into(), packed as f64 / text.len() as f64);
    }
    Ok(numbers)
}

/// The rated units: single texts, or groups with the mean of their numbers.
fn units(scored: &[(Line, Numbers)]) -> Vec<(&BTreeMap<String, f64>, Numbers)> {
    let mut units: Vec<(&BTreeMap<String, f64>, Vec<&Numbers>)> = Vec::new();
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    for (line, numbers) in scored {
        let unit = match &line.group {
            Some(group) => *groups.entry(group).or_insert(units.len()),
            None => units.len(),
        };
        if unit == units.len() {
            units.push((&line.human, Vec::new()));
        }
        units[unit].1.push(numbers);
    }
    let mean = |texts: Vec<&Numbers>| {
        let names = texts.first().map_or(Vec::new(), |first| first.keys().cloned().collect());
        let means = names.into_iter().filter_map(|name| {
            let values: Option<Vec<f64>> = texts.iter().map(|numbers| numbers.get(&name).copied()).collect();
            values.map(|values| (name, values.iter().sum::<f64>() / values.len() as f64))
        });
        means.collect()
    };
    units.into_iter().map(|(human, texts)| (human, mean(texts))).collect()
}

fn agreements(set: &str, scored: &[(Line, Numbers)]) -> Vec<Agreement> {
    let units = units(scored);
    let ratings: BTreeSet<&String> = units.iter().flat_map(|(human, _)| human.keys()).collect();
    let metrics: BTreeSet<&String> = units.iter().flat_map(|(_, numbers)| numbers.keys()).collect();
    let mut agreements = Vec::new();
    for rating in ratings {
        for &metric in &metrics {
            let triples: Vec<(f64, f64, f64)> = units
                .iter()
                .filter_map(|(human, numbers)| {
                    Some((*numbers.get(metric)?, *human.get(rating)?, *numbers.get("baseline: words")?))
                })
                .collect();
            if triples.len() < FEWEST {
                continue;
            }
            let columns = |sample: &[usize]| -> [Vec<f64>; 3] {
                [
                    sample.iter().map(|&at| triples[at].0).collect(),
                    sample.iter().map(|&at| triples[at].1).collect(),
                    sample.iter().map(|&at| triples[at].2).collect(),
                ]
            };
            let rank = |sample: &[usize]| {
                let [numbers, ratings, _] = columns(sample);
                spearman(&numbers, &ratings)
            };
            let partial = |sample: &[usize]| {
                let [numbers, ratings, lengths] = columns(sample);
                partial_spearman(&numbers, &ratings, &lengths)
            };
            let all: Vec<usize> = (0..triples.len()).collect();
            let Some(spearman) = rank(&all) else { continue };
            agreements.push(Agreement {
                set: set.into(),
                metric: metric.clone(),
                rating: rating.clone(),
                texts: triples.len(),
                spearman,
                interval: bootstrap(triples.len(), rank),
                partial: partial(&all),
                partial_interval: bootstrap(triples.len(), partial),
            });
        }
    }
    agreements
}

fn noticed(set: &str, scored: &[(Line, Numbers)]) -> Vec<Noticed> {
    let mut kinds: BTreeMap<&str, Vec<&Numbers>> = BTreeMap::new();
    for (line, numbers) in scored {
        kinds.entry(line.kind.as_deref().unwrap_or_default()).or_default().push(numbers);
    }
    let values = |kind: &str, metric: &str| -> Vec<f64> {
        kinds.get(kind).into_iter().flatten().filter_map(|numbers| numbers.get(metric).copied()).collect()
    };
    let metrics: BTreeSet<&String> = scored.iter().flat_map(|(_, numbers)| numbers.keys()).collect();
    let mut noticed = Vec::new();
    for (&kind, texts) in kinds.iter().filter(|&(&kind, _)| kind != WHOLE) {
        for &metric in &metrics {
            if let Some(area) = area_under_curve(&values(WHOLE, metric), &values(kind, metric)) {
                let (set, metric, kind, texts) = (set.into(), metric.clone(), kind.into(), texts.len());
                noticed.push(Noticed { set, metric, kind, texts, area_under_curve: area });
            }
        }
    }
    noticed
}
