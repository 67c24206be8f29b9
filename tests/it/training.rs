//! The recipes run: the house model's from its library to a GGUF file, the Poet's from its poems to an adapter, and the engine
//! reads both. They run in `make test-all`, where PyTorch is installed: training/README.md says how.

use crate::skip::skip;
use fabula::model::{Precision, open, open_adapter, quantize};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

const PYTHON: &str = "target/training/bin/python";

/// Whether a recipe can be tried here and now; skips the test if not.
fn can_train() -> bool {
    if std::env::var_os("FABULA_ALL").is_none_or(|all| all != "1") {
        skip("runs in make test-all (FABULA_ALL=1)");
        return false;
    }
    let there = Command::new(PYTHON).args(["-c", "import gguf, safetensors, tokenizers, torch"]).output();
    let there = there.is_ok_and(|output| output.status.success());
    if !there {
        skip(format_args!("{PYTHON} has no PyTorch; training/README.md says how to install it"));
    }
    there
}

fn work(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("fabula-training-{name}-{}", std::process::id()))
}

/// A smoke run of a recipe; returns what it printed.
fn smoke(recipe: &str, folder: &Path, extra: &[&str]) -> String {
    let mut command = Command::new(PYTHON);
    command.args([recipe, "--smoke", "--threads", "1", "--work"]).arg(folder).args(extra);
    let output = command.output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words}");
    String::from_utf8(output.stdout).unwrap()
}

/// What follows the last `name` in each line that has it, up to the next space.
fn numbers(words: &str, name: &str) -> Vec<f64> {
    words.lines().filter_map(|line| line.rsplit_once(name)?.1.split(' ').next()?.parse().ok()).collect()
}

#[test]
fn the_recipe_makes_a_house_model() {
    const RECIPE: &str = "training/house/train.py";
    if !can_train() {
        return;
    }
    let folder = work("house");
    // In two pieces, and in one: the same weights.
    smoke(RECIPE, &folder, &["--until", "15"]);
    assert!(smoke(RECIPE, &folder, &[]).contains("event resume step 15"));
    let weights = || std::fs::read(folder.join("model/model.safetensors")).unwrap();
    let broken_off = weights();
    std::fs::remove_dir_all(&folder).unwrap();
    let words = smoke(RECIPE, &folder, &["--threads", "2"]);
    assert!(weights() == broken_off, "the same weights, on two cores, too");
    let losses = numbers(&words, " loss ");
    assert!(losses.len() >= 2 && losses.last() < losses.first(), "it learns: {losses:?}");
    let (model, log, again) = (folder.join("model"), folder.join("log.jsonl"), folder.join("again"));
    let file = model.join("smoke.gguf");
    std::fs::write(&file, quantize(&model, "smoke", Precision::Q8_0).unwrap()).unwrap();
    let info = open(File::open(&file).unwrap()).unwrap().info;
    assert_eq!((info.shape.width, info.shape.layers, info.shape.context), (64, 2, 64));
    // On from weights that are there, by the steps of a log; and a run that ends earlier than it was to.
    let repeated = ["--repeat", log.to_str().unwrap()];
    for start in [&model, &file] {
        let start = ["--start", start.to_str().unwrap()];
        let further = numbers(&smoke(RECIPE, &again, &[&start[..], &repeated].concat()), " loss ");
        assert!(further.last() < losses.last(), "it goes on: {losses:?}, {further:?}");
        std::fs::remove_dir_all(&again).unwrap();
    }
    let mean = Command::new(PYTHON).arg("training/house/average.py").args([&again, &model, &file]).output().unwrap();
    assert!(mean.status.success(), "{}", String::from_utf8_lossy(&mean.stderr));
    let size = |folder: &Path| std::fs::metadata(folder.join("model.safetensors")).unwrap().len();
    assert_eq!(size(&again), size(&model));
    std::fs::remove_dir_all(&again).unwrap();
    smoke(RECIPE, &again, &["--until", "10"]);
    let shorter = smoke(RECIPE, &again, &["--steps", "25"]);
    assert!(shorter.contains("event plan step 10 left 15") && shorter.contains("event end step 25"), "{shorter}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_recipe_makes_an_adapter() {
    const RECIPE: &str = "training/poet/train.py";
    if !can_train() {
        return;
    }
    let folder = work("poet");
    // In two pieces, and in one: the same adapter.
    smoke(RECIPE, &folder, &["--until", "3"]);
    assert!(smoke(RECIPE, &folder, &[]).contains("event resume step 3"));
    let shape = open(File::open("models/fable-9m/fable-9m-q8_0.gguf").unwrap()).unwrap().info.shape;
    let broken_off = open_adapter(&folder.join("adapter"), &shape).unwrap();
    assert_eq!(broken_off.parameters, 446_976);
    std::fs::remove_dir_all(&folder).unwrap();
    let words = smoke(RECIPE, &folder, &[]);
    assert_eq!(open_adapter(&folder.join("adapter"), &shape).unwrap().hash8, broken_off.hash8);
    let bits = numbers(&words, "bits_per_byte ");
    assert!(bits.len() >= 3 && bits.last() < bits.first(), "it learns: {bits:?}");
    assert!(Path::new("models/poet/adapter_model.safetensors").exists());
    std::fs::remove_dir_all(&folder).unwrap();
}
