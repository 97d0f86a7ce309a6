"""Finds words again in a text that has changed meanwhile: alignment by dynamic programming (Needleman and Wunsch 1970).

Pure: no clock, no I/O.
"""

from collections.abc import Sequence

from rtt import text as text_rules

# Words looked at on each side of the place that is sought: time and memory stay small however long a text is.
_WINDOW = 24
_SAME, _CHANGED, _IN_OR_OUT = 2, -2, -3

_Cell = tuple[int, int, int]


def find_end(known: Sequence[str], following: Sequence[str], units: Sequence[str]) -> int | None:
    """Return how many of `units` say what `known` says (comparison keys); the units `following` came after it before.

    None where the units do not resemble them: then it is another text.
    """
    if not known:
        return 0
    places = [(index, key) for index, unit in enumerate(units) if (key := text_rules.key(unit))]
    keys = [key for _, key in places]
    count = len(known)
    if keys[:count] != known:
        old_from = max(0, count - _WINDOW)
        new_from = max(0, old_from - _WINDOW)
        if len(keys) <= new_from:
            return len(units) if keys == known[: len(keys)] else None
        window = keys[new_from : count + _WINDOW]
        after = text_rules.keys(following[:_WINDOW])
        end = _align(known[old_from:], after, window, inside=new_from > 0)
        if end is None:
            return None
        count = new_from + end
    if count == len(places):
        return len(units)
    return places[count - 1][0] + 1 if count else 0


def _align(known: Sequence[str], following: Sequence[str], keys: Sequence[str], *, inside: bool) -> int | None:
    """Return how many of `keys` are aligned with `known`, or None where fewer than half of the words are the same.

    Words after the old ones are free; so are words before them where the old ones were `inside` a text.
    """
    # For each number of keys the best alignment so far: its score, words that are the same, minus the end.
    row = [(0 if inside else _IN_OR_OUT * column, 0, 0) for column in range(len(keys) + 1)]
    for number, word in enumerate([*known, *following], 1):
        row = _with_word(row, word, keys)
        if number == len(known):
            row = [(score, same, -column) for column, (score, same, _) in enumerate(row)]
        for column in range(1, len(row)):
            score, same, end = row[column - 1]
            row[column] = max(row[column], (score + _IN_OR_OUT, same, end))
    _, same, end = max(row)
    return -end if 2 * same >= min(len(known) + len(following), len(keys)) else None


def _with_word(row: list[_Cell], word: str, keys: Sequence[str]) -> list[_Cell]:
    """Go on by an old word: it is left out, or stands where the next key does."""
    longer = [(score + _IN_OR_OUT, same, end) for score, same, end in row]
    for column, key in enumerate(keys, 1):
        score, same, end = row[column - 1]
        stands = (score + _SAME, same + 1, end) if key == word else (score + _CHANGED, same, end)
        longer[column] = max(longer[column], stands)
    return longer
