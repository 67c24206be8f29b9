//! `fabula index` builds a library; `fabula trace` searches it.

use crate::common::{Outcome, Output, in_file, lines, read, text};
use crate::terminal::shown;
use clap::Args;
use fabula::library::{Book, COMMON, Document, Found, Library, SHORTEST_SPAN, Span, build, words};
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;

/// One in this many documents is held out of training, and so of the library.
pub const HELD_OUT: usize = 97;
/// Most books listed per span.
const BOOKS: usize = 5;

#[derive(Args)]
pub struct IndexArguments {
    /// File with one document per line: {"shelf", "title", "author", "text"}
    #[arg(long)]
    input: PathBuf,
    /// Library file to write
    #[arg(long)]
    output: PathBuf,
    /// Leave out every Nth document, starting with the first; 0 leaves out none
    #[arg(long, default_value_t = HELD_OUT)]
    held_out: usize,
}

#[derive(Args)]
pub struct TraceArguments {
    /// Text file to search
    file: PathBuf,
    /// Library file written by `fabula index`
    #[arg(long, default_value = "models/fable-9m/library.fabulib")]
    library: PathBuf,
    /// Print one JSON object per span
    #[arg(long)]
    json: bool,
}

/// A document of the training texts.
#[derive(serde::Deserialize)]
pub struct Line {
    #[serde(flatten)]
    pub book: Book,
    #[serde(deserialize_with = "fabula::model::plain_string")]
    pub text: String,
}

pub fn index(arguments: IndexArguments) -> Outcome {
    let IndexArguments { input, output, held_out } = arguments;
    let held = |index: usize| index.checked_rem(held_out) == Some(0);
    let mut out = Output::create(&output, &[&input])?;
    let lines = lines::<Line>(&input)?;
    let all = lines.len();
    let documents: Vec<Document> = lines
        .into_iter()
        .enumerate()
        .filter(|&(index, _)| !held(index))
        .map(|(_, Line { book, text })| Document { book, text })
        .collect();
    let file = build(&documents)?;
    let (documents, books, words) = Library::open(&file)?.size();
    out.write_all(&file)?;
    out.finish()?;
    writeln!(
        std::io::stdout(),
        "{documents} of {all} documents (the rest are held out), {books} books, {words} words, {} bytes",
        file.len()
    )?;
    Ok(())
}

/// What `trace --json` prints per span.
#[derive(Serialize)]
struct Traced<'a> {
    text: &'a str,
    #[serde(flatten)]
    span: Span,
    books: Vec<Found>,
}

pub fn trace(arguments: TraceArguments) -> Outcome {
    let TraceArguments { file, library: path, json } = arguments;
    let text = text(&file)?;
    if !path.exists() {
        return Err(format!("no library found at {}; give one with --library", path.display()).into());
    }
    let library = Library::open(&read(&path)?).map_err(|error| in_file(&path, error))?;
    let mut out = std::io::stdout().lock();
    let spans = library.spans(&text);
    if spans.is_empty() && !json {
        writeln!(
            out,
            "No copied spans found (a span has {SHORTEST_SPAN} or more words, at least two of them not among the library's {COMMON} most common)."
        )?;
    }
    for span in spans {
        let copied = &text[span.bytes.clone()];
        let books = library.books(&words(copied), BOOKS);
        if json {
            serde_json::to_writer(&mut out, &Traced { text: copied, span, books })?;
            writeln!(out)?;
            continue;
        }
        let copied = copied.split_whitespace().collect::<Vec<_>>().join(" ");
        let times = if span.occurrences == 1 { "once".into() } else { format!("{} times", span.occurrences) };
        writeln!(out, "{} words, {times}: {}", span.words.len(), shown(&copied))?;
        for Found { book, occurrences, passage } in books {
            let sentence = format!("{}[{}]{}", passage.before, passage.span, passage.after);
            let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
            let (title, author, sentence) = (shown(&book.title), shown(&book.author), shown(&sentence));
            writeln!(out, "    {title}, {author} ({occurrences}): {sentence}")?;
        }
    }
    Ok(())
}
