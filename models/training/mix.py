"""Corpora into training pairs: filtered, weighted by where they are from, and with a development set held out."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from models.training.corpus import Pair, read_pairs
from models.training.filters import Filters
from models.training.recipe import Recipe

HELD_OUT = "its source is held out"
_TOLD = 1000


class Taken(Struct):
    """What became of the pairs of one collection."""

    read: int = 0
    kept: int = 0
    """Those that no rule dropped."""
    written: int = 0
    """Lines of the training file: what was kept, times the weight."""
    words: int = 0
    """Words of the sources among them."""
    held_out: int = 0
    weight: float = 0.0
    licence: str = ""


class Summary(Struct):
    """What a mixture consists of, and what was left out for which reason."""

    source: str
    target: str
    origins: dict[str, Taken]
    dropped: dict[str, int]

    def total(self) -> Taken:
        """Return the sums over the collections."""
        names = ("read", "kept", "written", "words", "held_out")
        return Taken(**{name: sum(getattr(one, name) for one in self.origins.values()) for name in names})


class Mixture(Struct):
    """The lines of both files, and how they came about."""

    train: list[Pair]
    dev: list[Pair]
    summary: Summary


def read_corpora(paths: Sequence[Path], advance: Callable[[], None] = lambda: None) -> list[Pair]:
    """Read the pairs of several files. Raises TrainingError."""
    pairs: list[Pair] = []
    for path in paths:
        pairs += read_pairs(path)
        advance()
    return pairs


def mix(
    pairs: Sequence[Pair],
    recipe: Recipe,
    filters: Filters,
    seed: int,
    told: Callable[[int], None] = lambda _: None,
) -> Mixture:
    """Mix pairs as the recipe says; the same seed gives the same mixture. `told` is told how many are done."""
    chance = random.Random(seed)
    origins: dict[str, Taken] = {}
    dropped: Counter[str] = Counter()
    kept: list[Pair] = []
    dev: list[Pair] = []
    for number, pair in enumerate(chance.sample(pairs, len(pairs)), 1):
        if number % _TOLD == 0:
            told(number)
        taken = origins.setdefault(pair.origin, _taken(recipe, pair.origin))
        taken.read += 1
        if reason := recipe.reason_against(pair.origin, filters.languages[1]) or filters.reason(pair):
            dropped[reason] += 1
            continue
        taken.kept += 1
        (dev if chance.random() < recipe.held_out_share(pair.origin) else kept).append(pair)
    for pair in dev:
        origins[pair.origin].held_out += 1
    held_out = {pair.source.casefold() for pair in dev}
    train: list[Pair] = []
    for pair in kept:
        if pair.source.casefold() in held_out:
            dropped[HELD_OUT] += 1
            continue
        taken = origins[pair.origin]
        copies = int(taken.weight) + (chance.random() < taken.weight % 1)
        train += [pair] * copies
        taken.written += copies
        taken.words += copies * len(pair.source.split())
    chance.shuffle(train)
    summary = Summary(*filters.languages, dict(sorted(origins.items())), dict(dropped.most_common()))
    return Mixture(train, dev, summary)


def _taken(recipe: Recipe, origin: str) -> Taken:
    return Taken(weight=recipe.weight(origin), licence=recipe.licences.get(origin, ""))
