"""How long a speaker was silent after each word, told from the ends of successive partials. Pure: no clock, no I/O."""

from collections.abc import Sequence

# Milliseconds that speech takes: for each new piece of it that is heard of, each of its words and each letter.
_PIECE_MS = 193
_WORD_MS = 37
_LETTER_MS = 23


class Pauses:
    """The ends of one utterance's words, as far as partials tell them.

    A partial says when its last word ended. What passes from there to the end of the next partial's last word, less
    the time that the words between take to say, was silence; words that came together had none between them.
    """

    def __init__(self) -> None:
        self._ends: dict[int, int] = {}

    def receive(self, words: int, end_ms: int) -> None:
        """Take it that the utterance now has so many words, the last of which ended then."""
        self._ends = {count: end for count, end in self._ends.items() if count < words and end <= end_ms} | {
            words: min(end_ms, self._ends.get(words, end_ms))
        }

    def after(self, words: Sequence[str]) -> tuple[int, ...]:
        """Return the milliseconds of silence after each word but the last; below 0 where speech was fast."""
        silences = [-_PIECE_MS] * max(0, len(words) - 1)
        counts = sorted(count for count in self._ends if count <= len(words))
        for count, following in zip(counts, counts[1:], strict=False):
            letters = sum(len(word.strip()) for word in words[count:following])
            spoken = _PIECE_MS + _WORD_MS * (following - count) + _LETTER_MS * letters
            silences[count - 1] = self._ends[following] - self._ends[count] - spoken
        return tuple(silences)
