"""How text becomes segments."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

AtLeastOne = Annotated[int, Meta(ge=1)]


@dataclass(frozen=True, slots=True)
class SegmenterOptions:
    """How text becomes segments."""

    agreement: AtLeastOne = 2
    """Updates of an utterance that must say the same before a word counts as agreed; 1 trusts each at once."""
    min_units: AtLeastOne = 12
    """Speech without punctuation is not cut before this many words (characters in scripts without blanks)."""
    max_units: AtLeastOne = 50
    """A sentence longer than this is cut, at a clause if there is one after `min_units`."""
    lookahead: Annotated[int, Meta(ge=0)] = 2
    """Agreed words that must follow a sentence end that a model has put in before it counts."""
    settle_s: Annotated[float, Meta(ge=0)] = 1.0
    """An open utterance that has not changed for so long counts as agreed to its end."""
    idle_s: Annotated[float, Meta(ge=0)] = 30.0
    """An utterance that has not been heard of for so long is closed with the text it has."""
    remember: Annotated[int, Meta(ge=0)] = 200
    """Finished segments kept for corrections and for languages that join late."""
