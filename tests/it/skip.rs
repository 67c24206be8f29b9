//! Tests that cannot run here say so: `scripts/test.sh` counts and names them at the end.

use std::io::Write;

/// Prints that the calling test, or a part of it, does not run, and why. Also appends that line, `NAME: REASON`, to the file that
/// the environment variable `FABULA_SKIPPED` names, if it is set.
pub fn skip(reason: impl std::fmt::Display) {
    // The test harness names a test's thread after the test.
    let line = format!("{}: {reason}\n", std::thread::current().name().unwrap_or("a test"));
    // Not by a macro, whose words the harness holds back where a test passes.
    let _ = std::io::stderr().write_all(format!("skipped {line}").as_bytes());
    if let Some(path) = std::env::var_os("FABULA_SKIPPED") {
        // One write per line: tests run side by side.
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("FABULA_SKIPPED names a file");
    }
}
