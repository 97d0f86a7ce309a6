"""SentencePiece unigrams (Kudo 2018) with the symbols that every model here has."""

import io
from collections.abc import Iterable
from typing import Any

import sentencepiece

PAD, UNKNOWN, BEGIN, END = 3, 0, 1, 2


def train_unigrams(sentences: Iterable[str], size: int, normaliser: str, **options: Any) -> bytes:  # noqa: ANN401
    """Return a tokeniser of `size` pieces, or fewer where the sentences don't have so many.

    What it does not know it writes in bytes. `normaliser` and `options` are SentencePiece's.
    """
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_writer=written,
        vocab_size=size,
        hard_vocab_limit=False,
        normalization_rule_name=normaliser,
        byte_fallback=True,
        pad_id=PAD,
        unk_id=UNKNOWN,
        bos_id=BEGIN,
        eos_id=END,
        minloglevel=2,
        **options,
    )
    return written.getvalue()
