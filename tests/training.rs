//! The recipe of the Poet runs from its poems to an adapter that the engine reads. Skipped where PyTorch is not installed:
//! training/README.md says how.

use fabula::model::{open, open_adapter};
use std::fs::File;
use std::path::Path;
use std::process::Command;

const PYTHON: &str = "target/training/bin/python";

#[test]
fn the_recipe_makes_an_adapter() {
    let there = Command::new(PYTHON).args(["-c", "import gguf, safetensors, tokenizers, torch"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        eprintln!("{PYTHON} has no PyTorch: the recipe was NOT tried; training/README.md says how to install it");
        return;
    }
    let folder = std::env::temp_dir().join(format!("fabula-training-{}", std::process::id()));
    let run = |extra: &[&str]| {
        let mut command = Command::new(PYTHON);
        let output =
            command.args(["training/poet/train.py", "--smoke", "--threads", "1", "--work"]).arg(&folder).args(extra);
        let output = output.output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{words}");
        String::from_utf8(output.stdout).unwrap()
    };
    // In two pieces, and in one: the same adapter.
    run(&["--until", "3"]);
    assert!(run(&[]).contains("event resume step 3"));
    let shape = open(File::open("models/fable-9m/fable-9m-q8_0.gguf").unwrap()).unwrap().info.shape;
    let broken_off = open_adapter(&folder.join("adapter"), &shape).unwrap();
    assert_eq!(broken_off.parameters, 446_976);
    std::fs::remove_dir_all(&folder).unwrap();
    let words = run(&[]);
    assert_eq!(open_adapter(&folder.join("adapter"), &shape).unwrap().hash8, broken_off.hash8);
    let bits: Vec<f64> =
        words.lines().filter_map(|line| line.split("bits_per_byte ").nth(1)?.split(' ').next()?.parse().ok()).collect();
    assert!(bits.len() >= 3 && bits.last() < bits.first(), "it learns: {bits:?}");
    assert!(Path::new("models/poet/adapter_model.safetensors").exists());
    std::fs::remove_dir_all(&folder).unwrap();
}
