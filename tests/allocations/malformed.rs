//! Damaged and hostile files: every reader refuses them, or reads them, without a panic and without believing a
//! length that the file does not have.
//!
//! `tests/corpus/` holds the seeds, one file of each kind, and every file that ever made a reader fail. After a
//! change of `tests/it/small.rs`, write the seeds again: `FABULA_WRITE_CORPUS=1 cargo test --release --test allocations corpus`.

use crate::cost;
use crate::small::{Small, TINY, sentence_piece, tokenizer_bin};
use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::Value;
use fabula::library::{Book, Document, Library, LibraryError, build};
use fabula::model::{Adapter, Model, ModelError, Tensor, Tokenizer, open, open_safetensors};
use proptest::prelude::*;
use std::io::Cursor;
use std::path::Path;

/// One of the readers.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// GGUF and llama2.c, told apart by their content.
    Model,
    /// With the config.json of the tiny model.
    Safetensors,
    /// config.json, with the safetensors of the tiny model.
    Config,
    /// Of the tiny model, with its adapter_config.json.
    Adapter,
    /// With the adapter of the tiny model.
    AdapterConfig,
    Tokenizer,
}

fn tiny() -> Small {
    Small::new(TINY, false)
}

/// Opens a file, and reads every tensor where that succeeds. Opening takes little more memory than the file has.
fn try_all(kind: Kind, file: &[u8]) -> Result<(), ModelError> {
    if kind == Kind::Tokenizer {
        let tokenizer = Tokenizer::new(file)?;
        let ids = tokenizer.encode("A b é\n<s>")?;
        tokenizer.decode(&ids);
        return Ok(());
    }
    if matches!(kind, Kind::Adapter | Kind::AdapterConfig) {
        let tiny = tiny();
        let (config, weights) = tiny.adapter(2);
        let (config, weights) = if kind == Kind::Adapter { (config.as_slice(), file) } else { (file, &weights[..]) };
        let (adapter, most) = cost(|| Adapter::read(config, weights, "x", &tiny.shape));
        let limit = 4 * (config.len() + weights.len()) + (1 << 20);
        assert!(most <= limit, "{most} bytes were taken for a file of {}", file.len());
        return adapter.map(|_| ());
    }
    let (model, most) = open_counted(kind, file);
    let limit = 4 * file.len() + (1 << 20);
    assert!(most <= limit, "{most} bytes were taken for a file of {}", file.len());
    let mut model = model?;
    let shape = model.info.shape;
    for tensor in Tensor::all(&shape) {
        if !model.weights.has(tensor) {
            continue;
        }
        let (rows, columns) = tensor.size(&shape);
        let mut out = vec![0.0; 16.min(rows) * columns];
        for first in (0..rows).step_by(16) {
            let out = &mut out[..16.min(rows - first) * columns];
            model.weights.read_rows(tensor, first, out)?;
            assert!(out.iter().all(|value| value.is_finite()));
        }
    }
    Ok(())
}

fn open_counted(kind: Kind, file: &[u8]) -> (Result<Model, ModelError>, usize) {
    let copy = Cursor::new(file.to_vec());
    match kind {
        Kind::Model => cost(|| open(copy)),
        Kind::Safetensors => {
            let config = tiny().config().to_string();
            cost(|| open_safetensors(config.as_bytes(), vec![copy], "x"))
        }
        Kind::Config => {
            let weights = Cursor::new(tiny().safetensors(4, |_| true));
            cost(|| open_safetensors(file, vec![weights], "x"))
        }
        Kind::Adapter | Kind::AdapterConfig | Kind::Tokenizer => unreachable!("{kind:?} is no model"),
    }
}

fn refused(kind: Kind, file: &[u8], what: &str) {
    let error = try_all(kind, file).err().unwrap_or_else(|| panic!("{kind:?}, {what}: it was accepted"));
    let message = error.to_string();
    assert!(!message.is_empty() && !message.contains('\n'), "{what}: {message:?}");
}

/// One file of every kind; their names say which.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("tiny.gguf", tiny().gguf(GgmlDType::F32)),
        ("tiny-f16.gguf", Small::new(TINY, true).gguf(GgmlDType::F16)),
        ("tiny.bin", tiny().llama2c()),
        ("tiny-unshared.bin", Small::new(TINY, true).llama2c()),
        ("tiny.safetensors", tiny().safetensors(4, |_| true)),
        ("tiny.adapter.safetensors", tiny().adapter(2).1),
        ("adapter_config.json", tiny().adapter(2).0),
        ("config.json", serde_json::to_vec_pretty(&tiny().config()).unwrap()),
        ("tokenizer.json", tiny().tokenizer_json()),
        ("sentence-piece.tokenizer.json", sentence_piece(false)),
        ("metaspace.tokenizer.json", sentence_piece(true)),
        ("tokenizer.bin", tokenizer_bin(true, &[" ", "a", "b", " a", "ab", " ab"])),
    ]
}

fn kind(name: &str) -> Kind {
    match name {
        _ if name.ends_with("adapter_config.json") => Kind::AdapterConfig,
        _ if name.ends_with(".adapter.safetensors") => Kind::Adapter,
        _ if name.ends_with("config.json") => Kind::Config,
        _ if name.contains("tokenizer") => Kind::Tokenizer,
        _ if name.ends_with(".safetensors") => Kind::Safetensors,
        _ => Kind::Model,
    }
}

fn replace(file: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

#[test]
fn the_corpus_is_what_small_writes() {
    for (name, content) in seeds() {
        let path = Path::new("tests/corpus").join(name);
        if std::env::var_os("FABULA_WRITE_CORPUS").is_some() {
            std::fs::write(&path, &content).unwrap();
        }
        assert!(std::fs::read(&path).unwrap() == content, "{name}");
        try_all(kind(name), &content).unwrap();
    }
}

#[test]
fn every_file_of_the_corpus_is_survived() {
    for entry in std::fs::read_dir("tests/corpus").unwrap() {
        let path = entry.unwrap().path();
        let file = std::fs::read(&path).unwrap();
        for kind in [Kind::Model, Kind::Safetensors, Kind::Config, Kind::Adapter, Kind::AdapterConfig, Kind::Tokenizer]
        {
            let _ = try_all(kind, &file);
        }
    }
}

#[test]
fn cut_files_are_refused() {
    for (name, file) in seeds() {
        // A tokenizer.bin may end after any token.
        let whole = |length: usize| name == "tokenizer.bin" && Tokenizer::new(&file[..length]).is_ok();
        for length in (0..file.len()).filter(|&length| !whole(length)) {
            refused(kind(name), &file[..length], &format!("{name} cut at {length}"));
        }
    }
    let house = std::fs::read("models/fable-9m/fable-9m-q8_0.gguf").unwrap();
    let header = (0..200 << 10).step_by(1 << 10);
    for length in header.chain((200 << 10..house.len()).step_by(1 << 16)).chain([house.len() - 1]) {
        let (result, most) = open_counted(Kind::Model, &house[..length]);
        assert!(result.is_err() && most <= 4 * length + (1 << 20), "cut at {length}: {most} bytes");
    }
}

#[test]
fn llama2c_headers_that_lie_are_refused() {
    let file = tiny().llama2c();
    for field in 0..7 {
        for value in [0, -1, i32::MIN, i32::MAX, 1 << 20, 3, 1 << 14] {
            refused(Kind::Model, &replace(&file, 4 * field, &i32::to_le_bytes(value)), &format!("{field}: {value}"));
        }
    }
    let all = |value: i32| replace(&file, 0, &[value; 7].map(i32::to_le_bytes).concat());
    for value in [0, -1, 1 << 10, i32::MAX, i32::MIN] {
        refused(Kind::Model, &all(value), &value.to_string());
    }
    refused(Kind::Model, &replace(&file, 28, &f32::NAN.to_le_bytes()), "a weight that is no number");
    refused(Kind::Model, &vec![0xff; 1024], "noise");
    // 2^14 x 2^18 weights: the largest shape that is believed, in a file of a kilobyte.
    let sizes = [1 << 14, 1 << 16, 1 << 10, 1 << 10, 1 << 10, 1 << 18, 1 << 24];
    refused(Kind::Model, &replace(&[0; 1024], 0, &sizes.map(i32::to_le_bytes).concat()), "sizes of a giant");
}

/// A GGUF header by hand: metadata and tensors come as bytes.
fn gguf(version: u32, tensors: u64, metadata: u64, rest: &[u8]) -> Vec<u8> {
    let counts = [tensors.to_le_bytes(), metadata.to_le_bytes()].concat();
    [b"GGUF", version.to_le_bytes().as_slice(), &counts, rest].concat()
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}

#[test]
fn gguf_headers_that_lie_are_refused() {
    let refused = |file: &[u8], what: &str| refused(Kind::Model, file, what);
    for version in [0, 1, 4, 0x0300_0000, u32::MAX] {
        refused(&gguf(version, 0, 0, &[]), "version");
    }
    refused(&gguf(3, 0, 0, &[]), "nothing in it");
    refused(&gguf(3, u64::MAX, 0, &[0; 1000]), "tensor count");
    refused(&gguf(3, 0, u64::MAX, &[0; 1000]), "metadata count");
    refused(&gguf(3, 1 << 14, 1 << 12, &[0; 1000]), "counts that are believed");
    refused(&gguf(3, 0, 1, &[(4u64 << 30).to_le_bytes().as_slice(), &[0; 1000]].concat()), "a key of 4 GB");
    let fact = |kind: u32, value: &[u8]| [text("k"), kind.to_le_bytes().into(), value.into()].concat();
    for length in [1 << 32, 1 << 63, u64::MAX] {
        refused(&gguf(3, 0, 1, &fact(8, &length.to_le_bytes())), "a text without end");
        for element in 0..14u32 {
            let array = [element.to_le_bytes().as_slice(), &length.to_le_bytes(), &[0; 999]].concat();
            refused(&gguf(3, 0, 1, &fact(9, &array)), "an array without end");
        }
    }
    let nested = [9u32.to_le_bytes().as_slice(), &1u64.to_le_bytes()].concat().repeat(50_000);
    refused(&gguf(3, 0, 1, &fact(9, &nested)), "arrays within arrays");
    refused(&gguf(3, 0, 1, &fact(13, &[0; 16])), "a type of the future");
    refused(&gguf(3, 0, 2, &fact(0, &[0]).repeat(2)), "a fact twice");
    refused(&gguf(3, 0, 1, &[1u64.to_le_bytes().as_slice(), &[0xff, 0, 0, 0, 0, 0]].concat()), "a key in no UTF-8");

    let tensor = |sizes: &[u64], encoding: u32, offset: u64| {
        let head = [text("token_embd.weight"), (sizes.len() as u32).to_le_bytes().into()].concat();
        let sizes: Vec<u8> = sizes.iter().flat_map(|size| size.to_le_bytes()).collect();
        [head, sizes, encoding.to_le_bytes().into(), offset.to_le_bytes().into(), vec![0; 600]].concat()
    };
    for (sizes, encoding, offset) in [
        (&[8, 8][..], 0, u64::MAX),
        (&[8, 8], 0, u64::MAX - 300),
        (&[8, 8], 0, 1 << 32),
        (&[1 << 32, 1 << 32], 0, 0),
        (&[1 << 32, 1 << 31], 2, 0),
        (&[u64::MAX, 1], 1, 0),
        (&[u64::MAX - 31], 8, 0),
        (&[1 << 16, 1 << 16], 0, 0),
        (&[1; 5], 0, 0),
        (&[0, 0], 0, 0),
        (&[8, 8], 4, 0),
        (&[8, 8], u32::MAX, 0),
        (&[8, 8], 8, 0),
    ] {
        refused(&gguf(3, 1, 0, &tensor(sizes, encoding, offset)), &format!("{sizes:?} {encoding} {offset}"));
    }
    refused(&gguf(3, u32::MAX.into(), 0, &tensor(&[8, 8], 0, 0)), "more tensors than there are");
    let twice = tensor(&[1], 0, 0);
    refused(&gguf(3, 2, 0, &[&twice[..twice.len() - 600], &twice].concat()), "a tensor twice");
}

#[test]
fn gguf_models_that_lie_are_refused() {
    let small = tiny();
    let with = |key: &str, value: Value| small.gguf_with(GgmlDType::F32, &[(key, value)]);
    for key in [
        "llama.embedding_length",
        "llama.block_count",
        "llama.feed_forward_length",
        "llama.attention.head_count",
        "llama.attention.head_count_kv",
        "llama.rope.dimension_count",
    ] {
        for value in [Value::U32(0), Value::U32(u32::MAX), Value::I32(-1), Value::U64(u64::MAX), Value::F32(8.0)] {
            refused(Kind::Model, &with(key, value), key);
        }
    }
    refused(Kind::Model, &with("llama.attention.layer_norm_rms_epsilon", Value::F32(f32::NAN)), "epsilon");
    refused(Kind::Model, &with("llama.rope.freq_base", Value::F32(f32::INFINITY)), "rotary base");
    refused(Kind::Model, &with("llama.context_length", Value::U32(u32::MAX)), "context");
    for alignment in [Value::U32(0), Value::U32(3), Value::I32(-32), Value::F32(32.0), Value::U64(1 << 63)] {
        refused(Kind::Model, &with("general.alignment", alignment), "alignment");
    }
    // The scale of the last block, as a 16-bit NaN and as infinity; the tensors end the file, padded to 32 bytes.
    let blocks = Small::new(crate::small::BLOCKS, false).gguf(GgmlDType::Q8_0);
    for scale in [0x7e00u16, 0x7c00, 0xfc00] {
        let model = open_counted(Kind::Model, &blocks).0.unwrap();
        drop(model);
        let start = find_tensor(&blocks, "blk.0.ffn_down.weight");
        let file = replace(&blocks, start, &scale.to_le_bytes());
        let error = try_all(Kind::Model, &file).unwrap_err().to_string();
        assert!(error.contains("blk.0.ffn_down.weight") && error.contains("finite"), "{error}");
    }
}

/// Where a tensor's data begins, by candle's reader.
fn find_tensor(file: &[u8], name: &str) -> usize {
    let content = candle_core::quantized::gguf_file::Content::read(&mut Cursor::new(file)).unwrap();
    (content.tensor_data_offset + content.tensor_infos[name].offset) as usize
}

#[test]
fn safetensors_headers_that_lie_are_refused() {
    let refused = |file: &[u8], what: &str| refused(Kind::Safetensors, file, what);
    let file = tiny().safetensors(4, |_| true);
    for length in [0, 1, u64::MAX, 1 << 32, 1 << 63, file.len() as u64, file.len() as u64 - 8] {
        refused(&replace(&file, 0, &length.to_le_bytes()), &format!("a header of {length}"));
    }
    let with = |header: &str| [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[0; 1024]].concat();
    let name = "model.embed_tokens.weight";
    for (dtype, shape, offsets) in [
        ("F32", "[10,8]", "[0,319]"),
        ("F32", "[10,8]", "[320,0]"),
        ("F32", "[10,8]", "[18446744073709551615,18446744073709551615]"),
        ("F32", "[10,8]", "[18446744073709551295,18446744073709551615]"),
        ("F32", "[4294967296,4294967296]", "[0,0]"),
        ("F32", "[4294967296,1073741824]", "[0,0]"),
        ("F32", "[32768,32768]", "[0,4294967296]"),
        ("F32", "[-1,8]", "[0,320]"),
        ("F32", "[1,1,1,1,10,8]", "[0,320]"),
        ("I8", "[10,32]", "[0,320]"),
        ("F8_E4M3", "[10,32]", "[0,320]"),
        ("F32", "[10,8]", "[0]"),
        ("F32", "10", "[0,320]"),
    ] {
        let entry = format!("\"dtype\":\"{dtype}\",\"shape\":{shape},\"data_offsets\":{offsets}");
        refused(&with(&format!("{{\"{name}\":{{{entry}}}}}")), &entry);
    }
    let entry = format!("\"{name}\":{{\"dtype\":\"F32\",\"shape\":[10,8],\"data_offsets\":[0,320]}}");
    refused(&with(&format!("{{{entry},{entry}}}")), "a tensor twice");
    refused(&with(&format!("{{\"__metadata__\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000))), "deep metadata");
    refused(&with(&format!("{{\"{name}\":{{\"shape\":[{}1]}}}}", "1,".repeat(100_000))), "a long shape");
    refused(&with("{}"), "nothing in it");
    refused(&with("[]"), "a list");
    let header = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    refused(&replace(&file, 8 + header, &f32::NAN.to_le_bytes()), "a weight that is no number");
}

#[test]
fn tokenizers_that_lie_are_refused() {
    let file = tokenizer_bin(true, &["a"]);
    for length in [-1, i32::MIN, i32::MAX, 1 << 20] {
        refused(Kind::Tokenizer, &replace(&file, 8, &i32::to_le_bytes(length)), &format!("a token of {length}"));
    }
    refused(Kind::Tokenizer, &replace(&file, 4, &f32::NAN.to_le_bytes()), "a score that is no number");
    refused(Kind::Tokenizer, &file[..4], "no tokens");
    refused(Kind::Tokenizer, b"{}", "an empty object");
    refused(Kind::Tokenizer, &[b"[".repeat(100_000), b"]".repeat(100_000)].concat(), "deep lists");
}

#[test]
fn libraries_whose_headers_lie_are_refused() {
    let book = Book { title: "Fox".into(), author: "A. Nobody".into(), shelf: "Tales".into() };
    let file = build(&[Document { book, text: "The fox ran home. ".repeat(20) }]).unwrap();
    // Behind the magic number stand "LZIP" and the version, then the size of the window: 29 stands for 2^29 bytes.
    let hostile = replace(&file, 13, &[29]);
    let limit = |file: &[u8]| 20 * file.len() + (3 << 20);
    let (result, most) = cost(|| Library::open(&file).map(drop));
    assert!(result.is_ok() && most <= limit(&file), "{most} bytes for a good file");
    let stream = &file[8..];
    for (file, what) in [
        (hostile.clone(), "a window of 512 MiB"),
        ([&hostile[..], &hostile[8..]].concat(), "two of them"),
        ([&file[..], &hostile[8..]].concat(), "a second stream"),
        ([&file[..], stream].concat(), "the same twice"),
        ([&file[..], b"more"].concat(), "more behind it"),
    ] {
        let (result, most) = cost(|| Library::open(&file).map(drop));
        assert!(matches!(result, Err(LibraryError::Damaged)), "{what}");
        assert!(most <= limit(&file), "{what}: {most} bytes for a file of {}", file.len());
    }
}

/// A change to a file.
#[derive(Clone, Debug)]
enum Change {
    Flip(usize, u8),
    Put16(usize, u16),
    Put32(usize, u32),
    Put64(usize, u64),
    /// Exchanges two pieces.
    Swap(usize, usize, usize),
    Remove(usize, usize),
    /// Repeats a piece, so that lengths and positions no longer fit.
    Repeat(usize, usize),
    Cut(usize),
}

fn change() -> impl Strategy<Value = Change> {
    // Most of what can be changed wrongly lies at the beginning.
    let place = || prop_oneof![0usize..64, 0usize..1500, any::<usize>()];
    let word = prop_oneof![any::<u64>(), 0u64..70, Just(u64::MAX), (0u32..64).prop_map(|bit| 1 << bit)];
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Change::Flip(at, byte)),
        (place(), any::<u16>()).prop_map(|(at, value)| Change::Put16(at, value)),
        (place(), word.clone()).prop_map(|(at, value)| Change::Put32(at, value as u32)),
        (place(), word).prop_map(|(at, value)| Change::Put64(at, value)),
        (place(), place(), 1usize..40).prop_map(|(from, to, length)| Change::Swap(from, to, length)),
        (place(), 1usize..40).prop_map(|(at, length)| Change::Remove(at, length)),
        (place(), 1usize..40).prop_map(|(at, length)| Change::Repeat(at, length)),
        place().prop_map(Change::Cut),
    ]
}

fn apply(file: &mut Vec<u8>, change: &Change) {
    if file.is_empty() {
        return;
    }
    let length = file.len();
    let mut put = |at: usize, bytes: &[u8]| {
        for (index, byte) in bytes.iter().enumerate() {
            file[(at % length + index) % length] = *byte;
        }
    };
    match *change {
        Change::Flip(at, byte) => file[at % length] ^= byte,
        Change::Put16(at, value) => put(at, &value.to_le_bytes()),
        Change::Put32(at, value) => put(at, &value.to_le_bytes()),
        Change::Put64(at, value) => put(at, &value.to_le_bytes()),
        Change::Swap(from, to, count) => {
            for index in 0..count {
                file.swap((from % length + index) % length, (to % length + index) % length);
            }
        }
        Change::Remove(at, count) => drop(file.drain(at % length..(at % length + count).min(length))),
        Change::Repeat(at, count) => {
            let piece = file[at % length..(at % length + count).min(length)].to_vec();
            file.splice(at % length..at % length, piece);
        }
        Change::Cut(at) => file.truncate(at % length),
    }
}

/// Changes a seed again and again. A failing case is written down so that it can join the corpus.
fn survives(name: &str, changes: &[Change]) {
    let mut file = std::fs::read(Path::new("tests/corpus").join(name)).unwrap();
    for change in changes {
        apply(&mut file, change);
    }
    let kind = kind(name);
    if std::panic::catch_unwind(|| drop(try_all(kind, &file))).is_err() {
        let path = std::env::temp_dir().join(format!("fabula-found-{name}"));
        std::fs::write(&path, &file).unwrap();
        panic!("copy {} to tests/corpus", path.display());
    }
}

/// Cases a kind of file: 3000, or as many as `PROPTEST_CASES` says.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(3000)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        max_shrink_time: 20_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn damaged_gguf(changes in prop::collection::vec(change(), 1..6), f16: bool) {
        survives(if f16 { "tiny-f16.gguf" } else { "tiny.gguf" }, &changes);
    }

    #[test]
    fn damaged_llama2c(changes in prop::collection::vec(change(), 1..4), unshared: bool) {
        survives(if unshared { "tiny-unshared.bin" } else { "tiny.bin" }, &changes);
    }

    #[test]
    fn damaged_safetensors(changes in prop::collection::vec(change(), 1..6)) {
        survives("tiny.safetensors", &changes);
    }

    #[test]
    fn damaged_config(changes in prop::collection::vec(change(), 1..4)) {
        survives("config.json", &changes);
    }

    #[test]
    fn damaged_tokenizer_json(changes in prop::collection::vec(change(), 1..4), which in 0usize..3) {
        survives(["tokenizer.json", "sentence-piece.tokenizer.json", "metaspace.tokenizer.json"][which], &changes);
    }

    #[test]
    fn damaged_tokenizer_bin(changes in prop::collection::vec(change(), 1..6)) {
        survives("tokenizer.bin", &changes);
    }

    #[test]
    fn noise(bytes in prop::collection::vec(any::<u8>(), 0..2000), magic: bool) {
        let file = if magic { [b"GGUF\x03\0\0\0".as_slice(), &bytes].concat() } else { bytes };
        for kind in [Kind::Model, Kind::Safetensors, Kind::Config, Kind::Tokenizer] {
            let _ = try_all(kind, &file);
        }
    }
}
