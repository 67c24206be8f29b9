"""The house model with low-rank adapters (LoRA, Hu et al. 2021) on every matrix of its layers.

The frozen weights are those of the GGUF file as it is shipped (Q8_0, dequantized), so that the adapter learns to correct
the model that readers run. Rotary positions turn the pairs (2i, 2i + 1), as GGUF's "llama" lays them out.
"""
import math

import gguf
import torch
import torch.nn.functional as F
from torch import nn

# In the order of the forward pass: name in the GGUF file, name in Hugging Face's Llama.
MATRICES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


class Adapted(nn.Module):
    """A frozen matrix W (out, in) and what is added to it: y = W x + strength * alpha / rank * B (A dropout(x))."""

    def __init__(self, weight, rank, alpha, dropout):
        super().__init__()
        out_features, in_features = weight.shape
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.lora_a = nn.Parameter(torch.empty(rank, in_features))
        self.lora_b = nn.Parameter(torch.zeros(out_features, rank))
        nn.init.kaiming_uniform_(self.lora_a, a=math.sqrt(5))
        self.scale = alpha / rank
        self.dropout = dropout
        self.strength = 1.0

    def forward(self, x):
        y = F.linear(x, self.weight)
        if self.strength == 0.0:
            return y
        low = F.linear(F.dropout(x, self.dropout, self.training), self.lora_a)
        return y + self.strength * self.scale * F.linear(low, self.lora_b)


class Layer(nn.Module):
    """One layer: attention, then SwiGLU."""

    def __init__(self, weights, index, rank, alpha, dropout):
        super().__init__()
        for name in MATRICES:
            setattr(self, name, Adapted(weights[f"blk.{index}.{name}.weight"], rank, alpha, dropout))
        for name in ("attn_norm", "ffn_norm"):
            setattr(self, name, nn.Parameter(weights[f"blk.{index}.{name}.weight"], requires_grad=False))

    def forward(self, x, shape, rotation):
        batch, length, width = x.shape
        y = F.rms_norm(x, (width,), self.attn_norm, shape["epsilon"])

        def heads(z, count):
            return z.view(batch, length, count, shape["head"])

        query = rotate(heads(self.attn_q(y), shape["heads"]), rotation).transpose(1, 2)
        key = rotate(heads(self.attn_k(y), shape["key_heads"]), rotation).transpose(1, 2)
        value = heads(self.attn_v(y), shape["key_heads"]).transpose(1, 2)
        y = F.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=shape["heads"] != shape["key_heads"])
        x = x + self.attn_output(y.transpose(1, 2).reshape(batch, length, -1))
        y = F.rms_norm(x, (width,), self.ffn_norm, shape["epsilon"])
        return x + self.ffn_down(F.silu(self.ffn_gate(y)) * self.ffn_up(y))


def rotate(x, rotation):
    """x: (batch, length, heads, head); rotation: (cosine, sine), each (length, 1, head / 2)."""
    cosine, sine = (part[: x.shape[1]] for part in rotation)
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cosine - odd * sine, even * sine + odd * cosine], -1).flatten(-2)


class Poet(nn.Module):
    """The whole model. Only the adapters learn."""

    def __init__(self, path, rank, alpha, dropout=0.0):
        super().__init__()
        reader = gguf.GGUFReader(path)

        def field(name):
            return reader.get_field(name).contents()

        def number(name):
            return field(f"llama.{name}")

        weights = {
            tensor.name: torch.from_numpy(gguf.quants.dequantize(tensor.data, tensor.tensor_type).copy())
            for tensor in reader.tensors
        }
        if "output.weight" in weights:
            raise SystemExit(f"{path}: the recipe expects a model whose embedding is its classifier too")
        heads = number("attention.head_count")
        self.shape = {
            "layers": number("block_count"),
            "width": number("embedding_length"),
            "hidden": number("feed_forward_length"),
            "heads": heads,
            "key_heads": number("attention.head_count_kv"),
            "head": number("embedding_length") // heads,
            "context": number("context_length"),
            "epsilon": number("attention.layer_norm_rms_epsilon"),
            "base": number("rope.freq_base"),
        }
        self.rank, self.alpha, self.dropout = rank, alpha, dropout
        self.embedding = nn.Parameter(weights["token_embd.weight"], requires_grad=False)
        self.norm = nn.Parameter(weights["output_norm.weight"], requires_grad=False)
        self.layers = nn.ModuleList(Layer(weights, index, rank, alpha, dropout) for index in range(self.shape["layers"]))
        pairs = self.shape["head"] // 2
        speeds = self.shape["base"] ** (-torch.arange(pairs, dtype=torch.float64) / pairs)
        angles = torch.outer(torch.arange(self.shape["context"], dtype=torch.float64), speeds)[:, None, :]
        self.rotation = (angles.cos().float(), angles.sin().float())

    def forward(self, tokens):
        """tokens: (batch, length). Returns logits: (batch, length, vocabulary)."""
        x = self.embedding[tokens]
        for layer in self.layers:
            x = layer(x, self.shape, self.rotation)
        x = F.rms_norm(x, (x.shape[-1],), self.norm, self.shape["epsilon"])
        return F.linear(x, self.embedding)

    def set_strength(self, strength):
        """0 is the base model, 1 what was trained."""
        for module in self.modules():
            if isinstance(module, Adapted):
                module.strength = strength

    def adapters(self):
        """Everything that learns, by name."""
        return {name: parameter for name, parameter in self.named_parameters() if parameter.requires_grad}
