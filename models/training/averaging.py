"""The mean of several trainings' weights (Wortsman et al. 2022): often better than any of them, and as fast as one."""

from collections.abc import Sequence

import torch

from models.training.carry_over import TARGET_PIECES
from models.training.checkpoint import Checkpoint
from models.training.errors import TrainingError


def mean_of(checkpoints: Sequence[Checkpoint], *, keep_pieces: bool = False) -> Checkpoint:
    """Return a checkpoint whose weights are the mean of others' that began as one.

    With `keep_pieces` what stands for each target piece is the first one's. Raises TrainingError.
    """
    first, *others = checkpoints
    if odd := next((other for other in others if other.shape != first.shape), None):
        raise TrainingError(f"Expected models of one shape: {first.shape}, {odd.shape}")
    weights = {name: torch.stack([one.weights[name] for one in checkpoints]).mean(0) for name in first.weights}
    if keep_pieces:
        weights |= {name: first.weights[name] for name in TARGET_PIECES}
    return Checkpoint(weights, first.shape, max(one.tokens for one in checkpoints))
