"""Sentences as pieces, all of them one after the other in one array."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.unigrams import END, PAD

# Lengths are rounded up to it: matrices of such widths are what a GPU is fastest at.
_ROUND = 8


class Rows(NamedTuple):
    """The pieces of many sentences, and where each begins and how long it is, all without marks of their ends."""

    pieces: NDArray[np.uint16]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def row(self, index: int) -> NDArray[np.uint16]:
        """Return one sentence."""
        return self.pieces[self.starts[index] :][: self.lengths[index]]


def rows(pieces: NDArray[np.uint16], lengths: NDArray[np.int64]) -> Rows:
    """Return sentences whose pieces are one after the other already."""
    return Rows(pieces, np.cumsum(lengths) - lengths, lengths)


def rows_of(sentences: Iterable[Sequence[int] | NDArray[np.integer]]) -> Rows:
    """Return sentences as rows."""
    arrays = [np.asarray(sentence, np.uint16) for sentence in sentences]
    return rows(np.concatenate([*arrays, np.zeros(0, np.uint16)]), np.array([len(one) for one in arrays], np.int64))


def some(whole: Rows, wanted: NDArray[np.bool_]) -> Rows:
    """Return some of the rows."""
    return rows(whole.pieces[np.repeat(wanted, whole.lengths)], whole.lengths[wanted])


def joined(first: Rows, second: Rows) -> Rows:
    """Return the rows of both, one after the other."""
    return rows(np.concatenate([first.pieces, second.pieces]), np.concatenate([first.lengths, second.lengths]))


def without(whole: Rows, unwanted: NDArray[np.bool_]) -> Rows:
    """Return the rows without some pieces, told by piece; a row that has no other stays as it is."""
    row = np.repeat(np.arange(len(whole.lengths)), whole.lengths)
    kept = ~unwanted[whole.pieces]
    lengths = np.bincount(row[kept], minlength=len(whole.lengths))
    kept |= lengths[row] == 0
    return rows(whole.pieces[kept], np.where(lengths == 0, whole.lengths, lengths))


def sums(whole: Rows, values: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return for each row the sum of what each of its pieces counts (pieces, kinds); no row may be empty."""
    return np.add.reduceat(values[whole.pieces], whole.starts, dtype=np.int64)


class Shelf:
    """Rows on a device, of which matrices are made there."""

    def __init__(self, whole: Rows, device: torch.device) -> None:
        self._pieces = torch.from_numpy(whole.pieces.astype(np.int64)).to(device)
        self._starts = whole.starts
        self._device = device

    def matrix(self, chosen: NDArray[np.int64], lengths: NDArray[np.int64], longest: int = 0) -> Tensor:
        """Return the beginnings of some rows, so many pieces of each, with the mark of their ends and padding.

        It is as wide as the longest of them needs, or as one of `longest` would.
        """
        starts, sizes = (torch.from_numpy(one).to(self._device)[:, None] for one in (self._starts[chosen], lengths))
        width = -(-(max(longest, int(lengths.max())) + 1) // _ROUND) * _ROUND
        column = torch.arange(width, device=self._device)
        pieces = self._pieces[(starts + column).clamp_(max=len(self._pieces) - 1)]
        return pieces.where(column < sizes, torch.where(column == sizes, END, PAD))
