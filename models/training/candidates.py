"""A softmax over some of the target pieces only: the output layer of all of them is a third of a step.

Those of the batch are always weighed; of the others some are drawn, each of which stands for as many as were not
(importance sampling, Bengio and Senécal 2008; Jean et al. 2015).
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from models.training.unigrams import BEGIN, END, PAD, UNKNOWN

_MARKS = max(UNKNOWN, BEGIN, END, PAD) + 1


class Candidates(NamedTuple):
    """Target pieces that a step weighs, both (candidates)."""

    pieces: Tensor
    """Their numbers, ascending; the marks come first and so keep theirs."""
    weights: Tensor
    """What is added to the score of each: the logarithm of how many pieces it stands for."""

    def places(self, target: Tensor) -> Tensor:
        """Return where among the candidates target pieces are, which have to be among them."""
        return torch.searchsorted(self.pieces, target)


def draw(target: Tensor, pieces: int, count: int) -> Candidates:
    """Return the pieces of a batch's target (batch, length), and `count` others of all `pieces`."""
    chosen = torch.zeros(pieces, dtype=torch.bool, device=target.device)
    chosen[:_MARKS] = True
    chosen[target.flatten()] = True
    others = (~chosen).nonzero().flatten()
    drawn = others[torch.randperm(len(others), device=target.device)[:count]]
    weights = torch.zeros(pieces, device=target.device)
    weights[drawn] = math.log(max(1, len(others)) / max(1, len(drawn)))
    chosen[drawn] = True
    candidates = chosen.nonzero().flatten()
    return Candidates(candidates, weights[candidates])
