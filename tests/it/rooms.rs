//! The rooms of src/ stand in CONTRIBUTING.md in an order, and each uses only those above it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{read_dir, read_to_string};
use std::path::Path;

/// Every Rust file under a folder, by its path from there, with the names that follow any of `prefixes` outside comments.
fn uses(folder: &Path, prefixes: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    fn walk(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(folder, &mut files);
    let read = |path: &std::path::PathBuf| {
        let text = read_to_string(path).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let after = prefixes.iter().flat_map(|prefix| code.split(prefix).skip(1));
        let name = |rest: &str| {
            rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap().to_string()
        };
        let names: BTreeSet<String> = after.map(name).collect();
        (path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/"), names)
    };
    files.iter().map(read).collect()
}

/// The first part of a path, without its extension.
fn first(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap()
}

#[test]
fn a_room_uses_only_rooms_above_it() {
    let table = read_to_string("CONTRIBUTING.md").unwrap();
    let mut rooms: Vec<&str> = table.lines().filter_map(|line| Some(first(line.strip_prefix("| `src/")?))).collect();
    rooms.dedup();
    let place = |room: &str| rooms.iter().position(|&known| known == room);
    assert!(place("model") == Some(0) && place("web") > place("protocol"), "{rooms:?}");
    let (web, bin) = (place("web"), place("bin"));
    for (file, names) in uses(Path::new("src"), &["crate::"]) {
        // The command line is a crate of its own, whose `crate` is not the house.
        if file == "lib.rs" || first(&file) == "bin" {
            continue;
        }
        let own = place(first(&file));
        assert!(own.is_some(), "CONTRIBUTING.md does not know the room of src/{file}");
        for name in names {
            let used = place(&name);
            assert!(used.is_some(), "src/{file} uses crate::{name}, which is no room of CONTRIBUTING.md");
            assert!(used <= own, "src/{file} uses crate::{name}, a room below its own");
            assert!(
                used == own || (used != web && used != bin),
                "src/{file} uses crate::{name}, which nothing may use"
            );
        }
    }
}

#[test]
fn no_files_of_web_use_each_other_in_a_circle() {
    // A file and the folder of its name are one.
    let mut waiting: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, names) in uses(Path::new("src/web"), &["use super::", "crate::web::"]) {
        let own = first(&file).to_string();
        if own != "mod" {
            waiting.entry(own).or_default().extend(names);
        }
    }
    let known: BTreeSet<String> = waiting.keys().cloned().collect();
    for (own, names) in &mut waiting {
        names.retain(|name| known.contains(name) && name != own);
    }
    while let Some(free) = waiting.iter().find(|(_, names)| names.is_empty()).map(|(own, _)| own.clone()) {
        waiting.remove(&free);
        for names in waiting.values_mut() {
            names.remove(&free);
        }
    }
    assert!(waiting.is_empty(), "these use each other: {waiting:?}");
}
