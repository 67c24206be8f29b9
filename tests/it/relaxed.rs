//! The committed modules: of the relaxed instructions, whose results may differ from machine to machine, only the dot
//! product may occur, whose operands make it exact, and only in the module made for it.

use std::collections::BTreeMap;
use wasmparser::{Operator, Parser, Payload};

/// How often each relaxed instruction occurs.
fn relaxed_instructions(path: &str) -> BTreeMap<String, usize> {
    let module = std::fs::read(path).unwrap();
    let mut found = BTreeMap::new();
    for payload in Parser::new(0).parse_all(&module) {
        let Payload::CodeSectionEntry(body) = payload.unwrap() else { continue };
        for operator in body.get_operators_reader().unwrap() {
            let name = format!("{:?}", operator.unwrap());
            if name.contains("Relaxed") {
                *found.entry(name.split_whitespace().next().unwrap().to_string()).or_default() += 1;
            }
        }
    }
    found
}

#[test]
fn only_the_dot_product_is_relaxed() {
    let found = relaxed_instructions("pkg/fabula_relaxed_bg.wasm");
    let expected = format!("{:?}", Operator::I32x4RelaxedDotI8x16I7x16AddS);
    assert_eq!(found.keys().collect::<Vec<_>>(), [&expected], "{found:?}");
    assert!(found[&expected] >= 4);
}

#[test]
fn the_plain_module_runs_without_relaxed_simd() {
    assert_eq!(relaxed_instructions("pkg/fabula_bg.wasm"), BTreeMap::new());
}
