"""The architecture of the house model, whatever its matrices are: plain ones that learn, or frozen ones with an adapter on each.

Rotary positions turn the pairs (2i, 2i + 1), as GGUF's "llama" lays them out.
"""
from dataclasses import dataclass

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
NORMS = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm"}


@dataclass(frozen=True)
class Shape:
    vocabulary: int
    width: int
    layers: int
    heads: int
    key_heads: int
    hidden: int
    context: int
    epsilon: float = 1e-5
    base: float = 10_000.0

    @property
    def head(self):
        return self.width // self.heads


class Layer(nn.Module):
    """One layer: attention, then SwiGLU. `matrix` and `norm` make its parts, by their names in the GGUF file."""

    def __init__(self, shape, matrix, norm):
        super().__init__()
        self.shape = shape
        for name in MATRICES:
            setattr(self, name, matrix(name))
        for name in NORMS:
            setattr(self, name, norm(name))

    def forward(self, x, rotation):
        batch, length, width = x.shape
        shape = self.shape
        y = F.rms_norm(x, (width,), self.attn_norm, shape.epsilon)

        def heads(z, count):
            return z.view(batch, length, count, shape.head)

        query = rotate(heads(self.attn_q(y), shape.heads), rotation).transpose(1, 2)
        key = rotate(heads(self.attn_k(y), shape.key_heads), rotation).transpose(1, 2)
        value = heads(self.attn_v(y), shape.key_heads).transpose(1, 2)
        y = F.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=shape.heads != shape.key_heads)
        x = x + self.attn_output(y.transpose(1, 2).reshape(batch, length, -1))
        y = F.rms_norm(x, (width,), self.ffn_norm, shape.epsilon)
        return x + self.ffn_down(F.silu(self.ffn_gate(y)) * self.ffn_up(y))


class Llama(nn.Module):
    """The whole model; the embedding is its classifier too."""

    def __init__(self, shape, embedding, layers, norm):
        super().__init__()
        self.shape, self.embedding, self.norm = shape, embedding, norm
        self.layers = nn.ModuleList(layers)
        pairs = shape.head // 2
        speeds = shape.base ** (-torch.arange(pairs, dtype=torch.float64) / pairs)
        angles = torch.outer(torch.arange(shape.context, dtype=torch.float64), speeds)[:, None, :]
        self.register_buffer("cosine", angles.cos().float(), persistent=False)
        self.register_buffer("sine", angles.sin().float(), persistent=False)

    def forward(self, tokens):
        """tokens: (batch, length). Returns logits: (batch, length, vocabulary)."""
        length = tokens.shape[1]
        rotation = (self.cosine[:length], self.sine[:length])
        x = F.embedding(tokens, self.embedding)
        for layer in self.layers:
            x = layer(x, rotation)
        return F.linear(F.rms_norm(x, (x.shape[-1],), self.norm, self.shape.epsilon), self.embedding)


def rotate(x, rotation):
    """x: (batch, length, heads, head); rotation: (cosine, sine), each (length, 1, head / 2)."""
    cosine, sine = rotation
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cosine - odd * sine, even * sine + odd * cosine], -1).flatten(-2).to(x.dtype)


def halves(rows, head):
    """Rows in the order that Hugging Face rotates, pairs (i, i + head / 2), from pairs (2i, 2i + 1)."""
    return rows.view(-1, head // 2, 2, rows.shape[1]).transpose(1, 2).reshape(rows.shape)


def pairs(rows, head):
    """The other way round."""
    return rows.view(-1, 2, head // 2, rows.shape[1]).transpose(1, 2).reshape(rows.shape)
