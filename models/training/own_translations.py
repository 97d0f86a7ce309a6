"""What a model itself makes of sentences that it was not trained on, for it to go on with (Kim and Rush 2016).

It keeps what it knows, while something small is taught beside it; and since the translations are what a search finds,
it comes to say first what it would only find. What it was trained on is no good for this: it half remembers that.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from models.training.corpus import Pair
from rtt import text as text_rules
from rtt.catalog import read_model
from rtt.ct2.hardware import choose_hardware
from rtt.ct2.translator import Translator
from rtt.engine import Job

# Sentences that the model is given at once; those of similar lengths it computes together.
_AT_ONCE = 512
# Shorter ones tell little; longer ones would hold up their batch.
_WORDS = range(7, 41)


def searching(folder: Path, hypotheses: int, threads: int) -> Translator:
    """Load a model that searches for its likeliest translations. Raises ModelError where it is none."""
    model = read_model(folder)
    options = msgspec.structs.replace(model.manifest.options, beam_size=hypotheses)
    manifest = msgspec.structs.replace(model.manifest, options=options)
    return Translator(msgspec.structs.replace(model, manifest=manifest), choose_hardware("cpu", "auto", threads))


def unseen(sources: Iterable[str], seen: Iterable[str], most: int, seed: int) -> list[str]:
    """Return some of the sources, in any order and each once, that are not among those seen, whatever their case."""
    known = {source.casefold() for source in seen}
    found = {source for source in sources if len(source.split()) in _WORDS and source.casefold() not in known}
    return random.Random(seed).sample(sorted(found), min(most, len(found)))


def own_translations(
    translator: Translator, sources: Sequence[str], told: Callable[[int], None] = lambda _: None
) -> Iterator[Pair]:
    """Yield each source with its translation, where that has its numbers; `told` hears how many are done.

    It may have more of them: "fifteen" may be 15.
    """
    for start in range(0, len(sources), _AT_ONCE):
        some = sources[start : start + _AT_ONCE]
        answers = translator.translate([Job("", source, "", final=True) for source in some])
        for source, answer in zip(some, answers, strict=True):
            if not text_rules.numbers(source) - text_rules.numbers(answer.text):
                yield Pair("own", source, answer.text)
        told(len(some))
