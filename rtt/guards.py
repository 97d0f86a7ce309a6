"""Guards against degenerate output: the runaway and repeated text that small models make of odd or partial input."""

from rtt import text as text_rules

# An answer may have this many words for each of the source's, and this many more.
_MAX_RATIO = 2.0
_ALLOWANCE = 8
_LONGEST_REPEAT = 6
_TIMES = 3
# Characters are doubled to make words (谢谢), and so a word said twice has four of them.
_TIMES_OF_A_CHARACTER = 6


def runs_away(source: str, answer: str) -> bool:
    """Tell whether an answer is far longer than its source accounts for (in characters, so scripts may differ)."""
    letters = sum(map(_width, source))
    return sum(map(_width, answer)) > _MAX_RATIO * letters + 5 * _ALLOWANCE


def without_repeats(source: str, answer: str) -> str:
    """Return `answer` with each phrase said three times or more in a row said once, unless the source does so too.

    One character of a script without blanks is no phrase; it must come six times.

    Nothing else is ever taken out: repetition is how people speak, and forbidding it outright harms good output.
    """
    words = text_rules.units(answer)
    keys = [text_rules.key(word) for word in words]
    if _find_repeat([text_rules.key(word) for word in text_rules.units(source)]):
        return answer
    while found := _find_repeat(keys):
        start, size, times = found
        words[start + size - 1] = text_rules.with_end_of(words[start + size - 1], words[start + size * times - 1])
        del words[start + size : start + size * times], keys[start + size : start + size * times]
    return "".join(words)


def _width(char: str) -> int:
    # A Chinese, Japanese or Korean character carries about as much as three letters.
    return 3 if "\u2e80" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" else 1


def _find_repeat(keys: list[str]) -> tuple[int, int, int] | None:
    """Return (start, words, times) of the first phrase that follows itself at least twice."""
    for start in range(len(keys)):
        for size in range(1, _LONGEST_REPEAT + 1):
            phrase, times = keys[start : start + size], 1
            while keys[start + size * times : start + size * (times + 1)] == phrase:
                times += 1
            one_character = size == 1 and text_rules.is_unspaced(phrase[0])
            if times >= (_TIMES_OF_A_CHARACTER if one_character else _TIMES) and any(phrase):
                return start, size, times
    return None
