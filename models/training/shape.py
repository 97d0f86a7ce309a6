"""How large a model is."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct
from torch import Tensor

# Of layer normalisation; CTranslate2 has the same.
EPSILON = 1e-6

Size = Annotated[int, Meta(ge=1)]


class Shape(Struct, frozen=True):
    """The sizes of a model; those that are given are those of MiniLM-L6-H384 and a decoder that fits it."""

    source_pieces: Size
    target_pieces: Size
    width: Size = 384
    feed_forward: Size = 1536
    encoder_layers: Size = 6
    decoder_layers: Size = 3
    encoder_heads: Size = 12
    decoder_heads: Size = 6
    positions: Size = 256
    """Longest source, in pieces with its end."""
    target_positions: Size = 512


def shape_of(weights: Mapping[str, Tensor], heads: tuple[int, int]) -> Shape:
    """Return the sizes of a model by its weights, which do not tell the heads of its encoder and its decoder."""
    (source_pieces, width), (target_pieces, _) = (
        weights[f"{one}.pieces.weight"].shape for one in ("encoder", "decoder")
    )
    encoder_heads, decoder_heads = heads
    return Shape(
        source_pieces=source_pieces,
        target_pieces=target_pieces,
        width=width,
        feed_forward=len(weights["encoder.layers.0.widen.weight"]),
        encoder_layers=_layers(weights, "encoder"),
        decoder_layers=_layers(weights, "decoder"),
        encoder_heads=encoder_heads,
        decoder_heads=decoder_heads,
        positions=len(weights["encoder.positions.weight"]),
    )


def _layers(weights: Mapping[str, Tensor], side: str) -> int:
    return len({name.split(".")[2] for name in weights if name.startswith(f"{side}.layers.")})
