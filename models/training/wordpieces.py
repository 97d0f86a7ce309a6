"""A source tokeniser whose pieces are BERT's WordPieces, so that an encoder that knows those can be trained on.

SentencePiece has what WordPiece lacks: it reads any text, byte by byte if need be, and joins its pieces again. So each
WordPiece becomes a piece: `cat` is `▁cat`, `##s` is `s`. Segmentation is that of a unigram model (Kudo 2018), with
scores by which longer pieces win as they do in WordPiece.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import sentencepiece

from models.training.errors import TrainingError
from models.training.unigrams import BEGIN, END, UNKNOWN, train_unigrams
from rtt.convert.pieces import NORMAL, model_message

BLANK = "▁"
# What stands for a symbol of the tokeniser in BERT's vocabulary.
_SPECIAL = {UNKNOWN: "[UNK]", BEGIN: "[CLS]", END: "[SEP]"}
# Each piece costs something beside its rank, so that a word is rather one piece than two frequent ones.
_COST = 1.5
# A blank by itself stands before what begins with no piece of a word.
_BLANK_ROW, _BLANK_COST = "-", 3.0
_NORMALISER_PIECES = 1200


class Entry(NamedTuple):
    """A piece, the row of its embedding, and its score before anything is counted."""

    piece: str
    row: int
    score: float


def read_vocabulary(path: Path) -> list[str]:
    """Read BERT's `vocab.txt`, a WordPiece a line. Raises TrainingError."""
    try:
        vocabulary = path.read_text(encoding="utf8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path}: {error}") from error
    if missing := {*_SPECIAL.values(), _BLANK_ROW} - set(vocabulary):
        raise TrainingError(f"{path}: no vocabulary of BERT: {', '.join(sorted(missing))} missing")
    return vocabulary


def train_source_pieces(vocabulary: Sequence[str], sentences: Sequence[str], least: int) -> bytes:
    """Return a tokeniser with the WordPieces that `sentences` use `least` times or more, and every single character.

    It folds case, as the WordPieces are uncased, and writes what it does not know in bytes.
    """
    entries = {entry.piece: entry for entry in _entries(vocabulary)}
    base = _base(sentences)
    whole = _with_pieces(base, ((entry.piece, entry.score) for entry in entries.values()))
    counts = _count(whole, sentences)
    total = counts.total()
    used = (
        (piece, (math.log((counts[piece] + 0.5) / total) + entry.score) / 2)
        for piece, entry in entries.items()
        if piece == BLANK or counts[piece] >= (1 if len(piece.strip(BLANK)) <= 1 else least)
    )
    return _with_pieces(base, used)


def rows(tokeniser: sentencepiece.SentencePieceProcessor, vocabulary: Sequence[str]) -> list[int | None]:
    """Return for each piece its row in BERT's embeddings; None for bytes and padding, which BERT has not."""
    known = {entry.piece: entry.row for entry in _entries(vocabulary)}
    special = {index: vocabulary.index(name) for index, name in _SPECIAL.items()}
    return [
        special[index] if index in special else known.get(tokeniser.id_to_piece(index))
        for index in range(tokeniser.vocab_size())
    ]


def _entries(vocabulary: Sequence[str]) -> Iterator[Entry]:
    """Yield each piece once, with the rank of its row as score (Zipf's law)."""
    words = {word: row for row, word in enumerate(vocabulary) if not (word.startswith(("[", "##")) and len(word) > 1)}
    inner = {word[2:]: row for row, word in enumerate(vocabulary) if word.startswith("##")}
    for word, row in inner.items():
        yield Entry(word, row, _score(row))
    for word, row in words.items():
        yield Entry(BLANK + word, row, _score(row))
        # After a hyphen or a quote a word begins without a blank.
        if word not in inner:
            yield Entry(word, row, _score(row) - (1.0 if word.isalnum() else 0.0))
    row = words[_BLANK_ROW]
    yield Entry(BLANK, row, _score(row) - _BLANK_COST)


def _score(row: int) -> float:
    return -math.log(row + 10) - _COST


def _base(sentences: Sequence[str]) -> Any:  # noqa: ANN401 - a message of protobuf
    """Train a small model of its own, for the normaliser and the bytes that every model needs."""
    message = model_message()()
    message.ParseFromString(train_unigrams(sentences[:60_000], _NORMALISER_PIECES, "nmt_nfkc_cf"))
    return message


def _with_pieces(base: Any, pieces: Iterable[tuple[str, float]]) -> bytes:  # noqa: ANN401
    message = type(base)()
    message.CopyFrom(base)
    del message.pieces[:]
    message.pieces.extend(piece for piece in base.pieces if piece.type != NORMAL)
    for piece, score in pieces:
        message.pieces.add(piece=piece, score=score, type=NORMAL)
    content: bytes = message.SerializeToString()
    return content


def _count(content: bytes, sentences: Sequence[str]) -> Counter[str]:
    tokeniser = sentencepiece.SentencePieceProcessor(model_proto=content)
    counts: Counter[str] = Counter()
    for pieces in tokeniser.encode(sentences, out_type=str):
        counts.update(pieces)
    return counts
