//! Sweeps, adapters and self-evaluations: the files that they write, however they were cut, and what those tell.

use super::{MODEL, fabula, in_folder, json, lines, refuses, runs};
use serde_json::Value;

#[test]
fn a_sweep_is_the_same_however_it_was_cut() {
    in_folder("sweep", |folder| {
        let path = |name: &str| folder.join(name).to_str().unwrap().to_string();
        let read = |name: &str| std::fs::read_to_string(path(name)).unwrap();
        let grid = ["--grid", "temperature=0.5:1.5:3,min_p=0,0.1", "--seeds", "3", "--tokens", "12", "--no-library"];
        let sweep = |words: &[&str]| {
            let words = [&["sweep", "--model", MODEL], &grid[..], words].concat();
            let output = fabula(&words);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        for ending in ["csv", "jsonl"] {
            let name = |name: &str| format!("{name}.{ending}");
            sweep(&["--out", &path(&name("whole"))]);
            sweep(&["--out", &path(&name("one-core")), "--threads", "1"]);
            assert_eq!(read(&name("whole")), read(&name("one-core")));
            for shard in ["1/2", "2/2"] {
                sweep(&["--out", &path(&name(&shard[..1])), "--shard", shard]);
            }
            let parts = [path(&name("1")), path(&name("2"))];
            runs(&["merge", &parts[0], &parts[1], "--out", &path(&name("joined"))]);
            assert_eq!(read(&name("whole")), read(&name("joined")));
            refuses(&["merge", &parts[0], "--out", &path(&name("half"))], "9 stories are missing");
            // Broken off in the middle of a row.
            let whole = read(&name("whole"));
            std::fs::write(path(&name("1")), &read(&name("1"))[..700]).unwrap();
            sweep(&["--out", &parts[0], "--shard", "1/2"]);
            std::fs::remove_file(path(&name("joined"))).unwrap();
            runs(&["merge", &parts[0], &parts[1], "--out", &path(&name("joined"))]);
            assert_eq!(whole, read(&name("joined")));
        }
        // Parquet is written when all rows are there; until then they wait beside it.
        let bytes = |name: &str| std::fs::read(path(name)).unwrap();
        sweep(&["--out", &path("whole.parquet")]);
        assert!(bytes("whole.parquet").starts_with(b"PAR1") && !folder.join("whole.parquet.rows.jsonl").exists());
        for shard in ["1/2", "2/2"] {
            sweep(&["--out", &path(&format!("{}.parquet", &shard[..1])), "--shard", shard]);
        }
        runs(&["merge", &path("1.parquet"), &path("2.parquet"), "--out", &path("joined.parquet")]);
        assert_eq!(bytes("whole.parquet"), bytes("joined.parquet"));
        std::fs::remove_file(path("2.parquet")).unwrap();
        std::fs::write(path("2.parquet.rows.jsonl"), &read("2.jsonl")[..700]).unwrap();
        let unfinished = ["merge", &path("1.parquet"), &path("2.parquet"), "--out", &path("again.parquet")];
        refuses(&unfinished, "not finished");
        sweep(&["--out", &path("2.parquet"), "--shard", "2/2"]);
        runs(&unfinished);
        assert_eq!(bytes("whole.parquet"), bytes("again.parquet"));
        sweep(&["--out", &path("whole.parquet")]);
        let told = |name: &str| runs(&["findings", &path(name), "--metric", "coherence", "--json"]);
        assert_eq!(told("whole.parquet"), told("whole.csv"));
        assert_eq!(told("whole.jsonl"), told("whole.csv"));
        // A row is the story that its link writes, and the numbers are those that `generate` prints.
        let rows = lines(&folder.join("whole.jsonl"));
        assert_eq!(rows.len(), 18);
        let row = &rows[10];
        assert_eq!((&row["temperature"], &row["min_p"], &row["seed"]), (&1.0.into(), &0.1.into(), &43.into()));
        let story = json(&["--link", row["link"].as_str().unwrap()]);
        assert_eq!((&story["text"], &story["digest"]), (&row["text"], &row["digest"]));
        for (name, value) in row["numbers"].as_object().unwrap() {
            assert!(story["numbers"][name] == *value || name.starts_with("session") || name == "self_bleu", "{name}");
        }
        let whole = path("whole.csv");
        let again = ["sweep", "--model", MODEL, "--out", &whole];
        refuses(&[&again[..], &["--grid", "temperature=1"]].concat(), "another sweep");
        std::fs::remove_file(path("whole.csv.protocol.json")).unwrap();
        refuses(&[&again[..], &grid].concat(), "protocol");
        refuses(&["sweep", "--model", MODEL, "--out", &path("x.txt")], ".csv, .jsonl or .parquet");
        refuses(&["sweep", "--model", MODEL, "--out", &path("x.csv"), "--grid", "heat=1"], "heat");
        refuses(&["sweep", "--model", MODEL, "--out", &path("x.csv"), "--shard", "3/2"], "I/N");
        std::fs::write(path("prompts.txt"), format!("The king\n{}\n", "king ".repeat(700))).unwrap();
        refuses(
            &["sweep", "--model", MODEL, "--out", &path("x.csv"), "--prompts", &path("prompts.txt")],
            "prompt 2 (\"king king",
        );
        let link = "#v=1&adapter=poet@00000000&strength=0&n=4";
        refuses(
            &["sweep", "--model", MODEL, "--out", &path("x.csv"), "--link", link, "--grid", "strength=0,1"],
            "--adapter",
        );
        assert!(!folder.join("x.csv").exists() && !folder.join("x.csv.protocol.json").exists());
        // More parts than stories: one is empty, wherever it stands.
        let few = ["--grid", "temperature=0.5", "--seeds", "2", "--tokens", "4", "--no-library"];
        let shards: Vec<String> = (1..=3).map(|part| path(&format!("few-{part}.csv"))).collect();
        for (part, out) in shards.iter().enumerate() {
            runs(
                &[&["sweep", "--model", MODEL, "--out", out, "--shard", &format!("{}/3", part + 1)], &few[..]].concat(),
            );
        }
        for (name, order) in [("last", [0, 1, 2]), ("first", [2, 0, 1])] {
            let [a, b, c] = order.map(|at: usize| shards[at].as_str());
            runs(&["merge", a, b, c, "--out", &path(&format!("few-{name}.csv"))]);
        }
        assert_eq!(read("few-first.csv"), read("few-last.csv"));
    });
}

#[test]
fn an_adapter_is_blended_in() {
    const POET: &str = "models/poet";
    let words = ["--prompt", "The moon", "--tokens", "24", "--seed", "5"];
    let story = |more: &[&str]| json(&[&words[..], more].concat());
    let base = story(&[]);
    let none = story(&["--adapter", POET, "--strength", "0"]);
    assert_eq!((&none["token_ids"], &none["surprisal_bits"]), (&base["token_ids"], &base["surprisal_bits"]));
    let whole = story(&["--adapter", POET]);
    assert_ne!(whole["token_ids"], base["token_ids"]);
    assert_eq!(story(&["--adapter", POET, "--strength", "1"])["digest"], whole["digest"]);
    // Its link has the adapter and the strength, and repeats the story.
    let half = story(&["--adapter", POET, "--strength", "0.5"]);
    let link = half["link"].as_str().unwrap();
    assert!(link.contains("adapter=poet@") && link.contains("strength=0.5"), "{link}");
    assert_eq!(json(&["--adapter", POET, "--link", link])["digest"], half["digest"]);
    refuses(&["generate", "--model", MODEL, "--link", link], "give its folder with --adapter");
    refuses(&["generate", "--model", MODEL, "--adapter", POET, "--strength", "0.2", "--link", link], "--strength");
    refuses(&["generate", "--model", MODEL, "--adapter", POET, "--strength", "1.6"], "strength");
    refuses(&["generate", "--model", MODEL, "--strength", "0.5"], "--adapter");
    refuses(&["generate", "--model", "tests/corpus/tiny.gguf", "--adapter", POET], "adapter");
    refuses(&["generate", "--model", MODEL, "--adapter", "no/such/folder"], "no/such/folder");
}

#[test]
fn a_self_evaluation_is_the_same_however_it_was_cut() {
    in_folder("judge", |folder| {
        let path = |name: &str| folder.join(name).to_str().unwrap().to_string();
        let read = |name: &str| std::fs::read_to_string(path(name)).unwrap();
        std::fs::write(path("prompts.txt"), "The king had a secret.\n\nThe sea was calm.\r\n").unwrap();
        let prompts = path("prompts.txt");
        let common = ["--model", MODEL, "--seeds", "2", "--tokens", "48", "--temperature", "1", "--no-library"];
        for (way, sizes) in
            [("best-of", ["--drafts", "4", "--seed", "1"]), ("revise", ["--redrafts", "2", "--rounds", "2"])]
        {
            let name = |name: &str| format!("{way}-{name}.jsonl");
            let words = |out: &str, more: &[&str]| {
                let out = path(&name(out));
                let words = [&["judge", way, "--prompts", &prompts, "--out", &out], &common[..], &sizes, more].concat();
                words.into_iter().map(String::from).collect::<Vec<_>>()
            };
            let judge =
                |out: &str, more: &[&str]| runs(&words(out, more).iter().map(String::as_str).collect::<Vec<_>>());
            let said = judge("whole", &[]);
            assert!(said.contains("4 pairs, 2 prompts") && said.contains("prompts are the least"), "{said}");
            assert_eq!(runs(&["findings", &path(&name("whole"))]), said);
            refuses(&["findings", &path(&name("whole")), "--metric", "score"], "leave out --metric and --axis");
            assert!(said.contains("was not tested"), "{said}");
            std::fs::write(path("twice.jsonl"), read(&name("whole")).repeat(2)).unwrap();
            std::fs::copy(path(&name("whole")) + ".protocol.json", path("twice.jsonl.protocol.json")).unwrap();
            refuses(&["findings", &path("twice.jsonl")], "do not match its protocol");
            judge("one-core", &["--threads", "1"]);
            assert_eq!(read(&name("whole")), read(&name("one-core")));
            // Broken off in the middle of the second line.
            let whole = read(&name("whole"));
            let second = whole.find('\n').unwrap() + 1;
            std::fs::write(path(&name("one-core")), &whole[..second + 100]).unwrap();
            let begun = runs(&["findings", &path(&name("one-core"))]);
            assert!(begun.contains("based on 1 of 4 stories"), "{begun}");
            let report: Value = serde_json::from_str(&judge("one-core", &["--json"])).unwrap();
            assert_eq!(read(&name("one-core")), whole);
            assert_eq!(
                said.lines().collect::<Vec<_>>(),
                report["findings"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect::<Vec<_>>()
            );
            assert_eq!((&report["effects"][0]["metric"], &report["pairs"]), (&"coherence".into(), &4.into()));
            assert_eq!(
                report["protocol"]["prompts"],
                serde_json::json!(["The king had a secret.", "The sea was calm."])
            );
            let rows = lines(&folder.join(name("whole")));
            for told in [&rows[3]["judged"], &rows[3]["control"]] {
                let story = json(&["--link", told["link"].as_str().unwrap()]);
                assert_eq!((&story["text"], &story["digest"]), (&told["text"], &told["digest"]));
                for (name, value) in told["numbers"].as_object().unwrap() {
                    let others =
                        name.starts_with("session") || ["self_bleu", "score", "relevance"].contains(&name.as_str());
                    assert!(others || story["numbers"][name] == *value, "{name}");
                }
                assert_eq!(told["numbers"]["relevance"], story["percentiles"]["relevance_bits"]);
            }
            let mut other = words("whole", &["--weights", "coherence=1"]);
            refuses(&other.iter().map(String::as_str).collect::<Vec<_>>(), "another experiment");
            *other.last_mut().unwrap() = "wit=1".into();
            refuses(&other.iter().map(String::as_str).collect::<Vec<_>>(), "is not a weight");
            *other.last_mut().unwrap() = "novelty=1".into();
            refuses(&other.iter().map(String::as_str).collect::<Vec<_>>(), "novelty needs a library");
        }
        let refused = |words: &[&str], word: &str| {
            refuses(&[&["judge", "best-of", "--model", MODEL, "--no-library"], words].concat(), word)
        };
        let out = path("x.jsonl");
        refused(&["--out", &path("x.csv")], ".jsonl");
        refused(&["--out", &out, "--drafts", "0"], "drafts");
        refused(&["--out", &out, "--prompts", &path("none.txt")], "none.txt");
        std::fs::write(path("empty.txt"), "\n\n").unwrap();
        refused(&["--out", &out, "--prompts", &path("empty.txt")], "no prompt");
        assert!(!folder.join("x.jsonl").exists(), "what is refused leaves no file");
    });
}

#[test]
fn a_sweep_of_several_prompts_and_what_it_tells() {
    in_folder("prompts", |folder| {
        let path = |name: &str| folder.join(name).to_str().unwrap().to_string();
        std::fs::write(path("prompts.txt"), "The king\n\n  \nA small, odd owl\n").unwrap();
        let grid = ["--grid", "temperature=0.2,2", "--seeds", "3", "--tokens", "16", "--no-library"];
        let sweep = |out: &str| {
            runs(&[&["sweep", "--model", MODEL, "--prompts", &path("prompts.txt"), "--out", out], &grid[..]].concat());
        };
        let (csv, jsonl) = (path("sweep.csv"), path("sweep.jsonl"));
        sweep(&csv);
        sweep(&jsonl);
        let rows = lines(&folder.join("sweep.jsonl"));
        assert_eq!(rows.len(), 2 * 2 * 3);
        // Run 10 is cell 1, prompt 1, seed 1.
        let row = &rows[10];
        assert_eq!((&row["cell"], &row["prompt"], &row["seed"]), (&1.into(), &1.into(), &43.into()));
        let story = json(&["--prompt", "A small, odd owl", "--temperature", "2", "--seed", "43", "--tokens", "16"]);
        assert_eq!((&story["text"], &story["digest"]), (&row["text"], &row["digest"]));
        assert!(std::fs::read_to_string(&csv).unwrap().starts_with("run,cell,prompt,temperature,seed,ended,digest,"));

        // Six pairs, one comparison: enough to tell what temperature 2 does.
        let told = runs(&["findings", &csv]);
        assert!(told.contains("surprise along temperature:\n  Mean: "), "{told}");
        // Surprise comes last.
        let mean = told.lines().rev().find_map(|line| line.strip_prefix("  Mean: ")).unwrap();
        assert!(mean.contains("% at 0.2, ") && mean.ends_with("% at 2"), "as the page writes shares: {mean}");
        assert!(told.contains("no two stories of one seed have a value for novelty"), "{told}");
        assert!(!told.contains("same prompt"), "{told}");
        let all: Value =
            serde_json::from_str(&runs(&["findings", &jsonl, "--json", "--metric", "mean_log_probability_bits"]))
                .unwrap();
        assert_eq!(
            all,
            serde_json::from_str::<Value>(&runs(&[
                "findings",
                &csv,
                "--json",
                "--metric",
                "mean_log_probability_bits"
            ]))
            .unwrap()
        );
        let finding = &all["findings"][0]["finding"];
        assert_eq!(finding["comparisons"][0]["test"]["pairs"], 6);
        let sentence = finding["sentences"][0].as_str().unwrap();
        assert!(
            sentence.starts_with("Log-probability per token: significantly lower at temperature 2 than at 0.2"),
            "{sentence}"
        );

        refuses(&["findings", &csv, "--metric", "wit"], "no number \"wit\"");
        refuses(&["findings", &csv, "--axis", "top_p"], "no axis \"top_p\"");
        refuses(&["findings", &path("nothing.csv")], "protocol");
        refuses(&["findings", &path("x.txt")], ".csv, .jsonl or .parquet");
        std::fs::write(path("empty.txt"), "\n \n").unwrap();
        let words = ["sweep", "--model", MODEL, "--out", &path("y.csv"), "--prompts"];
        refuses(&[&words[..], &[&path("empty.txt")]].concat(), "has no prompts");
        refuses(&[&words[..], &[&path("prompts.txt"), "--prompt", "x"]].concat(), "cannot be used with");
    });
}
