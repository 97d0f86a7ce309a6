"""How large a model is."""

from msgspec import Struct

# Of layer normalisation; CTranslate2 has the same.
EPSILON = 1e-6


class Shape(Struct, frozen=True):
    """The sizes of a model; those that are given are those of MiniLM-L6-H384 and a decoder that fits it."""

    source_pieces: int
    target_pieces: int
    width: int = 384
    feed_forward: int = 1536
    encoder_layers: int = 6
    decoder_layers: int = 3
    encoder_heads: int = 12
    decoder_heads: int = 6
    positions: int = 256
    """Longest source, in pieces with its end."""
    target_positions: int = 512
