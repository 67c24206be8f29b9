"""The model as Hugging Face's Llama: config.json, model.safetensors in bfloat16, tokenizer.json. `fabula quantize` reads the folder."""
import json
import shutil

import torch
from safetensors.torch import save_file

from common.llama import halves
from model import names


def export(state, shape, tokenizer, folder):
    """state: the weights by their names in model.py; tokenizer: the file they were trained with."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        theirs: (halves(state[ours], shape.head) if turned else state[ours]).detach().cpu().to(torch.bfloat16).contiguous()
        for ours, theirs, turned in names(shape)
    }
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": shape.width,
        "intermediate_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.key_heads,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.context,
        "rms_norm_eps": shape.epsilon,
        "rope_theta": shape.base,
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "attention_bias": False,
        "mlp_bias": False,
        "torch_dtype": "bfloat16",
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    if tokenizer != folder / "tokenizer.json":
        shutil.copyfile(tokenizer, folder / "tokenizer.json")
