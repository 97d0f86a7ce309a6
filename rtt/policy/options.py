"""How answers become captions."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

Probability = Annotated[float, Meta(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class PolicyOptions:
    """How answers become captions."""

    mask: Annotated[int, Meta(ge=0)] = 0
    """Words at the end of an answer that steady readers don't see yet, besides one for each source word not agreed."""
    tail: bool = False
    """Whether steady readers see words that were answered once only: sooner, and rewritten more often."""
    keep_stable: bool = True
    """Make each answer for an open sentence begin with what is stable (a forced target prefix)."""
    trust: Probability = 0.15
    """How likely each token of the last answer must still be to stay, in the answer for an open sentence.

    High, since what is shown again only because it was shown before agrees with itself and not with the source.
    """
    price: Annotated[float, Meta(ge=0)] = 0.8
    """How much likelier the answer for a finished sentence must be for each word that it takes back from readers.

    In nats: with 0.8, 2.2 times as likely for each. 0 translates afresh.
    """
    sure: Probability = 0.5
    """How likely each token of a word must be, once more of the source is known, for two answers to make it stable."""
    persist: Annotated[int, Meta(ge=2)] = 4
    """Answers in a row that make a word stable, however likely it is."""
    fast_persist: Annotated[int, Meta(ge=1)] = 3
    """Answers in a row that show fast readers a word; two are enough for the first, and where the model is sure."""
    attempts: Annotated[int, Meta(ge=1)] = 3
    """How often a finished sentence is tried when the engine fails."""
    remember: Annotated[int, Meta(ge=0)] = 200
    """Finished segments whose revision is known, for corrections."""
