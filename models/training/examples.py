"""Sentences as a live captioner meets them: whole, cut off in the middle, and without punctuation."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sentencepiece import SentencePieceProcessor

from models.training.corpus import Pair
from models.training.settings import Settings
from models.training.wordpieces import BLANK

Pieces = NDArray[np.int32]
_MARKS = frozenset('.,;:!?"“”()-–—…')
# A shorter sentence is not cut.
LEAST_CUT = 6
_CHUNK = 20_000


class Example(NamedTuple):
    """The pieces of a source and of its translation, without any mark of their ends."""

    source: Pieces
    target: Pieces


def encode(
    pairs: Sequence[Pair], tokenisers: tuple[SentencePieceProcessor, SentencePieceProcessor], longest: int
) -> Iterator[list[Example]]:
    """Yield pairs as pieces, some thousands at a time; those of which a side is empty or longer are left out."""
    for start in range(0, len(pairs), _CHUNK):
        chunk = pairs[start : start + _CHUNK]
        sources = tokenisers[0].encode([pair.source for pair in chunk])
        targets = tokenisers[1].encode([pair.target for pair in chunk])
        yield [
            Example(np.array(source, np.int32), np.array(target, np.int32))
            for source, target in zip(sources, targets, strict=True)
            if 0 < len(source) <= longest and 0 < len(target) <= longest
        ]


def punctuation_of(tokeniser: SentencePieceProcessor) -> NDArray[np.bool_]:
    """Return which pieces are punctuation."""
    pieces = (tokeniser.id_to_piece(index).removeprefix(BLANK) for index in range(tokeniser.vocab_size()))
    return np.array([bool(piece) and _MARKS.issuperset(piece) for piece in pieces])


class Spoken:
    """Some of the examples changed to what comes while somebody speaks; case is folded by the source's pieces."""

    def __init__(self, settings: Settings, punctuation: NDArray[np.bool_]) -> None:
        self._settings = settings
        self._punctuation = punctuation

    def __call__(self, example: Example, chance: np.random.Generator) -> Example:
        """Return the example, or what becomes of it by chance."""
        if chance.random() < self._settings.unpunctuated:
            example = self._unpunctuated(example)
        if len(example.source) >= LEAST_CUT and chance.random() < self._settings.prefixes:
            example = _cut(example, chance.random())
        return example

    def _unpunctuated(self, example: Example) -> Example:
        words = example.source[~self._punctuation[example.source]]
        return Example(words, example.target) if len(words) else example


def _cut(example: Example, share: float) -> Example:
    source, target = cut_lengths(len(example.source), len(example.target), share)
    return Example(example.source[: int(source)], example.target[: int(target)])


def cut_lengths(
    sources: ArrayLike, targets: ArrayLike, share: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how much is left of both sides, which are cut at the same share (Niehues et al. 2018).

    Half a sentence is translated as half a sentence.
    """
    source = np.maximum(1, np.rint(np.multiply(share, sources))).astype(np.int64)
    target = np.maximum(1, np.floor(np.multiply(share, targets))).astype(np.int64)
    return source, target
