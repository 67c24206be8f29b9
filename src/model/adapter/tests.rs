//! Adapters built by hand, and refused ones.

use super::*;
use half::{bf16, f16};
use serde_json::json;

const SHAPE: Shape = Shape {
    width: 4,
    hidden: 6,
    layers: 2,
    heads: 1,
    key_heads: 1,
    head: 4,
    vocabulary: 8,
    context: 16,
    epsilon: 1e-5,
    rotary_base: 1e4,
};

/// A tensor: name, rows, columns, values.
type Values = (String, usize, usize, Vec<f32>);

/// A safetensors file.
fn file(dtype: &str, tensors: &[Values]) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for (name, rows, columns, values) in tensors {
        let start = data.len();
        for &value in values {
            match dtype {
                "F32" => data.extend(value.to_le_bytes()),
                "F16" => data.extend(f16::from_f32(value).to_le_bytes()),
                _ => data.extend(bf16::from_f32(value).to_le_bytes()),
            }
        }
        let entry = json!({ "dtype": dtype, "shape": [rows, columns], "data_offsets": [start, data.len()] });
        header.insert(name.clone(), entry);
    }
    let header = serde_json::to_vec(&header).unwrap();
    [&(header.len() as u64).to_le_bytes(), header.as_slice(), &data].concat()
}

/// A of 1, 2, 3 … and B of 1, 2, 3 …, of rank 2.
fn pair(module: &str, height: usize, width: usize) -> [Values; 2] {
    let counted = |count: usize| (1..=count).map(|number| number as f32).collect();
    [("A", 2, width), ("B", height, 2)]
        .map(|(which, rows, columns)| (format!("{module}.lora_{which}.weight"), rows, columns, counted(rows * columns)))
}

fn prefixed(module: &str) -> String {
    format!("base_model.model.model.layers.{module}")
}

fn two() -> Vec<Values> {
    [pair(&prefixed("0.self_attn.q_proj"), 4, 4), pair(&prefixed("1.mlp.down_proj"), 4, 6)].concat()
}

fn config(change: serde_json::Value) -> Vec<u8> {
    let mut config = json!({
        "peft_type": "LORA", "r": 2, "lora_alpha": 8, "target_modules": ["q_proj", "down_proj"], "bias": "none",
        "use_rslora": false, "use_dora": false, "rank_pattern": {}, "modules_to_save": null, "lora_dropout": 0.1,
        "layers_to_transform": [0, 1],
    });
    config.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    config.to_string().into_bytes()
}

fn read(change: serde_json::Value, weights: &[u8]) -> Result<Adapter, ModelError> {
    Adapter::read(&config(change), weights, "my poet", &SHAPE)
}

#[test]
fn an_adapter_by_hand() {
    for dtype in ["F32", "F16", "BF16"] {
        let weights = file(dtype, &two());
        let adapter = read(json!({}), &weights).unwrap();
        let scaled = sha256_hex(format!("{}*4", sha256_hex(&weights)).as_bytes());
        assert_eq!(adapter.id(), format!("my-poet@{}", &scaled[..8]));
        assert_eq!(adapter.parameters, 2 * (4 + 4) + 2 * (6 + 4));
        let query = adapter.get(0, Part::Query).unwrap();
        assert_eq!((query.rank, query.scale), (2, 4.0));
        assert_eq!(query.a, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        // Rows 0, 2, 1, 3 of the file: pairs (0, 2) and (1, 3) there are (0, 1) and (2, 3) here.
        assert_eq!(query.b, [1.0, 2.0, 5.0, 6.0, 3.0, 4.0, 7.0, 8.0]);
        let down = adapter.get(1, Part::Down).unwrap();
        assert_eq!((down.a.len(), down.b.as_slice()), (12, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0].as_slice()));
        assert!(adapter.get(1, Part::Query).is_none() && adapter.get(0, Part::Down).is_none());
    }
}

#[test]
fn what_peft_may_say_of_it() {
    let weights = file("F32", &two());
    let scale = |change| read(change, &weights).unwrap().get(0, Part::Query).unwrap().scale;
    assert_eq!(scale(json!({ "lora_alpha": 3.0 })), 1.5);
    assert_eq!(scale(json!({ "use_rslora": true })), 8.0 / 2f32.sqrt());
    assert_eq!(scale(json!({ "target_modules": "all-linear", "lora_bias": false, "layer_replication": null })), 4.0);
    // Tuned as a model without a head, the modules are called so.
    let bare: Vec<Values> = two()
        .into_iter()
        .map(|(name, r, c, v)| (name.replace("model.model.layers", "model.layers"), r, c, v))
        .collect();
    assert!(read(json!({}), &file("F32", &bare)).is_ok());
}

/// The same weights with another scale give other stories, so they are another adapter.
#[test]
fn all_that_changes_results_is_in_the_id() {
    let weights = file("F32", &two());
    let id = |change| read(change, &weights).unwrap().id();
    // With an alpha of twice the rank, the id is that of the weights alone, as it once was for all adapters.
    let plain = id(json!({ "lora_alpha": 4 }));
    assert_eq!(plain, format!("my-poet@{}", &sha256_hex(&weights)[..8]));
    let ids = [plain, id(json!({ "lora_alpha": 8 })), id(json!({ "lora_alpha": 4, "use_rslora": true }))];
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
    // Equal scales give equal results, however they are written.
    assert_eq!(id(json!({ "lora_alpha": 8.0 })), ids[1]);
    assert_eq!(id(json!({ "lora_alpha": 4, "lora_dropout": 0.5, "inference_mode": true })), ids[0]);
    let squared = [pair(&prefixed("0.self_attn.q_proj"), 4, 4), pair(&prefixed("1.mlp.down_proj"), 4, 6)].concat();
    let other: Vec<Values> =
        squared.into_iter().map(|(name, r, c, v)| (name, r, c, v.iter().map(|x| -x).collect())).collect();
    assert_ne!(read(json!({ "lora_alpha": 4 }), &file("F32", &other)).unwrap().id(), ids[0]);
}

#[test]
fn what_is_not_supported_is_refused_with_a_reason() {
    let weights = file("F32", &two());
    for (change, words) in [
        (json!({ "peft_type": "IA3" }), "IA3"),
        (json!({ "r": 0 }), "rank"),
        (json!({ "r": 3 }), "rank of 3"),
        (json!({ "r": 2000 }), "rank"),
        (json!({ "r": -1 }), "adapter_config.json"),
        (json!({ "lora_alpha": 1e39 }), "its lora_alpha is too large"),
        (json!({ "lora_alpha": null }), "adapter_config.json"),
        (json!({ "use_dora": true }), "DoRA"),
        (json!({ "bias": "all" }), "biases"),
        (json!({ "bias": "lora_only" }), "biases"),
        (json!({ "lora_bias": true }), "biases"),
        (json!({ "rank_pattern": { "q_proj": 4 } }), "rank_pattern"),
        (json!({ "alpha_pattern": { "q_proj": 4 } }), "alpha_pattern"),
        (json!({ "modules_to_save": ["lm_head"] }), "modules_to_save"),
        (json!({ "fan_in_fan_out": true }), "transposed"),
        (json!({ "target_modules": ["q_proj", "down_proj", "v_proj"] }), "v_proj"),
        (json!({ "layers_to_transform": null }), "q_proj of layer 1"),
    ] {
        let error = read(change.clone(), &weights).unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains('\n'), "{change}: {error}");
    }
    let other = |tensors: &[Values]| read(json!({}), &file("F32", tensors)).unwrap_err().to_string();
    let with = |extra: &[Values]| [two().as_slice(), extra].concat();
    let layer = pair(&prefixed("2.self_attn.q_proj"), 4, 4);
    let head = pair("base_model.model.lm_head", 8, 4);
    let magnitude = (prefixed("0.self_attn.q_proj.lora_magnitude_vector"), 4, 1, vec![1.0; 4]);
    for (tensors, words) in [
        (with(&layer), "layers.2.self_attn.q_proj"),
        (with(&head), "lm_head"),
        (with(&[magnitude]), "magnitude"),
        (two()[..3].to_vec(), "only one"),
        (Vec::new(), "lacks"),
        ([pair(&prefixed("0.self_attn.q_proj"), 4, 5), pair(&prefixed("0.mlp.down_proj"), 4, 6)].concat(), "[2, 5]"),
        ([pair(&prefixed("0.self_attn.q_proj"), 6, 4), pair(&prefixed("0.mlp.down_proj"), 4, 6)].concat(), "[6, 2]"),
    ] {
        let error = other(&tensors);
        assert!(error.contains(words) && error.starts_with("the adapter"), "{words}: {error}");
    }
    assert!(read(json!({ "target_modules": [] }), &file("F32", &[])).unwrap_err().to_string().contains("nothing"));
    let mut damaged = two();
    damaged[2].3[5] = f32::NAN;
    assert!(other(&damaged).contains("finite"));
    for (config, words) in [("", "adapter_config.json"), ("[]", "adapter_config.json"), ("{}", "peft_type")] {
        let error = Adapter::read(config.as_bytes(), &weights, "x", &SHAPE).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    for length in 0..weights.len() {
        assert!(read(json!({}), &weights[..length]).is_err(), "cut at {length}");
    }
}
