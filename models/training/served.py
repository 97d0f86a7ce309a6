"""A model that is served, as the checkpoint it was made of: what `specification` writes is read back.

Its weights are those of int8; a training goes on from them as well as from those that were rounded.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import torch
from torch import Tensor

from models.training.checkpoint import Checkpoint
from models.training.errors import TrainingError
from models.training.shape import shape_of
from rtt.convert.weights import WEIGHTS, Weights, read_weights
from rtt.errors import ModelError

_PARTS = {
    "encoder/embeddings_0": ("encoder.pieces",),
    "encoder/position_encodings": ("encoder.positions",),
    "encoder/layernorm_embedding": ("encoder.norm",),
    "decoder/embeddings": ("decoder.pieces",),
    "decoder/projection": ("decoder",),
    "decoder/layer_norm": ("decoder.norm",),
}
_PARTS_OF_LAYERS = {
    "self_attention/linear_0": ("attention.query", "attention.key", "attention.value"),
    "self_attention/linear_1": ("attention.output",),
    "self_attention/layer_norm": ("attention_norm",),
    "attention/linear_0": ("source_attention.query",),
    "attention/linear_1": ("source_attention.key", "source_attention.value"),
    "attention/linear_2": ("source_attention.output",),
    "attention/layer_norm": ("source_norm",),
    "ffn/linear_0": ("widen",),
    "ffn/linear_1": ("narrow",),
    "ffn/layer_norm": ("feed_norm",),
}
_KINDS = {"weight": "weight", "encodings": "weight", "gamma": "weight", "bias": "bias", "beta": "bias"}
_LAYER = re.compile(r"(encoder|decoder)/layer_(\d+)/(.+)")
_TARGET_POSITIONS = "decoder/position_encodings/encodings"
# Computed, not learnt; and those of the embeddings.
_LEFT_OUT = {_TARGET_POSITIONS, "decoder/projection/weight"}


def read_served(folder: Path) -> Checkpoint:
    """Read the weights of a model that this recipe has exported. Raises TrainingError."""
    try:
        served = read_weights(folder / WEIGHTS)
        # What is equal has been written once.
        variables = [*served.variables, *served.aliases]
        weights = {name: weight for variable in variables for name, weight in _renamed(served, variable)}
        encoder_heads, decoder_heads = (
            int(served.variables[f"{one}/num_heads"].array) for one in ("encoder", "decoder")
        )
        shape = shape_of(weights, (encoder_heads, decoder_heads))
        target_positions = len(served.variables[_TARGET_POSITIONS].array)
        return Checkpoint(weights, msgspec.structs.replace(shape, target_positions=target_positions), 0)
    except (ModelError, LookupError) as error:
        raise TrainingError(f"{folder}: no model that was exported from a training: {error}") from error


def _renamed(served: Weights, variable: str) -> Iterator[tuple[str, Tensor]]:
    """Yield the weights that a variable holds, one after the other, by their names in a checkpoint."""
    part, _, kind = variable.rpartition("/")
    if kind not in _KINDS or variable in _LEFT_OUT:
        return
    if layer := _LAYER.fullmatch(part):
        side, number, part = layer.groups()
        names = [f"{side}.layers.{number}.{name}" for name in _PARTS_OF_LAYERS[part]]
    else:
        names = [*_PARTS[part]]
    for name, weight in zip(names, _array(served, variable).chunk(len(names)), strict=True):
        yield f"{name}.{_KINDS[kind]}", weight


def _array(served: Weights, variable: str) -> Tensor:
    """Return a variable in float32: int8 is what it was times a scale for each row."""
    owner = served.owner(variable)
    array = torch.from_numpy(served.variables[owner].array.astype("float32"))
    scale = served.variables.get(served.owner(f"{owner}_scale"))
    return array if scale is None else array / torch.from_numpy(scale.array.astype("float32"))[:, None]
