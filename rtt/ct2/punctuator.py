"""A punctuation model: speech in lower case without marks to text that shows where its sentences end."""

from collections.abc import Sequence
from itertools import chain

import ctranslate2
import msgspec
import numpy as np
from msgspec import Struct

from rtt import text as text_rules
from rtt.catalog import Model
from rtt.ct2.hardware import Hardware
from rtt.ct2.tokeniser import check_vocabulary, encoded, load_tokeniser
from rtt.engine import Hypothesis, Job
from rtt.errors import ModelError, TranslationError

_HEAD = "head.json"
_SENTENCE_ENDS = frozenset(".?!。？！")
# A sentence end that is put in must be this likely, and so must a lesser mark.
_SURE_END = 0.68
_SURE_PAUSE = 0.5


class _Head(Struct, frozen=True, forbid_unknown_fields=True):
    """A linear layer over the encoder: for each mark (the first is none) a row of weights and a bias."""

    marks: tuple[str, ...]
    weight: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]


class Punctuator:
    """One encoder, its tokeniser and its head. Raises ModelError where they cannot be loaded."""

    def __init__(self, model: Model, hardware: Hardware) -> None:
        self._size = model.manifest.options.max_input_tokens - 1
        self._tokeniser = load_tokeniser(model, model.manifest.tokeniser.source)
        check_vocabulary(model, "source", self._tokeniser)
        try:
            head = msgspec.json.decode((model.folder / _HEAD).read_bytes(), type=_Head)
            self._weight, self._bias = np.array(head.weight, np.float32), np.array(head.bias, np.float32)
            self._model = ctranslate2.Encoder(str(model.folder), **hardware.options)
        except (OSError, RuntimeError, ValueError, msgspec.MsgspecError) as error:
            raise ModelError(f"{model.folder}: {error}") from error
        self._marks = head.marks
        self._ends = np.array([mark in _SENTENCE_ENDS for mark in head.marks])

    def translate(self, jobs: Sequence[Job]) -> list[Hypothesis]:
        """Answer each job with its own words and the marks after them. Raises TranslationError."""
        units = [text_rules.units(job.text) for job in jobs]
        pieces = [[encoded(self._tokeniser, unit.strip()) for unit in one] for one in units]
        # Only what fits into the encoder gets marks.
        tokens = [[*list(chain(*one))[: self._size], "</s>"] for one in pieces]
        try:
            states = np.array(self._model.forward_batch(tokens).last_hidden_state)
        except (RuntimeError, ValueError) as error:
            raise TranslationError(str(error)) from error
        scores = states @ self._weight.T + self._bias
        odds = np.exp(scores - scores.max(-1, keepdims=True))
        odds /= odds.sum(-1, keepdims=True)
        return [
            Hypothesis(_joined(one, self._marks_after(odd, np.cumsum([len(unit) for unit in split]))))
            for one, split, odd in zip(units, pieces, odds, strict=True)
        ]

    def _marks_after(self, odds: np.ndarray, ends: np.ndarray) -> list[str]:
        """Return the mark after each word that fits; none after the last, since nobody knows yet how it goes on."""
        marks: list[str] = []
        for end in ends[ends <= self._size][:-1]:
            odd = odds[end - 1]
            if odd[self._ends].sum() >= _SURE_END:
                marks.append(self._marks[int(np.argmax(np.where(self._ends, odd, 0)))])
            else:
                best = int(np.argmax(np.where(self._ends, 0, odd)))
                marks.append(self._marks[best] if odd[best] >= _SURE_PAUSE else "")
        return marks


def _joined(units: Sequence[str], marks: Sequence[str]) -> str:
    """Put the marks in, and begin each sentence with a capital letter."""
    begins = True
    text = ""
    for number, unit in enumerate(units):
        mark = marks[number] if number < len(marks) else ""
        text += (text_rules.capitalised(unit) if begins else unit) + mark
        begins = mark in _SENTENCE_ENDS
    return text
