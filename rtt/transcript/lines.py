"""Text into lines of captions, and lines into cues: few, even, and broken at sense."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

import wcwidth

from rtt import text as text_rules
from rtt.transcript.sense import break_costs

# Columns: a Chinese or Japanese character fills two. Netflix Timed Text Style Guide, "Character limitation".
_COLUMNS = 42
_WIDE_COLUMNS = 32
# What it costs when a line is one whole limit longer or shorter than the others, beside the costs of breaks.
_UNEVEN = 40.0
# A break between cues is worse than one inside a cue: the reader loses sight of what is before it.
_NEXT_CUE = 2
# No sentence has so many words: what has is filled line by line, lest its time grow with their square.
_LONGEST = 150


def is_wide(language: str) -> bool:
    """Tell whether a language is written in characters that stand for words: Chinese or Japanese."""
    return language.partition("-")[0] in {"zh", "ja"}


def limit(language: str) -> int:
    """Return how many columns a line may have."""
    return _WIDE_COLUMNS if is_wide(language) else _COLUMNS


def columns(text: str) -> int:
    """Return how wide a text is: wide characters count twice, combining marks not at all (Unicode Annex #11)."""
    return wcwidth.width(text)


def cues(text: str, language: str, *, rows: int, at_least: int = 1) -> list[list[str]]:
    """Break text into cues of at most `rows` lines, as few as there can be, or `at_least` so many.

    Lines keep to the limit unless a single word is longer. A text of fewer words than `at_least` has fewer cues.
    """
    words = text_rules.units(text_rules.normalise(text))
    if not words:
        return []
    page = _Page(words, language)
    ends = page.fill()
    if len(words) <= _LONGEST:
        wanted = max(-(-len(ends) // rows), at_least)
        count = len(ends) if wanted == 1 else wanted * rows
        ends = page.break_evenly(min(count, len(words)), rows)
    places = [0, *ends]
    return [page.lines(places[at : at + rows + 1]) for at in range(0, len(ends), rows)]


class _Page:
    """The words of a text, measured."""

    def __init__(self, words: Sequence[str], language: str) -> None:
        self._words = words
        self._limit = limit(language)
        self._at = [0, *accumulate(map(columns, words))]
        self._blank = [columns(word) - columns(word.lstrip()) for word in words]
        self._costs = [0, *break_costs(words, language), 0]

    def lines(self, places: Sequence[int]) -> list[str]:
        """Return the lines between places; one, where it can hold them all."""
        if self._width(places[0], places[-1]) <= self._limit:
            places = [places[0], places[-1]]
        return ["".join(self._words[begin:end]).strip() for begin, end in pairwise(places)]

    def fill(self) -> list[int]:
        """Return where each line ends if each takes what it can: the fewest lines there can be."""
        ends: list[int] = []
        begin = 0
        for end in range(1, len(self._words)):
            if self._width(begin, end + 1) > self._limit:
                ends.append(end)
                begin = end
        return [*ends, len(self._words)]

    def break_evenly(self, count: int, rows: int) -> list[int]:
        """Return where each of `count` lines ends, at the least cost (Knuth and Plass 1981).

        `cheapest[n][end]` is the cost of the first n lines if they end there, and where the last of them begins.
        """
        words = len(self._words)
        even = self._width(0, words) / count
        cheapest: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
        for number in range(1, count + 1):
            row: dict[int, tuple[float, int]] = {}
            for begin, (cost, _) in cheapest[-1].items():
                for end in range(begin + 1, words - (count - number) + 1):
                    width = self._width(begin, end)
                    if width > self._limit and end > begin + 1:
                        break
                    here = self._costs[end] * (_NEXT_CUE if number % rows == 0 else 1)
                    total = cost + here + _UNEVEN * ((width - even) / self._limit) ** 2
                    if end not in row or total < row[end][0]:
                        row[end] = total, begin
            cheapest.append(row)
        ends = [words]
        for row in reversed(cheapest[2:]):
            ends.append(row[ends[-1]][1])
        return ends[::-1]

    def _width(self, begin: int, end: int) -> int:
        return self._at[end] - self._at[begin] - self._blank[begin]
