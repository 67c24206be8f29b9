//! The program as a user meets it: what it prints, and how it fails.

mod experiments;

use serde_json::Value;
use std::process::{Command, Output};

const MODEL: &str = "models/fable-9m/fable-9m-q8_0.gguf";

fn fabula(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fabula")).args(arguments).output().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = fabula(&[&["generate", "--model", MODEL, "--json"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// One line on stderr that contains `word`, nothing on stdout, and a failure.
fn refuses(arguments: &[&str], word: &str) {
    let output = fabula(arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{arguments:?}");
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(message.starts_with("fabula: ") && message.contains(word), "{message}");
    assert!(output.stdout.is_empty());
}

#[test]
fn json_has_what_was_promised() {
    let report =
        json(&["--prompt", "The king", "--temperature", "0.8", "--top-p", "0.95", "--seed", "42", "--tokens", "16"]);
    for field in ["text", "token_ids", "surprisal_bits", "digest", "numbers", "settings", "model", "seconds", "link"] {
        assert!(!report[field].is_null(), "{field}");
    }
    assert_eq!(report["token_ids"].as_array().unwrap().len(), 16);
    assert_eq!(report["surprisal_bits"].as_array().unwrap().len(), 16);
    assert_eq!(report["settings"]["temperature"], 0.8);
    assert!(report["numbers"]["session_novelty"].is_null(), "there is no earlier story");
}

#[test]
fn without_json_it_prints_prompt_and_story() {
    let output = fabula(&["generate", "--model", MODEL, "--prompt", "The king", "--tokens", "16"]);
    let report = json(&["--prompt", "The king", "--tokens", "16"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("The king{}\n", report["text"].as_str().unwrap()));
}

#[test]
fn the_chain_is_set_by_name_by_preset_and_by_link() {
    let short = ["--seed", "9", "--tokens", "24"];
    let with = |words: &[&str]| json(&[&short, words].concat());
    let bent = with(&["--min-p", "0.1", "--presence-penalty", "-0.5", "--force", "3:500,4:501"]);
    assert_eq!(bent["settings"]["options"], serde_json::json!({"min_p": 0.1, "presence_penalty": -0.5}));
    assert_eq!(bent["settings"]["forced"], serde_json::json!([[3, 500], [4, 501]]));
    assert_eq!(bent["token_ids"][3], 500);
    let link = bent["link"].as_str().unwrap();
    let again = json(&["--link", link]);
    assert_eq!((&again["token_ids"], &again["settings"]), (&bent["token_ids"], &bent["settings"]));
    assert_eq!(with(&["--preset", "Greedy"])["token_ids"], with(&["--temperature", "0"])["token_ids"]);
    assert_eq!(with(&["--preset", "bold", "--temperature", "0.3"])["settings"]["temperature"], 0.3);
    refuses(&["generate", "--model", MODEL, "--min-p", "2"], "min_p");
    refuses(&["generate", "--model", MODEL, "--top-k", "1.5"], "integer");
    refuses(&["generate", "--model", MODEL, "--chain-order", "top_k,top_q"], "stage");
    refuses(&["generate", "--model", MODEL, "--chain-order", "top_k,top_k"], "twice");
    refuses(&["generate", "--model", MODEL, "--force", "3"], "PLACE:TOKEN");
    refuses(&["generate", "--model", MODEL, "--force", "3:99999"], "vocabulary");
    refuses(&["generate", "--model", MODEL, "--preset", "wild"], "greedy, cautious");
    refuses(&["generate", "--model", MODEL, "--link", "#v=1", "--min-p", "0.1"], "cannot be used with");
}

#[test]
fn a_link_is_held_to_its_promise() {
    let link = json(&["--tokens", "8"])["link"].as_str().unwrap().to_string();
    let said = |link: &str| {
        let output = fabula(&["generate", "--model", MODEL, "--link", link]);
        let words = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.success(), !words.contains("not the same story"), "{words}");
        words
    };
    assert!(said(&format!("https://example.org/x/{link}")).contains("reproduced exactly"));
    assert!(said(&link.replace("seed=42", "seed=43")).contains("the tokens differ"));
    assert!(said(&link.replace("seed=42", "seed=43").replace("engine=2", "engine=1")).contains("engine revision 1"));
    let (before, after) = link.split_once("fable-9m@").unwrap();
    let older = format!("{before}fable-9m@00000000{}", &after[8..]).replace("seed=42", "seed=43");
    assert!(said(&older).contains("the link was made with the model fable-9m@00000000"));
    assert!(said("#v=1&n=4&t=hot").contains("temperature"));
    refuses(&["generate", "--model", MODEL, "--link", "hello"], "not the link of a story");
    refuses(&["sweep", "--model", MODEL, "--out", "no.csv", "--link", "#x=1&e=sweep&seeds=2"], "link of an experiment");
}

#[test]
fn an_earlier_story_is_compared() {
    in_folder("earlier", |folder| {
        let file = folder.join("story.txt");
        std::fs::write(&file, json(&["--tokens", "32"])["text"].as_str().unwrap()).unwrap();
        let again = json(&["--tokens", "32", "--earlier", file.to_str().unwrap()]);
        assert_eq!(again["numbers"]["session_novelty"], 0.0);
    });
}

#[test]
fn perplexity_measures_text_and_documents() {
    let folder = std::env::temp_dir().join(format!("fabula-perplexity-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (text, lines) = (folder.join("text.txt"), folder.join("text.jsonl"));
    let document = "Once upon a time there was a king who had three daughters. ".repeat(50);
    std::fs::write(&text, &document).unwrap();
    let line = serde_json::json!({ "text": document, "title": "A king" }).to_string();
    std::fs::write(&lines, format!("{line}\n\n{line}\n")).unwrap();
    let measure = |file: &std::path::Path| -> Value {
        let output = fabula(&["perplexity", "--model", MODEL, "--json", file.to_str().unwrap()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (one, two) = (measure(&text), measure(&lines));
    assert_eq!((&one["documents"], &one["windows"], &one["bytes"]), (&1.into(), &2.into(), &document.len().into()));
    assert_eq!(two["tokens"].as_u64(), one["tokens"].as_u64().map(|tokens| 2 * tokens));
    let number = |report: &Value, field: &str| report[field].as_f64().unwrap();
    assert!((number(&one, "bits_per_byte") - number(&two, "bits_per_byte")).abs() < 1e-9);
    assert!((number(&one, "perplexity").log2() - number(&one, "bits_per_token")).abs() < 1e-9);
    assert!(number(&one, "bits_per_byte") < 1.0, "the text repeats itself");
    let output = fabula(&["perplexity", "--model", MODEL, "--precision", "f32", "--json", text.to_str().unwrap()]);
    let floats: Value = serde_json::from_slice(&output.stdout).unwrap();
    let change = number(&floats, "bits_per_byte") / number(&one, "bits_per_byte");
    assert!(change != 1.0 && (change - 1.0).abs() < 0.05, "{change}");
    let table = fabula(&["perplexity", "--model", MODEL, text.to_str().unwrap()]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("bits per byte") && table.contains("perplexity"), "{table}");
    std::fs::write(&text, "").unwrap();
    refuses(&["perplexity", "--model", MODEL, text.to_str().unwrap()], "no text");
    std::fs::write(&lines, format!("{line}\n{{\"title\": 1}}\n")).unwrap();
    refuses(&["perplexity", "--model", MODEL, lines.to_str().unwrap()], "line 2");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn mistakes_end_with_one_clear_line() {
    refuses(&["generate", "--modle", MODEL], "--modle");
    refuses(&["generate"], "--model");
    refuses(&["generate", "--model", "no/such/file.gguf"], "no/such/file.gguf");
    refuses(&["generate", "--model", "Cargo.toml"], "GGUF");
    refuses(&["generate", "--model", MODEL, "--tokenizer", "Cargo.toml"], "tokenizer");
    refuses(&["generate", "--model", MODEL, "--temperature", "3"], "temperature");
    refuses(&["generate", "--model", MODEL, "--temperature", "-1"], "temperature");
    refuses(&["generate", "--model", MODEL, "--seed", "-1"], "seed");
    refuses(&["generate", "--model", MODEL, "--temperature", "warm"], "warm");
    refuses(&["generate", "--model", MODEL, "--top-p", "0"], "top-p");
    refuses(&["generate", "--model", MODEL, "--tokens", "0"], "length");
    refuses(&["generate", "--model", MODEL, "--prompt", &"x1 ".repeat(600)], "prompt");
    refuses(&["quantize", "no/such/folder", "out.gguf", "--name", "x"], "no/such/folder");
    refuses(&["perplexity", "--model", MODEL, "no/such/text.txt"], "no/such/text.txt");
    refuses(&["generate", "--model", "src"], "config.json");
    refuses(&["frobnicate"], "frobnicate");
}

#[test]
fn a_cut_model_file_is_named() {
    let file = std::env::temp_dir().join(format!("fabula-cut-{}.gguf", std::process::id()));
    let whole = std::fs::read(MODEL).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    refuses(
        &["generate", "--model", file.to_str().unwrap(), "--tokenizer", "models/fable-9m/tokenizer.json"],
        "ends before",
    );
    std::fs::remove_file(&file).unwrap();
}

fn in_folder<T>(name: &str, test: impl FnOnce(&std::path::Path) -> T) -> T {
    let folder = std::env::temp_dir().join(format!("fabula-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let result = test(&folder);
    std::fs::remove_dir_all(&folder).unwrap();
    result
}

fn runs(arguments: &[&str]) -> String {
    let output = fabula(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn lines(path: &std::path::Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_library_is_made_and_traced() {
    in_folder("library", |folder| {
        let path = |name: &str| folder.join(name).to_str().unwrap().to_string();
        let book = |title: &str, text: &str| {
            serde_json::json!({"shelf": "Tests", "title": title, "author": "Nobody", "text": text}).to_string() + "\n"
        };
        let held = book("Held", "The purple walrus sang of distant mountains.");
        let read = book("Read", "At dawn, the clever fox crossed the frozen river.");
        std::fs::write(path("texts.jsonl"), held + &read).unwrap();
        let told =
            runs(&["index", "--input", &path("texts.jsonl"), "--output", &path("l.fabulib"), "--held-out", "97"]);
        assert!(told.starts_with("1 of 2 documents (the rest are held out), 1 books, 9 words"), "{told}");
        std::fs::write(path("story.txt"), "A clever fox crossed the frozen RIVER! The purple walrus sang of distant")
            .unwrap();
        // Every word of so small a library is a common one.
        let told = runs(&["trace", &path("story.txt"), "--library", &path("l.fabulib")]);
        assert!(told.starts_with("No copied spans"), "{told}");
    });
}

#[test]
fn the_house_library_names_the_book() {
    in_folder("trace", |folder| {
        let story = folder.join("story.txt");
        std::fs::write(&story, "He said: \"Curiouser and curiouser, cried Alice, now I'm opening out like\" it.")
            .unwrap();
        let told = runs(&["trace", story.to_str().unwrap(), "--json"]);
        let span: Value = serde_json::from_str(told.lines().next().expect("a span")).unwrap();
        assert!(span["occurrences"].as_u64() >= Some(1));
        assert!(span["books"][0]["book"]["title"].as_str().unwrap().contains("Alice"), "{span}");
    });
}

#[test]
fn scores_are_written_for_any_text() {
    in_folder("score", |folder| {
        let path = |name: &str| folder.join(name).to_str().unwrap().to_string();
        let long = "Once upon a time there was a king who had three daughters. ".repeat(80);
        let texts = ["", " ", "!!!", "King", "\u{0}\u{FFFD} 你好 🦊", long.as_str()];
        let input: String = texts
            .iter()
            .enumerate()
            .map(|(id, text)| serde_json::json!({"id": id, "text": text}).to_string() + "\n")
            .chain([serde_json::json!({"id": "p", "text": " had a crown.", "prompt": "The king"}).to_string()])
            .collect();
        std::fs::write(path("in.jsonl"), input).unwrap();
        runs(&["score", "--model", MODEL, "--input", &path("in.jsonl"), "--output", &path("out.jsonl")]);
        refuses(&["score", "--model", MODEL, "--input", &path("in.jsonl"), "--output", &path("in.jsonl")], "overwrite");
        let scored = lines(&folder.join("out.jsonl"));
        assert_eq!(scored.len(), 7);
        for (id, line) in scored[..6].iter().enumerate() {
            assert_eq!(line["id"], id);
            let metrics = line["metrics"].as_object().unwrap();
            assert!(metrics.len() > 30 && metrics.values().all(|value| value.is_null() || value.is_number()));
        }
        assert!(scored[0]["metrics"]["perplexity"].is_null() && scored[0]["metrics"]["coherence"].is_null());
        assert!(
            scored[0]["percentiles"]["perplexity"].is_null()
                && scored[5]["percentiles"]["perplexity"].as_f64() < Some(0.1)
        );
        let (novelty, share) = (&scored[6]["metrics"]["novelty"], &scored[6]["percentiles"]["new_ngrams_3"]);
        assert!(novelty.is_number() && novelty == share, "the headline is a percentile: {novelty}, {share}");
        let long = &scored[5]["metrics"];
        assert!(long["tokens"].as_u64() > Some(1000), "beyond the context");
        assert!(long["seq_rep_4"].as_f64() > Some(0.9) && long["sentence_overlap"] == 1.0);
        assert!(scored[5]["metrics"]["relevance_bits"].is_null() && scored[6]["metrics"]["relevance_bits"].is_number());
    });
}

#[test]
fn agreement_is_told_apart_from_chance() {
    in_folder("validate", |folder| {
        let path = folder.join("rated.jsonl");
        let story = "The king had three daughters. They lived in a castle by the sea, and the youngest loved to sing.";
        let words: Vec<&str> = story.split(' ').collect();
        let lines: String = (0..12)
            .map(|level| {
                // The more of it is turned around, the worse it is rated.
                let mut words = words.clone();
                words[..level + 1].reverse();
                serde_json::json!({"id": level, "text": words.join(" "), "human": {"quality": -(level as f64)}})
                    .to_string()
                    + "\n"
            })
            .collect();
        std::fs::write(&path, lines).unwrap();
        let report: Value =
            serde_json::from_str(&runs(&["validate", "--json", "--model", MODEL, "--input", path.to_str().unwrap()]))
                .unwrap();
        let found = report["agreements"].as_array().unwrap().iter().find(|each| each["metric"] == "slor_per_word_bits");
        let agreement = found.expect("SLOR per word");
        assert!(agreement["spearman"].as_f64() > Some(0.7), "{agreement}");
        let interval = agreement["interval"].as_array().unwrap();
        assert!(interval[0].as_f64() > Some(0.0) && interval[0].as_f64() <= agreement["spearman"].as_f64());
        // Of a rating that only two texts have nothing is said.
        let some = std::fs::read_to_string(&path).unwrap().replacen("\"quality\"", "\"charm\": 1, \"quality\"", 1);
        std::fs::write(&path, some.replacen("\"quality\":-1.0", "\"charm\":2,\"quality\":-1.0", 1)).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap().matches("charm").count(), 2);
        let said = runs(&["validate", "--json", "--model", MODEL, "--input", path.to_str().unwrap()]);
        assert!(said.contains("quality") && !said.contains("charm"));
        std::fs::write(&path, "{\"id\": 1, \"text\": \"x\"}").unwrap();
        refuses(&["validate", "--model", MODEL, "--input", path.to_str().unwrap()], "neither");
    });
}

#[test]
fn what_is_read_is_never_written_over() {
    in_folder("over", |folder| {
        let path = folder.join("texts.jsonl");
        let (file, text) =
            (path.to_str().unwrap(), "{\"text\": \"The king.\", \"shelf\": \"\", \"title\": \"\", \"author\": \"\"}\n");
        std::fs::write(&path, text).unwrap();
        refuses(&["index", "--input", file, "--output", file], "overwrite");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        let beside = folder.join("made.new");
        std::fs::copy(&path, &beside).unwrap();
        refuses(
            &["index", "--input", beside.to_str().unwrap(), "--output", folder.join("made").to_str().unwrap()],
            "overwrite",
        );
        std::fs::remove_file(&beside).unwrap();
        // Long enough for a passage.
        let long = text
            .replace("The king.", &"The king had three daughters, and none of them could sleep at night. ".repeat(60));
        std::fs::write(&path, &long).unwrap();
        for command in ["reference", "damage"] {
            refuses(&[command, "--model", MODEL, "--texts", file, "--output", file], "overwrite");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), long);
        // What cannot be finished leaves what was there.
        let output = folder.join("scores.jsonl");
        std::fs::write(&output, "earlier").unwrap();
        std::fs::write(&path, "{\"id\": 1}\n").unwrap();
        refuses(&["score", "--model", MODEL, "--input", file, "--output", output.to_str().unwrap()], "texts.jsonl");
        assert_eq!(std::fs::read_to_string(&output).unwrap(), "earlier");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 2, "nothing else is left");
    });
}

#[test]
fn a_reader_who_leaves_early_is_no_failure() {
    for words in [
        &["findings", "docs/experiments/sampling.csv"][..],
        &["findings", "docs/experiments/best-of.jsonl"],
        &["generate", "--json", "--model", MODEL, "--tokens", "2"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(env!("CARGO_BIN_EXE_fabula")).args(words).stdout(writer).output().unwrap();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn a_story_that_ends_inside_a_character_is_printed_as_it_is() {
    let words = ["--prompt", "A", "--tokens", "1", "--force", "0:128"];
    let text = json(&words)["text"].as_str().unwrap().to_string();
    assert_eq!(text, "\u{FFFD}");
    let output = fabula(&[&["generate", "--model", MODEL], &words[..]].concat());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "A\u{FFFD}\n");
}

#[test]
fn bare_it_prints_help_and_typing_errors_get_a_tip() {
    let output = fabula(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("Usage:"));
    refuses(&["generate", "--model", MODEL, "--temprature", "1"], "--temperature");
    in_folder("no-tokenizer", |folder| {
        let model = folder.join("model.gguf");
        std::fs::copy(MODEL, &model).unwrap();
        refuses(&["generate", "--model", model.to_str().unwrap()], "--tokenizer");
    });
}

/// What Windows' programs add to files changes no result: a byte-order mark, and a carriage return at each line's end.
#[test]
fn marks_and_line_ends_of_files_change_nothing() {
    in_folder("marks", |folder| {
        let path = |name: &str| folder.join(name).to_str().unwrap().to_string();
        let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let text = "Once there was a king.\nHe had three daughters.\n";
        let line = serde_json::json!({"id": 1, "text": text, "prompt": "Tell me.\nNow.\n"}).to_string() + "\n";
        let other = serde_json::json!({"id": 1, "text": text.replace('\n', "\r\n"), "prompt": "Tell me.\r\nNow.\r\n"})
            .to_string()
            + "\n";
        for (name, plain, marked) in
            [("a.txt", text, windows(text)), ("a.jsonl", &line, windows(&line)), ("b.jsonl", &line, windows(&other))]
        {
            std::fs::write(path(name), plain).unwrap();
            std::fs::write(path(&format!("windows-{name}")), marked).unwrap();
        }
        for name in ["a.txt", "a.jsonl", "b.jsonl"] {
            let bits = |name: &str| {
                let told = runs(&["perplexity", "--model", MODEL, "--json", &path(name)]);
                let told: Value = serde_json::from_str(&told).unwrap();
                (told["bytes"].clone(), told["bits_per_token"].clone())
            };
            assert_eq!(bits(&format!("windows-{name}")), bits(name), "{name}");
        }
        for name in ["a.jsonl", "b.jsonl"] {
            let score = |name: &str| {
                runs(&["score", "--model", MODEL, "--input", &path(name), "--output", &path("scored.jsonl")]);
                lines(&folder.join("scored.jsonl"))
            };
            assert_eq!(score(&format!("windows-{name}")), score(name), "{name}");
        }
        let trace = |name: &str| runs(&["trace", "--json", &path(name)]);
        assert_eq!(trace("windows-a.txt"), trace("a.txt"));

        // An adapter's configuration, and a tokenizer.
        let copy = |from: &str, to: &str| std::fs::copy(from, path(to)).unwrap();
        copy("models/poet/adapter_model.safetensors", "adapter_model.safetensors");
        std::fs::write(
            path("adapter_config.json"),
            windows(&std::fs::read_to_string("models/poet/adapter_config.json").unwrap()),
        )
        .unwrap();
        std::fs::write(
            path("tokenizer.json"),
            windows(&std::fs::read_to_string("models/fable-9m/tokenizer.json").unwrap()),
        )
        .unwrap();
        let digest = |more: &[&str]| json(&[&["--tokens", "6"], more].concat())["digest"].clone();
        assert_eq!(digest(&["--adapter", folder.to_str().unwrap()]), digest(&["--adapter", "models/poet"]));
        assert_eq!(digest(&["--tokenizer", &path("tokenizer.json")]), digest(&[]));
    });
}

/// Chats and mail programs encode links; what is left of none of them writes no story.
#[test]
fn damaged_links_replay_or_are_refused() {
    let digest = |link: &str| json(&["--link", link])["digest"].clone();
    let whole = digest("https://a.example/#v=1&p=A+fox&t=0.8&top_p=0.95&n=4&seed=3");
    for damaged in [
        "https://a.example/#v=1&amp;p=A+fox&amp;t=0.8&amp;top_p=0.95&amp;n=4&amp;seed=3",
        "https%3A%2F%2Fa.example%2F%23v%3D1%26p%3DA+fox%26t%3D0.8%26top_p%3D0.95%26n%3D4%26seed%3D3",
        "v%3D1%26p%3DA+fox%26t%3D0.8%26top_p%3D0.95%26n%3D4%26seed%3D3",
        "https://a.example/#v=1&p=A+fox&t=0.8&top_p=0.95&n=4&seed=3>.",
    ] {
        assert_eq!(digest(damaged), whole, "{damaged}");
    }
    for nothing in ["https://a.example/#", "https://a.example/", "#top"] {
        refuses(&["generate", "--model", MODEL, "--link", nothing], "copy the whole address again");
    }
}

/// Text from links and files could otherwise move the cursor, change colours, or rename the window.
#[test]
fn control_characters_of_others_do_not_reach_the_terminal() {
    let output = fabula(&["generate", "--model", MODEL, "--link", "#v=1&p=A&n=1&%1b]0;owned%07=1&t=\u{1b}[31m"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("\\u{1b}]0"), "{said}");
    assert!(!said.contains(|character: char| character.is_control() && character != '\n'), "{said:?}");
    refuses(&["generate", "--model", "no\u{1b}[2Jmodel.gguf"], "no\\u{1b}[2Jmodel.gguf");
    in_folder("escapes", |folder| {
        let path = |name: &str| folder.join(name).to_str().unwrap().to_string();
        // Some documents are held out, and the commonest words begin no span: several documents of many words.
        let document = |number: usize| {
            let text: String = (0..500).map(|word| format!("word{} ", 500 * number + word)).collect();
            let book = serde_json::json!({"shelf": "Tests", "title": "T\u{1b}[31m", "author": "N\u{7}", "text": text});
            format!("{book}\n")
        };
        std::fs::write(path("texts.jsonl"), (0..40).map(document).collect::<String>()).unwrap();
        runs(&["index", "--input", &path("texts.jsonl"), "--output", &path("l.fabulib")]);
        let story: String = (0..40)
            .map(|number| (100..106).map(|word| format!("word{} ", 500 * number + word)).collect::<String>())
            .collect();
        std::fs::write(path("story.txt"), story).unwrap();
        let told = runs(&["trace", &path("story.txt"), "--library", &path("l.fabulib")]);
        assert!(told.contains("T\\u{1b}[31m, N\\u{7}"), "{told}");
    });
}
