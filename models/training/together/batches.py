"""Batches that a GPU makes itself, out of pairs that lie in its memory: a CPU could not make them fast enough."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.examples import LEAST_CUT, cut_lengths
from models.training.settings import Settings
from models.training.together.pairs import Corpus, Pairs
from models.training.together.rows import Shelf, joined, without
from models.training.unigrams import BEGIN, END, PAD

# Pairs of each language that are sorted by length together, where there are so many.
_STRETCH = 200_000


class Sources(NamedTuple):
    """The sources on a device: as they are, and after them without punctuation."""

    shelf: Shelf
    lengths: NDArray[np.int64]
    as_they_are: int
    """How many."""


def sources_on(device: torch.device, corpus: Corpus) -> Sources:
    """Put the sources of a corpus on a device."""
    both = joined(corpus.sources, without(corpus.sources, corpus.punctuation))
    return Sources(Shelf(both, device), both.lengths, len(corpus.sources.lengths))


class JointBatch(NamedTuple):
    """Sources (languages times batch, length), what is written, and the targets (both: languages, batch, length)."""

    source: Tensor
    written: Tensor
    target: Tensor
    tokens: int
    """Of the targets of all languages, with their ends; counted without waiting for a GPU."""


class _Stretch(NamedTuple):
    """Some pairs of a language, the longest first: rows of both sides, and how much of them is used."""

    sources: NDArray[np.int64]
    source_lengths: NDArray[np.int64]
    targets: NDArray[np.int64]
    target_lengths: NDArray[np.int64]


class JointBatches:
    """Iterates without end over batches of as many pairs of each language.

    In each language a batch has at most `batch_tokens` on a side, padding included. Some of the pairs are changed as
    `examples.Spoken` does it.
    """

    def __init__(self, sources: Sources, pairs: Mapping[str, Pairs], settings: Settings, device: torch.device) -> None:
        self._sources = sources
        self._pairs = [*pairs.values()]
        self._settings = settings
        self._shelves = [Shelf(each.targets, device) for each in self._pairs]
        self._chance = np.random.default_rng(settings.seed)
        self._size = min(_STRETCH, *(int(each.copies.sum()) for each in self._pairs))

    def __iter__(self) -> Iterator[JointBatch]:
        streams = [self._stretches(each) for each in self._pairs]
        while True:
            stretches = [next(stream) for stream in streams]
            longest = [np.maximum(one.source_lengths, one.target_lengths) + 1 for one in stretches]
            groups = _groups(np.max(longest, 0), self._settings.batch_tokens)
            for group in self._chance.permutation(len(groups)):
                yield self._batch([_Stretch(*(part[groups[group]] for part in one)) for one in stretches])

    def _stretches(self, pairs: Pairs) -> Iterator[_Stretch]:
        """Yield the pairs of a language, epoch after epoch, in stretches of one size."""
        left = np.zeros(0, np.int64)
        while True:
            epoch = np.repeat(np.arange(len(pairs.copies)), pairs.copies)
            left = np.concatenate([left, self._chance.permutation(epoch)])
            while len(left) >= self._size:
                yield self._stretch(pairs, left[: self._size])
                left = left[self._size :]

    def _stretch(self, pairs: Pairs, chosen: NDArray[np.int64]) -> _Stretch:
        settings, chance = self._settings, self._chance
        sources = pairs.sources[chosen] + self._sources.as_they_are * (
            chance.random(len(chosen)) < settings.unpunctuated
        )
        source_lengths, target_lengths = self._sources.lengths[sources], pairs.targets.lengths[chosen]
        cut = (chance.random(len(chosen)) < settings.prefixes) & (source_lengths >= LEAST_CUT)
        share = np.where(cut, chance.random(len(chosen)), 1.0)
        source_lengths, target_lengths = cut_lengths(source_lengths, target_lengths, share)
        order = np.argsort(-np.maximum(source_lengths, target_lengths), kind="stable")
        return _Stretch(*(part[order] for part in (sources, source_lengths, chosen, target_lengths)))

    def _batch(self, parts: list[_Stretch]) -> JointBatch:
        source = self._sources.shelf.matrix(
            np.concatenate([part.sources for part in parts]), np.concatenate([part.source_lengths for part in parts])
        )
        longest = max(int(part.target_lengths.max()) for part in parts)
        target = torch.stack(
            [
                shelf.matrix(part.targets, part.target_lengths, longest)
                for shelf, part in zip(self._shelves, parts, strict=True)
            ]
        )
        written = target.roll(1, 2)
        written = written.where(written != END, PAD)
        written[:, :, 0] = BEGIN
        tokens = sum(int(part.target_lengths.sum()) + len(part.targets) for part in parts)
        return JointBatch(source, written, target, tokens)


def _groups(lengths: NDArray[np.int64], batch_tokens: int) -> list[slice]:
    """Cut falling lengths into groups, each of as many as fit."""
    groups = []
    start = 0
    while start < len(lengths):
        end = start + max(1, batch_tokens // int(lengths[start]))
        groups.append(slice(start, end))
        start = end
    return groups
