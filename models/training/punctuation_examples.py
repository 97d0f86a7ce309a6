"""Speech as a recogniser sends it, and what mark stands after each of its words."""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from sentencepiece import SentencePieceProcessor
from torch import Tensor

from models.training.corpus import read_pairs
from models.training.unigrams import END, PAD

# What may stand after a word; the order is the order of the head's outputs.
MARKS = ("", ",", ".", "?")
IGNORE = -100
"""The mark of a piece that ends no word."""
MOST_PIECES = 256
_MARK_OF = {",": 1, ";": 1, ":": 1, ".": 2, "!": 2, "?": 3}
_WHOLE_SENTENCE = re.compile(r"[a-z][.?!][\"'”’)]*$")
# Sentences that a stretch of speech may go over, and its words.
_SENTENCES = 12
_WORDS = 4, 70
_WHOLE_BEGINNINGS = 0.7


class Word(NamedTuple):
    """A word as a recogniser writes it, and the index of the mark after it."""

    text: str
    mark: int


class Marked(NamedTuple):
    """Pieces, and for each the mark that stands after the word it ends (IGNORE within words)."""

    pieces: list[int]
    marks: list[int]


def read_sentences(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the source sentences of corpora that end with a mark, each once. Raises TrainingError."""
    seen: set[str] = set()
    for path in paths:
        for pair in read_pairs(path):
            text = pair.source
            if 3 <= len(text.split()) <= 60 and _WHOLE_SENTENCE.search(text) and text not in seen:
                seen.add(text)
                yield text


def spoken_words(sentence: str) -> list[Word]:
    """Return the words of a sentence, in lower case and without their marks."""
    found: list[Word] = []
    for token in re.sub(r" [-–] |—", ", ", sentence).split():
        text = re.sub(r"[^\w'’ -]", "", token.lower()).strip("'’-_ ")
        mark = _MARK_OF.get(token.rstrip("\"'”’)»]")[-1:], 0)
        if text:
            found.append(Word(text, mark))
        elif mark and found:
            found[-1] = found[-1]._replace(mark=mark)
    return found


def stretches(sentences: Sequence[list[Word]], tokeniser: SentencePieceProcessor) -> Iterator[Marked]:
    """Yield stretches of speech for ever: neighbouring sentences, beginning and cut off anywhere."""
    chance = random.Random(1)
    while True:
        first = chance.randrange(len(sentences) - _SENTENCES)
        words = [word for sentence in sentences[first : first + _SENTENCES] for word in sentence]
        start = 0 if chance.random() < _WHOLE_BEGINNINGS else chance.randrange(len(sentences[first]))
        yield _marked(words[start : start + chance.randint(*_WORDS)], tokeniser)


def matrices(group: Sequence[Marked]) -> tuple[Tensor, Tensor]:
    """Return pieces and marks as matrices (batch, length)."""
    longest = max(len(one.pieces) for one in group)
    pieces = torch.tensor([one.pieces + [PAD] * (longest - len(one.pieces)) for one in group])
    marks = torch.tensor([one.marks + [IGNORE] * (longest - len(one.marks)) for one in group])
    return pieces, marks


def _marked(words: Sequence[Word], tokeniser: SentencePieceProcessor) -> Marked:
    pieces: list[int] = []
    marks: list[int] = []
    for word, encoded in zip(words, tokeniser.encode([word.text for word in words]), strict=True):
        pieces += encoded
        marks += [IGNORE] * (len(encoded) - 1) + [word.mark]
    size = MOST_PIECES - 1
    return Marked([*pieces[:size], END], [*marks[:size], IGNORE])
