"""What a smaller vocabulary brought, and what became of names and numbers."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from rtt import text as text_rules
from rtt.catalog import Model
from rtt.ct2.trial import Trial


class Sizes(NamedTuple):
    """The tokens of each side's vocabulary, before and after."""

    source: tuple[int, int]
    target: tuple[int, int]


class PruneReport(Struct, frozen=True):
    """A model and its smaller version, each figure before and after, on sentences that the choice knew nothing of."""

    source_tokens: tuple[int, int]
    target_tokens: tuple[int, int]
    megabytes: tuple[float, float]
    words_per_second: tuple[float, float]
    sentences: int
    alike: int
    """Sentences that are translated as before."""
    names: tuple[int, int]
    """Names that the model kept, and how many of these the smaller one keeps."""
    numbers: tuple[int, int]
    lost: list[str]
    """Names and numbers that got lost."""

    @property
    def intact(self) -> bool:
        """Whether nothing got lost."""
        return not self.lost


def compare(before: Trial, after: Trial, texts: Sequence[str], sizes: Sizes) -> PruneReport:
    """Translate sentences with both models."""
    for trial in (before, after):
        trial.translate(texts[:1])  # the first time is slower
    (old, old_s), (new, new_s) = before.translate(texts), after.translate(texts)
    words = sum(len(text_rules.units(text)) for text in texts)
    names, numbers, lost = [0, 0], [0, 0], []
    for text, one, other in zip(texts, old, new, strict=True):
        for word in _kept(text, one):
            counts = numbers if any(c.isdigit() for c in word) else names
            counts[0] += 1
            if word in _keys(other):
                counts[1] += 1
            else:
                lost.append(word)
    return PruneReport(
        source_tokens=sizes.source,
        target_tokens=sizes.target,
        megabytes=(_megabytes(before.model), _megabytes(after.model)),
        words_per_second=(words / old_s, words / new_s),
        sentences=len(texts),
        alike=sum(one == other for one, other in zip(old, new, strict=True)),
        names=(names[0], names[1]),
        numbers=(numbers[0], numbers[1]),
        lost=lost,
    )


def _kept(text: str, answer: str) -> list[str]:
    """Return the names and numbers of a sentence that its translation has as they were."""
    units = text_rules.units(text)
    # The first word is written large whatever it is.
    names = {text_rules.key(unit) for unit in units[1:] if unit.lstrip()[:1].isupper()}
    numbers = {text_rules.key(unit) for unit in units if any(c.isdigit() for c in unit)}
    return sorted((names | numbers) & _keys(answer))


def _keys(text: str) -> set[str]:
    return set(text_rules.keys(text_rules.units(text)))


def _megabytes(model: Model) -> float:
    return sum(file.bytes for file in model.manifest.files.values()) / 1e6
