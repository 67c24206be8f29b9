"""Proves that the exported adapter is what PEFT takes it for: the same logits from the recipe's own model and from
Hugging Face's implementation with the adapter loaded. `python training/poet/check_peft.py FOLDER`; needs training/requirements-check.txt.
"""
import argparse
import sys
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import LlamaConfig, LlamaForCausalLM

from model import Poet
from train import HOUSE

sys.path.append(str(Path(__file__).parent.parent))
from common.llama import MATRICES, halves, pairs


def hugging_face(poet):
    """The base model as Hugging Face's Llama."""
    shape = poet.shape
    config = LlamaConfig(
        vocab_size=poet.embedding.shape[0], hidden_size=shape.width, intermediate_size=shape.hidden,
        num_hidden_layers=shape.layers, num_attention_heads=shape.heads, num_key_value_heads=shape.key_heads,
        max_position_embeddings=shape.context, rms_norm_eps=shape.epsilon, rope_theta=shape.base,
        tie_word_embeddings=True, attn_implementation="eager",
    )
    theirs = LlamaForCausalLM(config).eval()
    weights = {"model.embed_tokens.weight": poet.embedding, "lm_head.weight": poet.embedding, "model.norm.weight": poet.norm}
    for index, layer in enumerate(poet.layers):
        prefix = f"model.layers.{index}"
        weights[f"{prefix}.input_layernorm.weight"] = layer.attn_norm
        weights[f"{prefix}.post_attention_layernorm.weight"] = layer.ffn_norm
        for name, module in MATRICES.items():
            weight = getattr(layer, name).weight
            weights[f"{prefix}.{module}.weight"] = halves(weight, shape.head) if name in ("attn_q", "attn_k") else weight
    theirs.load_state_dict(weights)
    return theirs


def load(poet, folder):
    """Puts an exported adapter into the recipe's model."""
    tensors = load_file(folder / "adapter_model.safetensors")
    head = poet.shape.head
    for index, layer in enumerate(poet.layers):
        for name, module in MATRICES.items():
            prefix = f"base_model.model.model.layers.{index}.{module}"
            adapted = getattr(layer, name)
            lora_b = tensors[f"{prefix}.lora_B.weight"].float()
            if name in ("attn_q", "attn_k"):
                lora_b = pairs(lora_b, head)
            adapted.lora_a.data = tensors[f"{prefix}.lora_A.weight"].float()
            adapted.lora_b.data = lora_b


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    ours = Poet(HOUSE / "fable-9m-q8_0.gguf", 12, 24).eval()
    theirs = hugging_face(ours)
    tokens = torch.randint(0, ours.embedding.shape[0], (2, 200), generator=torch.Generator().manual_seed(1))
    ours.set_strength(0.0)
    base = ours(tokens)
    apart = (base - theirs(tokens).logits).abs().max().item()
    print(f"without the adapter: {apart:.2e} apart")
    load(ours, folder)
    ours.set_strength(1.0)
    adapted = ours(tokens)
    theirs = PeftModel.from_pretrained(theirs, folder).eval()
    apart_adapted = (adapted - theirs(tokens).logits).abs().max().item()
    changed = (adapted - base).abs().max().item()
    print(f"with the adapter: {apart_adapted:.2e} apart; it changes logits by up to {changed:.2f}")
    if apart > 1e-3 or apart_adapted > 1e-3 or changed < 0.1:
        raise SystemExit("the adapter is not what PEFT takes it for")


if __name__ == "__main__":
    main()
