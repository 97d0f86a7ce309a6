"""The target's tokeniser: SentencePiece unigrams (Kudo and Richardson 2018) of the target side."""

from collections.abc import Iterable

from models.training.unigrams import train_unigrams

# Rarer characters are written in bytes.
_COVERAGE = 0.9997
_MOST_SENTENCES = 400_000


def train_target_pieces(sentences: Iterable[str], size: int) -> bytes:
    """Return a tokeniser of `size` pieces, or fewer where the sentences don't have so many."""
    return train_unigrams(
        sorted(set(sentences)),
        size,
        "nmt_nfkc",
        character_coverage=_COVERAGE,
        input_sentence_size=_MOST_SENTENCES,
        shuffle_input_sentence=True,
    )
