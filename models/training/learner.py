"""A step of training: gradients into weights, and weights into their average."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import nn

_LARGEST_GRADIENT = 1.0
_BETAS = (0.9, 0.98)
_DECAY_OF_WEIGHTS = 0.01


class Group(NamedTuple):
    """Parameters by their names' beginnings, and the share of the learning rate that they get."""

    beginnings: tuple[str, ...]
    share: float


class Learner:
    """AdamW (Loshchilov and Hutter 2019) over float32 masters of a model's weights, and their moving average.

    On a CPU the model itself computes in bfloat16, whose matrices are twice as fast where the CPU has AMX; on a GPU, or
    in float32, its own weights are the masters.
    """

    def __init__(self, model: nn.Module, groups: Sequence[Group], *, bfloat16: bool, decay: float) -> None:
        wanted = {name: share for name, share in _shares(model, groups).items() if share}
        self._masters = {
            name: parameter.detach().clone() if bfloat16 else parameter
            for name, parameter in model.named_parameters()
            if name in wanted
        }
        self.average = {name: master.detach().clone() for name, master in self._masters.items()}
        self._decay = decay
        self._steps = 0
        if bfloat16:
            model.bfloat16()
        self._parameters = {name: parameter for name, parameter in model.named_parameters() if name in wanted}
        groups_ = [
            {"params": [master for name, master in self._masters.items() if wanted[name] == share], "share": share}
            for share in sorted(set(wanted.values()))
        ]
        self._optimiser = torch.optim.AdamW(groups_, lr=0.0, betas=_BETAS, weight_decay=_DECAY_OF_WEIGHTS, fused=True)

    def step(self, rate: float) -> None:
        """Use the gradients that the model has, and take them away. `rate` is the learning rate of the whole share."""
        for group in self._optimiser.param_groups:
            group["lr"] = rate * group["share"]
        apart = [
            (self._masters[name], parameter)
            for name, parameter in self._parameters.items()
            if self._masters[name] is not parameter
        ]
        for master, parameter in apart:
            master.grad = None if parameter.grad is None else parameter.grad.float()
            parameter.grad = None
        nn.utils.clip_grad_norm_(self._masters.values(), _LARGEST_GRADIENT)
        self._optimiser.step()
        self._steps += 1
        with torch.no_grad():
            # At the beginning the average is of few steps, so that it is not of the first weights for long.
            decay = min(self._decay, (1 + self._steps) / (10 + self._steps))
            for name, master in self._masters.items():
                # What is frozen has been so from the first step, and is its own average.
                if master.grad is not None:
                    self.average[name].lerp_(master, 1 - decay)
            for master, parameter in apart:
                if master.grad is not None:
                    parameter.copy_(master)
        self._optimiser.zero_grad()

    @torch.no_grad()
    def use_average(self) -> None:
        """Give the model the averaged weights, in float32."""
        for name, parameter in self._parameters.items():
            parameter.data = self.average[name].clone()

    def state(self) -> dict[str, Any]:
        """Return all that is needed to go on."""
        masters = {name: master.detach() for name, master in self._masters.items()}
        return {
            "masters": masters,
            "average": self.average,
            "optimiser": self._optimiser.state_dict(),
            "steps": self._steps,
        }

    @torch.no_grad()
    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self._steps = state["steps"]
        self._optimiser.load_state_dict(state["optimiser"])
        for name, master in self._masters.items():
            master.copy_(state["masters"][name])
            self.average[name].copy_(state["average"][name])
            self._parameters[name].copy_(master)

    @property
    def steps(self) -> int:
        """How many steps there were."""
        return self._steps


def _shares(model: nn.Module, groups: Sequence[Group]) -> dict[str, float]:
    """Return the share of each parameter: that of the first group one of whose beginnings it has."""
    return {
        name: next((group.share for group in groups if name.startswith(group.beginnings)), 0.0)
        for name, _ in model.named_parameters()
    }
