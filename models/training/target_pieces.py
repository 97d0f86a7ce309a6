"""The target's tokeniser: SentencePiece unigrams (Kudo and Richardson 2018) of the target side."""

import io
from collections.abc import Iterable

import sentencepiece

from models.training.wordpieces import BEGIN, END, PAD, UNKNOWN

# Rarer characters are written in bytes.
_COVERAGE = 0.9997
_MOST_SENTENCES = 400_000


def train_target_pieces(sentences: Iterable[str], size: int) -> bytes:
    """Return a tokeniser of `size` pieces, or fewer where the sentences don't have so many."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sorted(set(sentences))),
        model_writer=written,
        vocab_size=size,
        hard_vocab_limit=False,
        normalization_rule_name="nmt_nfkc",
        byte_fallback=True,
        character_coverage=_COVERAGE,
        input_sentence_size=_MOST_SENTENCES,
        shuffle_input_sentence=True,
        pad_id=PAD,
        unk_id=UNKNOWN,
        bos_id=BEGIN,
        eos_id=END,
        minloglevel=2,
    )
    return written.getvalue()
