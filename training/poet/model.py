"""The house model with low-rank adapters (LoRA, Hu et al. 2021) on every matrix of its layers.

The frozen weights are those of the GGUF file as it is shipped (Q8_0, dequantized), so that the adapter learns to correct
the model that readers run.
"""
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

sys.path.append(str(Path(__file__).parent.parent))
from common import gguf_file
from common.llama import Layer, Llama


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


class Poet(Llama):
    """The whole model. Only the adapters learn."""

    def __init__(self, path, rank, alpha, dropout=0.0):
        shape, weights = gguf_file.read(path)

        def frozen(name):
            return nn.Parameter(weights[name], requires_grad=False)

        def layer(index):
            return Layer(
                shape,
                matrix=lambda name: Adapted(weights[f"blk.{index}.{name}"], rank, alpha, dropout),
                norm=lambda name: frozen(f"blk.{index}.{name}"),
            )

        super().__init__(shape, frozen("token_embd"), [layer(index) for index in range(shape.layers)], frozen("output_norm"))
        self.rank, self.alpha, self.dropout = rank, alpha, dropout

    def set_strength(self, strength):
        """0 is the base model, 1 is as trained."""
        for module in self.modules():
            if isinstance(module, Adapted):
                module.strength = strength

    def adapters(self):
        """Everything that learns, by name."""
        return {name: parameter for name, parameter in self.named_parameters() if parameter.requires_grad}
