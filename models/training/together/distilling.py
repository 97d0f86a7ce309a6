"""What large models make of the sources, for small ones to learn from (Kim and Rush 2016)."""

import time
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from models.training.hardware import Hardware
from models.training.model import TranslationModel
from models.training.together.batches import Sources
from models.training.together.beam import search
from models.training.together.pairs import Corpus, Pairs, chosen
from models.training.together.rows import rows, sums
from models.training.unigrams import END, PAD

# What is longer than its source in pieces by so much has lost its way.
_LONGEST, _LONGEST_MORE = 1.75, 8
# Share of the sentences that are waited for; the others' translations would hardly end.
_ENOUGH = 0.99
# Groups of similar lengths that are translated before it is looked at the clock again.
_GROUPS = 16


class Translator:
    """A large model, and how many hypotheses of a sentence it weighs, and goes on with at once in all."""

    def __init__(
        self, model: TranslationModel, sources: Sources, hardware: Hardware, *, beam: int, at_once: int
    ) -> None:
        self._model = model.to(hardware.device, hardware.dtype).eval()
        self._sources = sources
        self._beam = beam
        self._sentences = max(1, at_once // beam)

    def translate(self, wanted: NDArray[np.int64], until: float) -> Pairs:
        """Translate sources by their rows, until a time of the monotonic clock; return what came to its end."""
        done = [_Translated(np.zeros(0, np.int64), np.zeros(0, np.uint16), np.zeros(0, np.int64))]
        size = _GROUPS * self._sentences
        for start in range(0, len(wanted), size):
            if time.monotonic() >= until:
                break
            stretch = wanted[start : start + size]
            stretch = stretch[np.argsort(self._sources.lengths[stretch], kind="stable")]
            done += (self._group(stretch[n : n + self._sentences]) for n in range(0, len(stretch), self._sentences))
        sources, pieces, lengths = (np.concatenate(parts) for parts in zip(*done, strict=True))
        return Pairs(sources, rows(pieces, lengths), np.ones(len(sources), np.int64))

    @torch.no_grad()
    def _group(self, group: NDArray[np.int64]) -> "_Translated":
        lengths = self._sources.lengths[group]
        encoded = self._model.encoder(self._sources.shelf.matrix(group, lengths))
        longest = int(_LONGEST * lengths.max()) + _LONGEST_MORE
        found = search(self._model.decoder, encoded, self._beam, longest, _ENOUGH)
        pieces, ended = found.pieces.cpu().numpy(), found.ended.cpu().numpy()
        real = (pieces != PAD) & (pieces != END)
        size = real.sum(1)
        good = ended & (size > 0) & (size <= _LONGEST * lengths + _LONGEST_MORE)
        return _Translated(group[good], pieces[good][real[good]].astype(np.uint16), size[good])


class _Translated(NamedTuple):
    """Sources by their rows, the pieces of their translations one after the other, and how many each has."""

    sources: NDArray[np.int64]
    pieces: NDArray[np.uint16]
    lengths: NDArray[np.int64]


def with_numbers_kept(made: Pairs, corpus: Corpus, language: str) -> Pairs:
    """Return the translations that have the same digits as their sources."""
    if not len(made.sources):
        return made
    asked = corpus.digits[made.sources]
    answered = sums(made.targets, corpus.languages[language].digits)
    return chosen(made, (asked == answered).all(1))
