//! Small random models, written in every format that the readers know. Written here by the formats' own
//! descriptions, not by the code under test.
#![allow(dead_code, reason = "each test file uses a part")]

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor as Array};
use fabula::model::{Part, Shape, Tensor};
use std::collections::BTreeMap;

/// Named values: a tensor with its weights, row by row in the order of the engine.
#[derive(Clone)]
pub struct Small {
    pub shape: Shape,
    pub classifier: bool,
    pub weights: Vec<(Tensor, Vec<f32>)>,
}

/// The smallest model that has everything: two layers, grouped heads.
pub const TINY: Shape = Shape {
    width: 8,
    hidden: 12,
    layers: 2,
    heads: 2,
    key_heads: 1,
    head: 4,
    vocabulary: 10,
    context: 6,
    epsilon: 1e-5,
    rotary_base: 10_000.0,
};

/// Rows of whole blocks in every encoding.
pub const BLOCKS: Shape =
    Shape { width: 256, hidden: 512, heads: 4, key_heads: 2, head: 64, vocabulary: 40, context: 16, ..TINY };

impl Small {
    pub fn new(shape: Shape, classifier: bool) -> Self {
        let mut numbers = numbers(1);
        let all = Tensor::all(&shape).filter(|&tensor| classifier || tensor != Tensor::Classifier);
        let weights = all.map(|tensor| {
            let (rows, columns) = tensor.size(&shape);
            (tensor, numbers.by_ref().take(rows * columns).collect())
        });
        Self { shape, classifier, weights: weights.collect() }
    }

    pub fn get(&self, tensor: Tensor) -> &[f32] {
        &self.weights.iter().find(|(other, _)| *other == tensor).unwrap().1
    }

    pub fn array(&self, tensor: Tensor) -> Array {
        let (rows, columns) = tensor.size(&self.shape);
        let shape = if rows == 1 { vec![columns] } else { vec![rows, columns] };
        Array::from_slice(self.get(tensor), shape, &Device::Cpu).unwrap()
    }

    /// As candle stores it: matrices as `kind`, vectors as floats.
    pub fn stored(&self, tensor: Tensor, kind: GgmlDType) -> QTensor {
        let array = self.array(tensor);
        QTensor::quantize(&array, if array.rank() == 2 { kind } else { GgmlDType::F32 }).unwrap()
    }

    pub fn gguf(&self, kind: GgmlDType) -> Vec<u8> {
        self.gguf_with(kind, &[])
    }

    /// With more metadata, or other values of it.
    pub fn gguf_with(&self, kind: GgmlDType, more: &[(&str, Value)]) -> Vec<u8> {
        let number = |size: usize| Value::U32(size as u32);
        let shape = &self.shape;
        let words = (0..shape.vocabulary).map(|id| Value::String(format!("t{id}"))).collect();
        let mut metadata = BTreeMap::from([
            ("general.architecture", Value::String("llama".into())),
            ("general.name", Value::String("small".into())),
            ("llama.context_length", number(shape.context)),
            ("llama.embedding_length", number(shape.width)),
            ("llama.block_count", number(shape.layers)),
            ("llama.feed_forward_length", number(shape.hidden)),
            ("llama.attention.head_count", number(shape.heads)),
            ("llama.attention.head_count_kv", number(shape.key_heads)),
            ("llama.attention.layer_norm_rms_epsilon", Value::F32(shape.epsilon)),
            ("llama.rope.dimension_count", number(shape.head)),
            ("llama.rope.freq_base", Value::F32(shape.rotary_base)),
            ("tokenizer.ggml.tokens", Value::Array(words)),
            ("tokenizer.ggml.bos_token_id", number(1)),
            ("tokenizer.ggml.eos_token_id", number(2)),
        ]);
        metadata.extend(more.iter().map(|(key, value)| (*key, value.clone())));
        let tensors: Vec<(String, QTensor)> =
            self.weights.iter().map(|(tensor, _)| (gguf_name(*tensor), self.stored(*tensor, kind))).collect();
        let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(key, value)| (*key, value)).collect();
        let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
        let mut out = std::io::Cursor::new(Vec::new());
        gguf_file::write(&mut out, &metadata, &tensors).unwrap();
        out.into_inner()
    }

    pub fn llama2c(&self) -> Vec<u8> {
        let shape = &self.shape;
        assert_eq!(shape.head * shape.heads, shape.width);
        let vocabulary = shape.vocabulary as i32 * if self.classifier { -1 } else { 1 };
        let sizes = [shape.width, shape.hidden, shape.layers, shape.heads, shape.key_heads].map(|size| size as i32);
        let mut out: Vec<u8> =
            sizes.into_iter().chain([vocabulary, shape.context as i32]).flat_map(i32::to_le_bytes).collect();
        let mut put = |values: &[f32]| out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        put(self.get(Tensor::Embedding));
        use Part::{AttentionNorm, Down, FeedNorm, Gate, Key, Output, Query, Up};
        for part in [AttentionNorm, Query, Key, Part::Value, Output, FeedNorm, Gate, Down, Up] {
            (0..shape.layers).for_each(|layer| put(self.get(Tensor::Layer(layer, part))));
        }
        put(self.get(Tensor::OutputNorm));
        // The reader must not look at these.
        put(&vec![f32::NAN; shape.context * shape.head]);
        if self.classifier {
            put(self.get(Tensor::Classifier));
        }
        out
    }

    /// A safetensors file of the tensors that `part` lets through, in numbers of `bytes` bytes: 4 for F32, 2 for BF16.
    pub fn safetensors(&self, bytes: usize, part: impl Fn(Tensor) -> bool) -> Vec<u8> {
        let mut header = serde_json::Map::new();
        let mut data: Vec<u8> = Vec::new();
        for (tensor, values) in self.weights.iter().filter(|(tensor, _)| part(*tensor)) {
            let (rows, columns) = tensor.size(&self.shape);
            let mut values = values.clone();
            if matches!(tensor, Tensor::Layer(_, Part::Query | Part::Key)) {
                values = separate(&values, columns, self.shape.head);
            }
            let start = data.len();
            data.extend(values.iter().flat_map(|value| value.to_le_bytes()[4 - bytes..].to_vec()));
            let shape = if rows == 1 { vec![columns] } else { vec![rows, columns] };
            let dtype = if bytes == 4 { "F32" } else { "BF16" };
            let entry = serde_json::json!({ "dtype": dtype, "shape": shape, "data_offsets": [start, data.len()] });
            header.insert(hugging_face_name(*tensor), entry);
        }
        header.insert("__metadata__".into(), serde_json::json!({ "format": "pt" }));
        let header = serde_json::to_vec(&header).unwrap();
        [&(header.len() as u64).to_le_bytes(), header.as_slice(), &data].concat()
    }

    /// An adapter of all seven matrices of every layer, as PEFT writes it: adapter_config.json and adapter_model.safetensors.
    pub fn adapter(&self, rank: usize) -> (Vec<u8>, Vec<u8>) {
        let mut header = serde_json::Map::new();
        let mut data: Vec<u8> = Vec::new();
        let mut numbers = numbers(2);
        for (tensor, _) in &self.weights {
            let (rows, columns) = tensor.size(&self.shape);
            if rows == 1 || !matches!(tensor, Tensor::Layer(..)) {
                continue;
            }
            for (which, rows, columns) in [("A", rank, columns), ("B", rows, rank)] {
                let mut values: Vec<f32> = numbers.by_ref().take(rows * columns).collect();
                if which == "B" && matches!(tensor, Tensor::Layer(_, Part::Query | Part::Key)) {
                    values = separate(&values, columns, self.shape.head);
                }
                let start = data.len();
                data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
                let name = hugging_face_name(*tensor).replace(".weight", "");
                let offsets = [start, data.len()];
                let entry = serde_json::json!({ "dtype": "F32", "shape": [rows, columns], "data_offsets": offsets });
                header.insert(format!("base_model.model.{name}.lora_{which}.weight"), entry);
            }
        }
        let header = serde_json::to_vec(&header).unwrap();
        let weights = [&(header.len() as u64).to_le_bytes(), header.as_slice(), &data].concat();
        let config = serde_json::json!({
            "peft_type": "LORA",
            "r": rank,
            "lora_alpha": 3,
            "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
            "bias": "none",
        });
        (serde_json::to_vec_pretty(&config).unwrap(), weights)
    }

    pub fn config(&self) -> serde_json::Value {
        let shape = &self.shape;
        serde_json::json!({
            "architectures": ["LlamaForCausalLM"],
            "hidden_size": shape.width,
            "intermediate_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "num_key_value_heads": shape.key_heads,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.context,
            "rms_norm_eps": shape.epsilon,
            "rope_theta": shape.rotary_base,
            "rope_scaling": null,
            "hidden_act": "silu",
            "attention_bias": false,
            "tie_word_embeddings": !self.classifier,
            "bos_token_id": 1,
            "eos_token_id": 2,
        })
    }

    /// A byte-level tokenizer.json with as many tokens.
    pub fn tokenizer_json(&self) -> Vec<u8> {
        let letters = ('!'..='~').take(self.shape.vocabulary - 3).map(String::from);
        let tokens = ["<unk>", "<s>", "</s>"].map(String::from).into_iter().chain(letters);
        let vocab: serde_json::Map<_, _> = tokens.enumerate().map(|(id, token)| (token, id.into())).collect();
        let json = serde_json::json!({
            "version": "1.0",
            "added_tokens": special_tokens(),
            "pre_tokenizer": { "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true },
            "decoder": { "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true },
            "model": { "type": "BPE", "unk_token": "<unk>", "vocab": vocab, "merges": [] },
        });
        serde_json::to_vec(&json).unwrap()
    }
}

/// What a tokenizer.json says of the three tokens that are no text.
fn special_tokens() -> Vec<serde_json::Value> {
    let all = ["<unk>", "<s>", "</s>"].iter().enumerate();
    all.map(|(id, content)| {
        serde_json::json!({
            "id": id, "content": content, "special": true,
            "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
        })
    })
    .collect()
}

/// A linear congruential generator (Knuth's MMIX constants), to numbers from -0.5 to 0.5.
fn numbers(mut state: u64) -> impl Iterator<Item = f32> {
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    })
}

/// llama2.c's tokenizer.bin of these pieces after the special ones and, if asked for, all bytes.
pub fn tokenizer_bin(bytes: bool, pieces: &[&str]) -> Vec<u8> {
    let mut all: Vec<String> = ["<unk>", "\n<s>\n", "\n</s>\n"].map(String::from).into();
    if bytes {
        all.extend((0..256).map(|byte| format!("<0x{byte:02X}>")));
    }
    all.extend(pieces.iter().map(|piece| piece.to_string()));
    let mut out = 6u32.to_le_bytes().to_vec();
    for (index, piece) in all.iter().enumerate() {
        out.extend((-(index as f32)).to_le_bytes());
        out.extend((piece.len() as i32).to_le_bytes());
        out.extend(piece.as_bytes());
    }
    out
}

/// The tokenizer.json of the Llama 2 family, small.
pub fn sentence_piece(metaspace: bool) -> Vec<u8> {
    let mut tokens: Vec<String> = ["<unk>", "<s>", "</s>"].map(String::from).into();
    tokens.extend((0..256).map(|byte| format!("<0x{byte:02X}>")));
    tokens.extend(["▁", "t", "h", "e", "s", "<", ">", "th", "the", "▁the"].map(String::from));
    let vocab: serde_json::Map<_, _> = tokens.into_iter().enumerate().map(|(id, token)| (token, id.into())).collect();
    let replace =
        |from: &str, to: &str| serde_json::json!({ "type": "Replace", "pattern": { "String": from }, "content": to });
    let mut json = serde_json::json!({
        "version": "1.0",
        "added_tokens": special_tokens(),
        "decoder": { "type": "Sequence", "decoders": [
            replace("▁", " "), { "type": "ByteFallback" }, { "type": "Fuse" },
            { "type": "Strip", "content": " ", "start": 1, "stop": 0 },
        ] },
        "model": {
            "type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true, "vocab": vocab,
            "merges": ["t h", "th e", "▁ the"],
        },
    });
    if metaspace {
        json["pre_tokenizer"] =
            serde_json::json!({ "type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false });
    } else {
        let prepend = serde_json::json!({ "type": "Prepend", "prepend": "▁" });
        json["normalizer"] = serde_json::json!({ "type": "Sequence", "normalizers": [prepend, replace(" ", "▁")] });
    }
    serde_json::to_vec(&json).unwrap()
}

/// Rows of pairs (2i, 2i + 1) to rows of pairs (i, i + head / 2), in every head.
fn separate(values: &[f32], columns: usize, head: usize) -> Vec<f32> {
    let mut out = Vec::new();
    for head in values.chunks(head * columns) {
        let rows: Vec<&[f32]> = head.chunks(columns).collect();
        let (even, odd) = (rows.iter().step_by(2), rows.iter().skip(1).step_by(2));
        even.chain(odd).for_each(|row| out.extend_from_slice(row));
    }
    out
}

pub fn gguf_name(tensor: Tensor) -> String {
    use Part::{AttentionNorm, Down, FeedNorm, Gate, Key, Output, Query, Up};
    let (layer, part) = match tensor {
        Tensor::Embedding => return "token_embd.weight".into(),
        Tensor::Classifier => return "output.weight".into(),
        Tensor::OutputNorm => return "output_norm.weight".into(),
        Tensor::Layer(layer, part) => (layer, part),
    };
    let part = match part {
        AttentionNorm => "attn_norm",
        Query => "attn_q",
        Key => "attn_k",
        Part::Value => "attn_v",
        Output => "attn_output",
        FeedNorm => "ffn_norm",
        Gate => "ffn_gate",
        Up => "ffn_up",
        Down => "ffn_down",
    };
    format!("blk.{layer}.{part}.weight")
}

pub fn hugging_face_name(tensor: Tensor) -> String {
    use Part::{AttentionNorm, Down, FeedNorm, Gate, Key, Output, Query, Up};
    let (layer, part) = match tensor {
        Tensor::Embedding => return "model.embed_tokens.weight".into(),
        Tensor::Classifier => return "lm_head.weight".into(),
        Tensor::OutputNorm => return "model.norm.weight".into(),
        Tensor::Layer(layer, part) => (layer, part),
    };
    let part = match part {
        AttentionNorm => "input_layernorm",
        Query => "self_attn.q_proj",
        Key => "self_attn.k_proj",
        Part::Value => "self_attn.v_proj",
        Output => "self_attn.o_proj",
        FeedNorm => "post_attention_layernorm",
        Gate => "mlp.gate_proj",
        Up => "mlp.up_proj",
        Down => "mlp.down_proj",
    };
    format!("model.layers.{layer}.{part}.weight")
}
