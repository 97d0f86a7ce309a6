"""How a model is trained: what a run is started with, and what it must be gone on with."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from models.training.named_values import with_value

Share = Annotated[float, Meta(ge=0, le=1)]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of a training; those that are given suit 30 million parameters on a CPU."""

    tokens: Annotated[int, Meta(ge=1)] = 100_000_000
    """Target tokens to see, in all."""
    batch_tokens: Annotated[int, Meta(ge=1)] = 3000
    """Most tokens of a side of a batch, with its padding."""
    rate: Annotated[float, Meta(gt=0)] = 1e-3
    """Highest learning rate."""
    encoder_rate: Annotated[float, Meta(gt=0)] = 0.25
    """The encoder's, as a share of that: it knows much already."""
    warm_up: Annotated[int, Meta(ge=0)] = 1_000_000
    """Target tokens over which the rate rises."""
    frozen: Share = 0.25
    """Share of the training during which the encoder stays as it is, which is half as fast again."""
    sampled: Annotated[int, Meta(ge=0)] = 2000
    """Target pieces that are drawn by chance for each step, to be weighed beside those of its batch, while the encoder
    is frozen; 0: all are weighed, as they are later."""
    prefixes: Share = 0.12
    """Share of pairs that are cut on both sides at the same proportion."""
    unpunctuated: Share = 0.12
    """Share of sources without punctuation, as some recognisers send them."""
    smoothing: Share = 0.1
    """Of the labels."""
    dropout: Annotated[float, Meta(ge=0, lt=1)] = 0.1
    """Share of what each layer adds that is left out."""
    decay: Share = 0.9995
    """Of the average of the weights, for each step."""
    longest: Annotated[int, Meta(ge=1, le=255)] = 90
    """Most pieces of a side; longer pairs are left out."""
    seed: Annotated[int, Meta(ge=0)] = 1
    """Of all that is left to chance."""


def make_settings(said: Iterable[str], others: Settings | None = None) -> Settings:
    """Return the settings that are said, each as `name=value`, and the others. Raises TrainingError that names it."""
    settings = others or Settings()
    for one in said:
        settings = with_value(settings, one, f"--set {one}")
    return settings
