"""What a model itself makes of sentences that it was not trained on, for it to go on with (Kim and Rush 2016).

It keeps what it knows, while something small is taught beside it; and since the translations are what a search finds,
it comes to say first what it would only find. What it was trained on is no good for this: it half remembers that.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import ctranslate2

from models.training.corpus import Pair
from rtt import text as text_rules
from rtt.catalog import read_model
from rtt.ct2.tokeniser import encoded, load_tokeniser

# Sentences that the model is given at once, and how many of them, of similar lengths, it computes together.
_AT_ONCE, _TOGETHER = 512, 32
# Shorter ones tell little; longer ones would hold up their batch.
_WORDS = range(7, 41)


class Searcher:
    """A model that searches for its likeliest translations. Raises ModelError where it is none."""

    def __init__(self, folder: Path, hypotheses: int, threads: int) -> None:
        model = read_model(folder)
        names = model.manifest.tokeniser
        self._source, self._target = (load_tokeniser(model, name) for name in (names.source, names.target))
        self._model = ctranslate2.Translator(str(folder), compute_type="int8", inter_threads=threads, intra_threads=1)
        self._hypotheses = hypotheses

    def search(self, sources: Sequence[str]) -> list[str]:
        """Return the likeliest translation of each source that is found."""
        results = self._model.translate_batch(
            [encoded(self._source, source) for source in sources],
            beam_size=self._hypotheses,
            max_batch_size=_TOGETHER,
        )
        return [self._target.decode(result.hypotheses[0]) for result in results]


def unseen(sources: Iterable[str], seen: Iterable[str], most: int, seed: int) -> list[str]:
    """Return some of the sources, in any order and each once, that are not among those seen, whatever their case."""
    known = {source.casefold() for source in seen}
    found = {source for source in sources if len(source.split()) in _WORDS and source.casefold() not in known}
    return random.Random(seed).sample(sorted(found), min(most, len(found)))


def own_translations(
    searcher: Searcher, sources: Sequence[str], told: Callable[[int], None] = lambda _: None
) -> Iterator[Pair]:
    """Yield each source with its translation, where that has its numbers; `told` hears how many are done.

    It may have more of them: "fifteen" may be 15.
    """
    for start in range(0, len(sources), _AT_ONCE):
        some = sources[start : start + _AT_ONCE]
        for source, target in zip(some, searcher.search(some), strict=True):
            if not text_rules.numbers(source) - text_rules.numbers(target):
                yield Pair("own", source, target)
        told(len(some))
