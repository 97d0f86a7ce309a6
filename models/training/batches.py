"""Batches without end, from any place: the same settings give the same batches, whenever one goes on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.examples import Example, Pieces
from models.training.unigrams import BEGIN, END, PAD

# Examples that are sorted by length together.
_STRETCH = 100_000


class Batch(NamedTuple):
    """Pieces (batch, length): the source, what is written before each target piece, and the target pieces."""

    source: Tensor
    written: Tensor
    target: Tensor

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device."""
        return Batch(*(part.to(device, non_blocking=True) for part in self))


class Place(NamedTuple):
    """Where in the data a training is: the next batch of a stretch of an epoch."""

    epoch: int = 0
    stretch: int = 0
    batch: int = 0


class Batches:
    """Iterates over batches of at most `batch_tokens` on a side, padding included, beginning at `place`."""

    def __init__(
        self,
        examples: Sequence[Example],
        batch_tokens: int,
        seed: int,
        change: Callable[[Example, np.random.Generator], Example],
        place: Place,
    ) -> None:
        self.place = place
        """That of the batch which comes next."""
        self._examples = examples
        self._batch_tokens = batch_tokens
        self._seed = seed
        self._change = change

    def __iter__(self) -> Iterator[Batch]:
        begin = self.place
        for epoch in count(begin.epoch):
            order = np.random.default_rng([self._seed, epoch]).permutation(len(self._examples))
            for stretch in range(begin.stretch if epoch == begin.epoch else 0, -(-len(order) // _STRETCH)):
                groups = self._groups(order, epoch, stretch)
                first = begin.batch if (epoch, stretch) == begin[:2] else 0
                for number, group in enumerate(groups[first:], first):
                    self.place = Place(epoch, stretch, number + 1)
                    yield batch_of(group)

    def _groups(self, order: NDArray[np.int64], epoch: int, stretch: int) -> list[list[Example]]:
        chance = np.random.default_rng([self._seed, epoch, stretch])
        chosen = order[stretch * _STRETCH : (stretch + 1) * _STRETCH]
        groups = list(grouped((self._change(self._examples[index], chance) for index in chosen), self._batch_tokens))
        return [groups[index] for index in chance.permutation(len(groups))]


def grouped(examples: Iterable[Example], batch_tokens: int) -> Iterator[list[Example]]:
    """Yield examples of similar length together, as many as fit."""
    group: list[Example] = []
    longest = 0
    for example in sorted(examples, key=lambda one: (len(one.target), len(one.source))):
        longest = max(longest, len(example.source) + 1, len(example.target) + 1)
        if group and longest * (len(group) + 1) > batch_tokens:
            yield group
            group, longest = [], max(len(example.source), len(example.target)) + 1
        group.append(example)
    if group:
        yield group


def batch_of(group: Sequence[Example]) -> Batch:
    """Return examples as matrices, with the marks of their ends."""
    end, begin = np.array([END], np.int32), np.array([BEGIN], np.int32)
    return Batch(
        _matrix([np.concatenate([one.source, end]) for one in group]),
        _matrix([np.concatenate([begin, one.target]) for one in group]),
        _matrix([np.concatenate([one.target, end]) for one in group]),
    )


def _matrix(rows: Sequence[Pieces]) -> Tensor:
    matrix = np.full((len(rows), max(map(len, rows))), PAD, np.int64)
    for place, row in zip(matrix, rows, strict=True):
        place[: len(row)] = row
    return torch.from_numpy(matrix)
