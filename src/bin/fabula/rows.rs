//! Rows of a sweep as a Parquet file.

use crate::common::{Outcome, in_file};
use fabula::experiment::Row;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::Field;
use parquet::schema::parser::parse_message_type;
use serde_json::{Map, Number, Value, json};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// A number's name plus this is the column of its percentile.
const PERCENTILE: &str = "_percentile";
const TOKENS: &str = "tokens";

/// A column of a Parquet file.
enum Column {
    Whole(Vec<i64>),
    Text(Vec<ByteArray>),
    /// Null where a story has no such number.
    Number(Vec<Option<f64>>),
}

/// All columns of some rows, by name: those of CSV, percentiles, and the text.
fn columns(rows: &[Row]) -> Vec<(String, Column)> {
    let whole = |of: fn(&Row) -> usize| Column::Whole(rows.iter().map(|row| of(row) as i64).collect());
    let text = |of: fn(&Row) -> &str| Column::Text(rows.iter().map(|row| of(row).into()).collect());
    let names = |of: fn(&Row) -> Vec<&String>| rows.iter().flat_map(of).collect::<BTreeSet<_>>();
    let mut all = vec![("run".to_string(), whole(|row| row.run)), ("cell".into(), whole(|row| row.cell))];
    if rows.iter().any(|row| row.prompt.is_some()) {
        all.push(("prompt".into(), whole(|row| row.prompt.unwrap_or_default())));
    }
    for name in names(|row| row.values.keys().collect()) {
        all.push((name.clone(), Column::Number(rows.iter().map(|row| row.values.get(name).copied()).collect())));
    }
    // The numbers may already include it.
    if !rows.iter().any(|row| row.numbers.contains_key(TOKENS)) {
        all.push((TOKENS.into(), whole(|row| row.tokens)));
    }
    all.extend([
        ("seed".to_string(), whole(|row| row.seed as usize)),
        ("ended".into(), text(|row| row.ended.name())),
        ("digest".into(), text(|row| &row.digest)),
        ("link".into(), text(|row| &row.link)),
        ("text".into(), text(|row| &row.text)),
    ]);
    for name in names(|row| row.numbers.keys().collect()) {
        all.push((name.clone(), Column::Number(rows.iter().map(|row| row.number(name)).collect())));
    }
    for name in names(|row| row.percentiles.keys().collect()) {
        let column = rows.iter().map(|row| row.percentiles.get(name).copied()).collect();
        all.push((format!("{name}{PERCENTILE}"), Column::Number(column)));
    }
    all
}

/// Writes rows as Parquet, with a typed column for each setting, number and percentile, the link and the text.
pub fn write_parquet(path: &Path, rows: &[Row]) -> Outcome {
    let columns = columns(rows);
    let fields = columns.iter().map(|(name, column)| match column {
        Column::Whole(_) => format!("required int64 {name};"),
        Column::Text(_) => format!("required binary {name} (string);"),
        Column::Number(_) => format!("optional double {name};"),
    });
    let schema = format!("message sweep {{ {} }}", fields.collect::<String>());
    let write = || -> parquet::errors::Result<()> {
        let schema = Arc::new(parse_message_type(&schema)?);
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let mut writer = SerializedFileWriter::new(File::create(path)?, schema, Arc::new(properties))?;
        let mut group = writer.next_row_group()?;
        for (_, column) in &columns {
            let Some(mut into) = group.next_column()? else { break };
            match column {
                Column::Whole(values) => into.typed::<Int64Type>().write_batch(values, None, None)?,
                Column::Text(values) => into.typed::<ByteArrayType>().write_batch(values, None, None)?,
                Column::Number(values) => {
                    let there: Vec<i16> = values.iter().map(|value| value.is_some().into()).collect();
                    let values: Vec<f64> = values.iter().copied().flatten().collect();
                    into.typed::<DoubleType>().write_batch(&values, Some(&there), None)?
                }
            };
            into.close()?;
        }
        group.close()?;
        writer.close()?;
        Ok(())
    };
    write().map_err(|error| in_file(path, error))
}

/// Reads a file written by [`write_parquet`]. `axes` names the swept settings.
pub fn read_parquet(path: &Path, axes: &[&str]) -> Outcome<Vec<Row>> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(|error| in_file(path, error))?;
    let reader = SerializedFileReader::new(file).map_err(|error| wrong(&error))?;
    let mut rows = Vec::new();
    for record in reader.get_row_iter(None).map_err(|error| wrong(&error))? {
        let record = record.map_err(|error| wrong(&error))?;
        let (mut row, mut numbers, mut percentiles) = (Map::new(), Map::new(), Map::new());
        for (name, field) in record.get_column_iter() {
            let value = match field {
                Field::Long(whole) => json!(whole),
                Field::Str(text) => json!(text),
                Field::Double(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
                _ => Value::Null,
            };
            let is_number = matches!(field, Field::Double(_) | Field::Null) && !axes.contains(&name.as_str());
            match name.strip_suffix(PERCENTILE) {
                Some(name) if is_number => {
                    if !value.is_null() {
                        percentiles.insert(name.into(), value);
                    }
                }
                _ if is_number => _ = numbers.insert(name.clone(), value),
                _ => _ = row.insert(name.clone(), value),
            }
        }
        if let Some(tokens) = numbers.get(TOKENS).and_then(Value::as_f64) {
            row.insert(TOKENS.into(), json!(tokens as usize));
        }
        row.extend([("numbers".into(), numbers.into()), ("percentiles".into(), percentiles.into())]);
        let row = serde_json::from_value(row.into());
        rows.push(row.map_err(|error| wrong(&format!("row {} is not a row of a sweep: {error}", rows.len() + 1)))?);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(run: usize, novelty: Value) -> Row {
        let json = json!({
            "run": run, "cell": 1, "temperature": 0.1 + 0.2, "seed": 43, "tokens": 2, "ended": "length", "digest": "00000000",
            "link": "#v=1", "numbers": {"coherence": 1.0 / 3.0, "novelty": novelty}, "percentiles": {"coherence": 0.25}, "text": "a\n\"b\" ä"
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn parquet_gives_every_row_back() {
        let path = std::env::temp_dir().join(format!("fabula-rows-{}.parquet", std::process::id()));
        let rows = [row(0, Value::Null), row(1, json!(0.75))];
        let counted = rows.clone().map(|mut row| {
            row.numbers.insert(TOKENS.into(), json!(2.0));
            row
        });
        write_parquet(&path, &counted).unwrap();
        assert_eq!(read_parquet(&path, &["temperature"]).unwrap(), counted);
        write_parquet(&path, &rows).unwrap();
        let first = std::fs::read(&path).unwrap();
        assert_eq!(read_parquet(&path, &["temperature"]).unwrap(), rows);
        write_parquet(&path, &rows).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), first, "the same rows, the same file");
        std::fs::write(&path, "no parquet").unwrap();
        let error = read_parquet(&path, &[]).unwrap_err().to_string();
        assert!(error.starts_with(path.to_str().unwrap()), "{error}");
        std::fs::remove_file(path).unwrap();
    }
}
