"""Muon (Jordan et al. 2024): momentum, made orthogonal by a Newton-Schulz iteration, for the matrices of the layers.

PyTorch has one too. This one iterates in the precision of its weights, since CPUs without bfloat16 take very long for what
PyTorch's does, and takes all matrices of one size at once.
"""
import math

import torch

# An odd polynomial of fifth degree that brings every singular value between 0 and 1 close to 1 in five rounds.
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ROUNDS = 5


def orthogonal(matrices):
    """matrices: (count, rows, columns). The nearest orthogonal ones, or about so."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    a, b, c = COEFFICIENTS
    for _ in range(ROUNDS):
        square = x @ x.mT
        x = a * x + torch.baddbmm(b * square, square, square, alpha=c) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    def __init__(self, parameters, lr, momentum=0.95, weight_decay=0.01):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            sizes = {}
            for parameter in group["params"]:
                sizes.setdefault(parameter.shape, []).append(parameter)
            for (rows, columns), parameters in sizes.items():
                directions = torch.stack([self.direction(parameter, group["momentum"]) for parameter in parameters])
                # So that a step changes the outputs of tall and of wide matrices alike.
                rate = group["lr"] * math.sqrt(max(1, rows / columns))
                for parameter, direction in zip(parameters, orthogonal(directions)):
                    parameter.mul_(1 - group["lr"] * group["weight_decay"])
                    parameter.sub_(direction, alpha=rate)

    def direction(self, parameter, momentum):
        """Nesterov's: the mean of the gradients so far, with this one again."""
        state = self.state[parameter]
        if "mean" not in state:
            state["mean"] = torch.zeros_like(parameter)
        state["mean"].lerp_(parameter.grad, 1 - momentum)
        return parameter.grad.lerp(state["mean"], momentum)
