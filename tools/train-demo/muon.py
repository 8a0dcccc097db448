"""Muon (Jordan 2024) for the matrices, whose steps are made orthogonal by a Newton-Schulz iteration, and Adam for the rest."""

import torch


def orthogonal(gradient):
    """Roughly U V' of the gradient's U S V'; bfloat16 is precise enough."""
    x = gradient.bfloat16()
    x = x / (x.float().norm() + 1e-7).bfloat16()
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.t()
    for _ in range(5):
        square = x @ x.t()
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * (square @ square)) @ x
    return (x.t() if tall else x).float()


class Muon:
    def __init__(self, model, matrix_rate=0.01, other_rate=0.003, momentum=0.95, decay=0.01):
        named = dict(model.named_parameters())
        self.matrices = [p for name, p in named.items() if p.ndim == 2 and name != "embedding"]
        self.momentum, self.matrix_rate, self.decay = momentum, matrix_rate, decay
        self.speeds = [torch.zeros_like(p) for p in self.matrices]
        self.adam = torch.optim.Adam([p for name, p in named.items() if p.ndim != 2 or name == "embedding"], betas=(0.9, 0.95), eps=1e-10)
        self.other_rate = other_rate

    @torch.no_grad()
    def step(self, share):
        for group in self.adam.param_groups:
            group["lr"] = self.other_rate * share
        self.adam.step()
        self.adam.zero_grad()
        rate = self.matrix_rate * share
        for p, speed in zip(self.matrices, self.speeds):
            speed.mul_(self.momentum).add_(p.grad)
            direction = p.grad.add(speed, alpha=self.momentum)
            # A fused matrix takes one step a part, as its parts are unlike each other.
            parts = torch.cat([orthogonal(part) for part in direction.split(p.shape[1])])
            p.mul_(1 - rate * self.decay).add_(parts, alpha=-rate)
            p.grad = None

    def state_dict(self):
        return {"speeds": self.speeds, "adam": self.adam.state_dict()}

    def load_state_dict(self, state):
        self.speeds = state["speeds"]
        self.adam.load_state_dict(state["adam"])
