"""How a model is trained: what a run is started with, and what it must be gone on with."""

from msgspec import Struct


class Settings(Struct, frozen=True):
    """Settings of a training; those that are given suit 30 million parameters on a CPU."""

    tokens: int = 100_000_000
    """Target tokens to see, in all."""
    batch_tokens: int = 3000
    """Most tokens of a batch, with its padding."""
    rate: float = 1e-3
    """Highest learning rate."""
    encoder_rate: float = 0.25
    """The encoder's, as a share of that: it knows much already."""
    warm_up: int = 1_000_000
    """Target tokens over which the rate rises."""
    frozen: float = 0.25
    """Share of the training during which the encoder stays as it is, which is half as fast again."""
    prefixes: float = 0.12
    """Share of pairs that are cut on both sides at the same proportion."""
    unpunctuated: float = 0.12
    """Share of sources without punctuation, as some recognisers send them."""
    smoothing: float = 0.1
    dropout: float = 0.1
    decay: float = 0.9995
    """Of the average of the weights, for each step."""
    longest: int = 90
    """Most pieces of a side; longer pairs are left out."""
    seed: int = 1
