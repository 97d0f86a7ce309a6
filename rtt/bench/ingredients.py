"""The ways of answering the same partials that are compared: each ingredient of speed by itself, none, and all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_ONE_AT_A_TIME = {"workers": 1, "max_batch": 1}
_NOT_COMPRESSED = {"compute_type": "float32"}
_NOT_CACHED = {"cache_mb": 0, "prefill": False}


@dataclass(frozen=True, slots=True)
class Variant:
    """A name, the settings that differ from the service's own, and how partials become jobs."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of `rtt.config.Config`."""
    rooms: bool = True
    """Whether partials go through rooms, which translate the open sentence only and have its last answer verified
    instead of decoded anew. Otherwise each partial's whole utterance is translated again."""
    article_s: float = 0.0
    """What the article that this is held against reports for it, in seconds."""


VARIANTS = (
    Variant("original", {**_NOT_COMPRESSED, **_ONE_AT_A_TIME, **_NOT_CACHED}, rooms=False, article_s=5.0),
    Variant("+compressed", {**_ONE_AT_A_TIME, **_NOT_CACHED}, rooms=False, article_s=2.5),
    Variant("+parallel", {**_NOT_COMPRESSED, **_NOT_CACHED}, rooms=False, article_s=2.5),
    Variant("+cached", {**_NOT_COMPRESSED, **_ONE_AT_A_TIME}, article_s=0.5),
    Variant("all", article_s=0.2),
)
"""The first is what the others are compared with."""
