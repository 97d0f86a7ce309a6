"""Pairs of several target languages, whose sources are one table: what one language has, all can be translated from."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor

from models.training.corpus import read_pairs
from models.training.errors import TrainingError
from models.training.examples import Example, Pieces, encode, punctuation_of
from models.training.run import Run
from models.training.together.rows import Rows, joined, rows_of, some, sums


class Pairs(NamedTuple):
    """Translations into a language: the row of each source, the targets, and how often each is seen in an epoch."""

    sources: NDArray[np.int64]
    targets: Rows
    copies: NDArray[np.int64]


class Language(NamedTuple):
    """What there is of a target language."""

    train: Pairs
    dev: list[Example]
    digits: NDArray[np.int8]
    """How often each piece has each of the ten digits (pieces, 10)."""


class Corpus(NamedTuple):
    """The sources, each once, and the languages by their codes."""

    sources: Rows
    punctuation: NDArray[np.bool_]
    """Which pieces of the sources are."""
    digits: NDArray[np.int64]
    """How often each source has each of the ten digits (sources, 10)."""
    languages: dict[str, Language]


def read_corpus(runs: Mapping[str, Run], longest: int, told: Callable[[str], None] = lambda _: None) -> Corpus:
    """Read the runs of several target languages, which must have one source tokeniser. Raises TrainingError."""
    if len({run.source_pieces.read_bytes() for run in runs.values()}) != 1:
        raise TrainingError("The runs have different source.spm; give one to all: `pieces --source-pieces`")
    table: dict[bytes, int] = {}
    languages = {}
    for code, run in runs.items():
        told(code)
        seen = Counter((_key(one.source), _key(one.target)) for one in _examples(run.train, run, longest))
        if not seen:
            raise TrainingError(f"{run.train}: no pairs")
        train = Pairs(
            np.array([table.setdefault(source, len(table)) for source, _ in seen], np.int64),
            rows_of(np.frombuffer(target, np.uint16) for _, target in seen),
            np.array([*seen.values()], np.int64),
        )
        languages[code] = Language(train, [*_examples(run.dev, run, longest)], digits_of(run.tokenisers()[1]))
    sources = rows_of(np.frombuffer(source, np.uint16) for source in table)
    tokeniser, _ = next(iter(runs.values())).tokenisers()
    return Corpus(sources, punctuation_of(tokeniser), sums(sources, digits_of(tokeniser)), languages)


def chosen(pairs: Pairs, wanted: NDArray[np.bool_]) -> Pairs:
    """Return some of the pairs."""
    return Pairs(pairs.sources[wanted], some(pairs.targets, wanted), pairs.copies[wanted])


def more(pairs: Pairs, others: Pairs) -> Pairs:
    """Return the pairs of both."""
    return Pairs(
        np.concatenate([pairs.sources, others.sources]),
        joined(pairs.targets, others.targets),
        np.concatenate([pairs.copies, others.copies]),
    )


def digits_of(tokeniser: SentencePieceProcessor) -> NDArray[np.int8]:
    """Return how often each piece has each of the ten digits (pieces, 10)."""
    indexes = range(tokeniser.vocab_size())
    pieces = ["" if tokeniser.is_byte(index) else tokeniser.id_to_piece(index) for index in indexes]
    return np.array([[piece.count(digit) for digit in "0123456789"] for piece in pieces], np.int8)


def _examples(path: Path, run: Run, longest: int) -> Iterator[Example]:
    for chunk in encode(list(read_pairs(path)), run.tokenisers(), longest):
        yield from chunk


def _key(pieces: Pieces) -> bytes:
    return pieces.astype(np.uint16).tobytes()
