//! Writes `www/protocol.d.ts`, which lists the messages for the page, from the types of this room and of those above it:
//! `FABULA_WRITE_PROTOCOL=1 cargo test --release --lib protocol`.

use super::{ModelReport, Numbers, Report, experiments, library, stories};
use std::collections::BTreeMap;
use ts_rs::{Config, TS, TypeVisitor};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/protocol.d.ts");

const HEAD: &str = "\
// The messages between the page and its workers. Generated, not edited: src/protocol/ has the types and says more about each message.
// FABULA_WRITE_PROTOCOL=1 cargo test --release --lib protocol
";

/// What the page makes of messages, or knows them by.
const TAIL: &str = r#"
/** A finished story as it is kept, exported and found in example.json. Records of earlier engine revisions lack some lists. */
export type StoryRecord = Omit<DoneMessage, "type" | "id" | "memory_bytes" | OfOneMachine | AddedLater> &
  Partial<Pick<DoneMessage, AddedLater>> &
  Record<OfOneMachine, number | null>;
type OfOneMachine = "seconds" | "tokens_per_second";
type AddedLater = "entropy_bits" | "ranks";

/** The `row` of a message that answers a request to judge. */
export type JudgeRow = Exclude<RowMessage["row"], Row>;
"#;

#[test]
fn the_page_knows_these_messages() {
    let found = typescript();
    if std::env::var_os("FABULA_WRITE_PROTOCOL").is_some() {
        std::fs::write(FILE, &found).unwrap();
    }
    let written = std::fs::read_to_string(FILE).unwrap();
    let differs = found.lines().zip(written.lines()).find(|(found, written)| found != written);
    assert!(
        found == written,
        "www/protocol.d.ts is out of date; src/protocol/typescript.rs says how to write it: {differs:?}"
    );
}

/// The whole file: for each worker its messages, then the types that these are made of.
fn typescript() -> String {
    let mut file =
        File { config: Config::new().with_large_int("number"), messages: Vec::new(), types: BTreeMap::new() };
    // In messages its fields stand among the others.
    file.visit::<Numbers>();
    let reports = file.messages::<Report>("Message", "");
    let model_reports = file.messages::<ModelReport>("Message", "");
    let both = || reports.iter().chain(&model_reports).cloned().collect();
    file.worker::<stories::Request, stories::Answer>("Worker", both());
    file.worker::<library::Request, library::Answer>("Library", reports.clone());
    file.worker::<experiments::Request, experiments::Answer>("Experiments", both());
    let types = file.types.into_values();
    let all: Vec<String> = file.messages.into_iter().map(|(_, text)| text).chain(types).collect();
    format!("{HEAD}\n{}{TAIL}", all.join("\n"))
}

struct File {
    config: Config,
    /// The name and the declaration of each.
    messages: Vec<(String, String)>,
    /// What is declared under each name.
    types: BTreeMap<String, String>,
}

impl File {
    /// Declares what a worker is asked and what it says, its reports included.
    fn worker<Request: TS + 'static, Answer: TS + 'static>(&mut self, worker: &str, reports: Vec<String>) {
        let requests = self.messages::<Request>("Request", worker);
        let answers = [self.messages::<Answer>("Message", worker), reports].concat();
        for (name, all) in [(format!("To{worker}"), requests), (format!("From{worker}"), answers)] {
            let text = format!("export type {name} =\n  | {};\n", all.join("\n  | "));
            self.messages.push((name, text));
        }
    }

    /// Declares each variant of an enum as a message, by its tag; `worker` stands before a name that another has. Returns the names.
    fn messages<Messages: TS + 'static>(&mut self, kind: &str, worker: &str) -> Vec<String> {
        Messages::visit_dependencies(self);
        let union = Messages::inline(&self.config);
        let mut names = Vec::new();
        for variant in variants(&union) {
            let tag = variant.split('"').nth(3).expect("a message has a type");
            let mut name = tag.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<String>() + kind;
            let declaration = |name: &str| pretty(&format!("export type {name} = {};", variant.trim()));
            let taken = self.messages.iter().find(|(taken, _)| *taken == name);
            if taken.is_some_and(|(_, other)| *other != declaration(&name)) {
                name.insert_str(0, worker);
            }
            let message = (name.clone(), declaration(&name));
            if !self.messages.contains(&message) {
                self.messages.push(message);
            }
            names.push(name);
        }
        names
    }
}

impl TypeVisitor for File {
    fn visit<Type: TS + 'static + ?Sized>(&mut self) {
        // What is TypeScript's own has no file.
        if Type::output_path().is_none() {
            return;
        }
        let text = format!("{}export {}", Type::docs().unwrap_or_default(), Type::decl(&self.config));
        match self.types.insert(Type::ident(&self.config), pretty(&text)) {
            None => Type::visit_dependencies(self),
            Some(earlier) => assert_eq!(earlier, pretty(&text), "two types have one name"),
        }
    }
}

/// A declaration in pieces: comments, strings, and single characters.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let length = match rest.chars().next()? {
            '"' => rest[1..].find('"')? + 2,
            '/' => rest.find("*/")? + 2,
            one => one.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        Some(piece)
    })
}

/// The members of a union.
fn variants(union: &str) -> Vec<String> {
    let (mut all, mut depth) = (vec![String::new()], 0);
    for piece in pieces(union) {
        match piece {
            "{" | "[" | "(" | "<" => depth += 1,
            "}" | "]" | ")" | ">" => depth -= 1,
            _ => {}
        }
        match piece {
            "|" if depth == 0 => all.push(String::new()),
            piece => all.last_mut().expect("one at least").push_str(piece),
        }
    }
    all
}

/// Writes a declaration with a line for each field.
fn pretty(declaration: &str) -> String {
    let mut text = String::new();
    // Of each open bracket, whether it holds fields.
    let mut open: Vec<bool> = Vec::new();
    let mut rest = declaration;
    for piece in pieces(declaration) {
        rest = &rest[piece.len()..];
        let closes = matches!(piece, "}" | "]" | ")" | ">");
        let was_fields = if closes { open.pop() == Some(true) } else { open.last() == Some(&true) };
        match piece {
            "{" | "[" | "(" | "<" => open.push(piece == "{" && !rest.starts_with(" [key in ")),
            _ => {}
        }
        let line = "\n".to_string() + &"  ".repeat(open.iter().filter(|&&fields| fields).count());
        match piece {
            "}" if was_fields => text.truncate(text.trim_end_matches([' ', '\n', ';']).len()),
            " " | "\n" if text.ends_with([' ', '\n']) => continue,
            _ => {}
        }
        match piece {
            "{" if open.last() == Some(&true) => text.extend(["{", &line]),
            "}" if was_fields => text.extend([";", &line, "}"]),
            "," if was_fields => text.extend([";", &line]),
            comment if comment.starts_with("/*") => {
                // Rust's links lead nowhere here.
                let comment = comment.replace("[`", "`").replace("`]", "`");
                let lines: Vec<&str> = comment.lines().map(str::trim).collect();
                match &lines[..] {
                    [first, only, last] => text.extend([first, &only[1..], " ", last]),
                    lines => text.push_str(&lines.join(&(line.clone() + " "))),
                }
                text.push_str(&line);
            }
            name if rest.starts_with(':') => text.push_str(name.trim_matches('"')),
            piece => text.push_str(piece),
        }
    }
    text + "\n"
}
