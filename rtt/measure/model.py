"""How a model does by itself: on test sets, and on the unfinished text that live captions are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct

from rtt import guards
from rtt import text as text_rules
from rtt.errors import TraceError
from rtt.measure.meaning import MeaningReport
from rtt.measure.screen import words

_SHARES = (0.25, 0.5, 0.75)
# How many times as long as its share of the finished translation an answer to a prefix may be.
_TOO_LONG = 1.6
# A shorter answer is not called too long: a word more or less is half of it.
_LEAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of a sentence as a recogniser would send it, and what share of the words it holds."""

    sentence: int
    text: str
    share: float


@dataclass(frozen=True, slots=True)
class PrefixBehaviour:
    """How many answers to prefixes there were, and how many are of no use."""

    prefixes: int
    too_long: int
    repeating: int
    bad: int
    """Too long, repeating, or both."""

    @property
    def bad_share(self) -> float:
        """Share of answers that are too long or repeat themselves."""
        return self.bad / self.prefixes if self.prefixes else 0.0


class SetReport(Struct, frozen=True):
    """The figures of a model on one test set."""

    test_set: str
    sentences: int
    bleu: float
    chrf: float
    words_per_second: float
    """Words of the source, on one core, in batches."""
    prefixes: int
    too_long_prefixes: int
    repeating_prefixes: int
    bad_prefix_share: float


class ModelReport(Struct, frozen=True):
    """The figures of a model."""

    model: str
    megabytes: float
    sets: list[SetReport]
    meaning: MeaningReport | None = None


def read_test_set(path: Path) -> list[tuple[str, str]]:
    """Read pairs of a source and a reference sentence, a pair a line with a tab between. Raises TraceError."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TraceError(f"{path}: {error}") from None
    pairs: list[tuple[str, str]] = []
    for number, line in enumerate(lines, 1):
        source, tab, reference = line.partition("\t")
        if not tab:
            raise TraceError(f"{path}:{number}: no tab between a sentence and its reference")
        pairs.append((source, reference))
    return pairs


def prefixes(sentences: Sequence[str]) -> list[Prefix]:
    """Cut each sentence at a quarter, half and three quarters of its words; in lower case and without punctuation."""
    return [
        Prefix(number, text_rules.join(words("".join(units[:count]))), count / len(units))
        for number, units in enumerate(text_rules.units(text_rules.normalise(s)) for s in sentences)
        for count in sorted({int(len(units) * share) for share in _SHARES} - {0})
    ]


def prefix_behaviour(cut: Sequence[Prefix], answers: Sequence[str], finished: Sequence[str]) -> PrefixBehaviour:
    """Count the answers that run on, or repeat themselves where their prefix does not.

    `finished` are the translations of the whole sentences: the answer to a share p of a sentence should have about the
    share p of its words, and is too long beyond 1.6 times as many. Repeats are those that `rtt.guards` takes out.
    """
    too_long: list[bool] = []
    repeating: list[bool] = []
    for prefix, answer in zip(cut, answers, strict=True):
        expected = prefix.share * len(words(finished[prefix.sentence]))
        too_long.append(len(words(answer)) > max(_TOO_LONG * expected, _LEAST_WORDS))
        repeating.append(guards.without_repeats(prefix.text, answer) != answer)
    bad = sum(long or again for long, again in zip(too_long, repeating, strict=True))
    return PrefixBehaviour(len(cut), sum(too_long), sum(repeating), bad)
