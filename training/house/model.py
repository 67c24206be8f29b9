"""The house model, every weight of which learns: from scratch, from a checkpoint in Hugging Face's form, or from a GGUF file."""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

sys.path.append(str(Path(__file__).parent.parent))
from common import gguf_file
from common.llama import MATRICES, NORMS, Layer, Llama, Shape, pairs


class House(Llama):
    def __init__(self, shape):
        sizes = {
            "attn_q": (shape.width, shape.width),
            "attn_k": (shape.width, shape.key_heads * shape.head),
            "attn_v": (shape.width, shape.key_heads * shape.head),
            "attn_output": (shape.width, shape.width),
            "ffn_gate": (shape.width, shape.hidden),
            "ffn_up": (shape.width, shape.hidden),
            "ffn_down": (shape.hidden, shape.width),
        }

        def matrix(name):
            made = nn.Linear(*sizes[name], bias=False)
            # What a layer adds to its input begins at nothing: deep or not, the first steps are steady.
            if name in ("attn_output", "ffn_down"):
                nn.init.zeros_(made.weight)
            return made

        def norm(_):
            return nn.Parameter(torch.ones(shape.width))

        embedding = nn.Parameter(torch.empty(shape.vocabulary, shape.width).normal_(std=0.02))
        layers = [Layer(shape, matrix, norm) for _ in range(shape.layers)]
        super().__init__(shape, embedding, layers, norm(None))

    def matrices(self):
        """The matrices of the layers; the embedding is not among them."""
        return [parameter for name, parameter in self.named_parameters() if name.startswith("layers.") and parameter.ndim == 2]

    def others(self):
        return [parameter for name, parameter in self.named_parameters() if not (name.startswith("layers.") and parameter.ndim == 2)]


def names(shape):
    """Of every weight: the name here, the name in Hugging Face's Llama, whether rotary positions turn its rows."""
    found = [("embedding", "model.embed_tokens.weight", False)]
    for index in range(shape.layers):
        for ours, theirs in NORMS.items():
            found.append((f"layers.{index}.{ours}", f"model.layers.{index}.{theirs}.weight", False))
        for ours, theirs in MATRICES.items():
            found.append((f"layers.{index}.{ours}.weight", f"model.layers.{index}.{theirs}.weight", ours in ("attn_q", "attn_k")))
    return [*found, ("norm", "model.norm.weight", False)]


def tokenizer_of(place):
    """The tokenizer of a checkpoint folder, or beside a GGUF file."""
    if not place.exists():
        raise SystemExit(f"{place} does not exist: a checkpoint folder or a GGUF file is asked for")
    found = (place if place.is_dir() else place.parent) / "tokenizer.json"
    if not found.exists():
        raise SystemExit(f"{found} is missing: weights are of no use without their tokenizer")
    return found


def load(place):
    """The model of a folder with `config.json` and `model.safetensors`, or of a GGUF file."""
    return load_folder(place) if place.is_dir() else load_gguf(place)


def load_gguf(path):
    """The model of a GGUF file, dequantized; rows of queries and keys are in its order already."""
    shape, stored = gguf_file.read(path)
    model = House(shape)
    places = {"embedding": "token_embd", "norm": "output_norm"}
    model.load_state_dict({
        ours: stored[places.get(ours) or ours.replace("layers.", "blk.").removesuffix(".weight")] for ours, _, _ in names(shape)
    })
    return model


def load_folder(folder):
    """The model of `config.json` and `model.safetensors`, as Hugging Face's Llama has them."""
    config = json.loads((folder / "config.json").read_text())
    if not config["tie_word_embeddings"]:
        raise SystemExit(f"{folder}: the recipe expects a model whose embedding is its classifier too")
    shape = Shape(
        vocabulary=config["vocab_size"], width=config["hidden_size"], layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"], key_heads=config["num_key_value_heads"], hidden=config["intermediate_size"],
        context=config["max_position_embeddings"], epsilon=config["rms_norm_eps"], base=config["rope_theta"],
    )
    stored = load_file(folder / "model.safetensors")
    model = House(shape)
    model.load_state_dict({
        ours: (pairs(stored[theirs].float(), shape.head) if turned else stored[theirs].float())
        for ours, theirs, turned in names(shape)
    })
    return model
