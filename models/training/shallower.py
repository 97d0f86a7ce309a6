"""A model with fewer decoder layers, out of one that is trained: faster at once, and good once it is trained on."""

import re

from msgspec.structs import replace

from models.training.checkpoint import Checkpoint
from models.training.errors import TrainingError

_LAYER = re.compile(r"(decoder\.layers\.)(\d+)(\..+)")


def shallower(old: Checkpoint, layers: int) -> Checkpoint:
    """Return the model with so many decoder layers: the first, the last, and evenly some of those between.

    After Fan, Grave and Joulin (2020). Raises TrainingError where it has fewer.
    """
    most = old.shape.decoder_layers
    if not 1 <= layers <= most:
        raise TrainingError(f"--decoder-layers: {layers}: Expected 1 to {most}, which the model has")
    kept = {str(round(n * (most - 1) / max(1, layers - 1))): str(n) for n in range(layers)}
    weights = {}
    for name, weight in old.weights.items():
        layer = _LAYER.fullmatch(name)
        if layer is None:
            weights[name] = weight
        elif layer[2] in kept:
            weights[layer[1] + kept[layer[2]] + layer[3]] = weight
    return Checkpoint(weights, replace(old.shape, decoder_layers=layers), old.tokens)
