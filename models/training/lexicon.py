"""Which pieces of one target language stand for which of another, by sentences that have been translated into both.

A decoder that writes one language can then begin in another with pieces that mean much the same (WECHSEL, Minixhofer et
al. 2022), by how likely each is (IBM Model 1, Brown et al. 1993).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor

from models.training.corpus import Pair

# More tell little more, and take memory: 60 bytes for each two pieces that stand in the same sentences.
_MOST = 100_000
_LONGEST = 60
_ROUNDS = 8


class Lexicon(NamedTuple):
    """Of each entry: a new piece, an old one, and the probability of the old one where the new one is written."""

    new: NDArray[np.int64]
    old: NDArray[np.int64]
    probability: NDArray[np.float64]


def in_both(old: Iterable[Pair], new: Iterable[Pair]) -> Iterator[tuple[str, str]]:
    """Yield the two translations of each source that both corpora have, whatever its case."""
    known = {pair.source.casefold(): pair.target for pair in old}
    for source, target in {pair.source.casefold(): pair.target for pair in new}.items():
        if source in known:
            yield known[source], target


def make_lexicon(
    sentences: Sequence[tuple[str, str]], old_pieces: SentencePieceProcessor, pieces: SentencePieceProcessor
) -> Lexicon:
    """Return the lexicon of sentences in the old and the new language."""
    size = old_pieces.vocab_size()
    keys, places, count = [np.empty(0, np.int64)], [np.empty(0, np.int64)], 0
    for sentence, translated in sentences[:_MOST]:
        before = np.array(old_pieces.encode(sentence), np.int64)
        after = np.array(pieces.encode(translated), np.int64)
        if max(len(before), len(after)) <= _LONGEST:
            keys.append(np.add.outer(after * size, before).ravel())
            # Each old piece stands for one of the new ones.
            places.append(np.tile(np.arange(count, count + len(before)), len(after)))
            count += len(before)
    found, entries = np.unique(np.concatenate(keys), return_inverse=True)
    place = np.concatenate(places)
    new, old = found // size, found % size
    probability = np.ones(len(found))
    for _ in range(_ROUNDS):
        share = probability[entries]
        share /= np.bincount(place, share)[place]
        expected = np.bincount(entries, share)
        probability = expected / np.bincount(new, expected)[new]
    return Lexicon(new, old, probability)
