"""Weights on the disk: written aside and put in place in one step, read without running anything."""

import os
import pickle
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import torch
from torch import Tensor

from models.training import short_names
from models.training.errors import TrainingError
from models.training.shape import Shape, shape_of


class Checkpoint(NamedTuple):
    """A model's weights by name, its sizes, and how many target tokens it has seen (0: not known)."""

    weights: dict[str, Tensor]
    shape: Shape
    tokens: int


def save(path: Path, content: dict[str, Any]) -> None:
    """Write a dictionary of tensors and plain values; a crash leaves the old file or the new one."""
    aside = path.with_name(path.name + ".new")
    with aside.open("wb") as file:
        torch.save(content, file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def load(path: Path) -> dict[str, Any]:
    """Read what `save` wrote. Raises TrainingError."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise TrainingError(f"{path}: no checkpoint: {error}") from error
    if not isinstance(content, dict):
        raise TrainingError(f"{path}: no checkpoint: Expected a dictionary")
    return content


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a model's weights."""
    shape = msgspec.to_builtins(checkpoint.shape)
    save(path, {"weights": checkpoint.weights, "shape": shape, "tokens": checkpoint.tokens})


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a model's weights, in float32, of a checkpoint of this recipe or one with short names.

    Raises TrainingError.
    """
    content = load(path)
    try:
        if short_names.are_short(content):
            weights = short_names.lengthen({name: weight.float() for name, weight in content.items()})
            return Checkpoint(weights, shape_of(weights, short_names.heads_of(weights)), 0)
        weights = {name: weight.float() for name, weight in content["weights"].items()}
        return Checkpoint(weights, msgspec.convert(content["shape"], Shape), int(content["tokens"]))
    except (LookupError, AttributeError, TypeError, msgspec.ValidationError) as error:
        raise TrainingError(f"{path}: no checkpoint of a translation model: {error!r}") from error
