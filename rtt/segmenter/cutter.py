"""Cuts the words of an utterance into sentences, and sentences without end into pieces."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from rtt import text as text_rules
from rtt.segmenter.options import SegmenterOptions

_CLAUSE_STARTS = {
    "en": frozenset(
        ["and", "but", "so", "or", "because", "which", "while", "although", "then", "where", "when", "if", "that"]
    ),
    "de": frozenset(["und", "aber", "oder", "denn", "weil", "dass", "wenn", "während", "obwohl", "dann", "wo"]),
    "fr": frozenset(["et", "mais", "ou", "donc", "car", "parce", "que", "quand", "si", "puis", "où"]),
    "es": frozenset(["y", "pero", "o", "porque", "que", "cuando", "si", "aunque", "entonces", "donde"]),
}


class Cutter:
    """Knows where sentences end in one language."""

    def __init__(self, language: str, options: SegmenterOptions) -> None:
        self._language = language
        self._options = options
        self._clause_starts = _CLAUSE_STARTS.get(language.split("-", maxsplit=1)[0], frozenset())

    def parts(self, words: Sequence[str]) -> list[list[str]]:
        """Return the sentences, those without end in pieces."""
        return [piece for sentence in self._sentences(words) for piece in self._pieces(sentence)]

    def sure_parts(self, parts: list[list[str]], agreed: int) -> list[list[str]]:
        """Join the sentences whose ends are not sure yet: a sentence end that a model takes back would flicker."""
        ends = list(accumulate(map(len, parts)))
        sure = sum(end + self._options.lookahead <= agreed for end in ends[:-1])
        rest = [word for part in parts[sure:] for word in part]
        return [*parts[:sure], rest] if rest else parts[:sure]

    def _sentences(self, words: Sequence[str]) -> Iterator[list[str]]:
        """Cut words into sentences, never within a word; marks and emoji alone are no sentence."""
        ends = set(accumulate(map(len, text_rules.sentences("".join(words), self._language))))
        last = max((index for index, word in enumerate(words) if text_rules.is_speech(word)), default=-1)
        sentence: list[str] = []
        length, spoken, due = 0, False, False
        for index, word in enumerate(words):
            # The blank before a word counts to the sentence before.
            due = spoken and (due or length + len(word) - len(word.lstrip()) in ends)
            # An emoji belongs to what was said before it.
            if due and index <= last and text_rules.split_emoji(word)[0]:
                yield sentence
                sentence, spoken, due = [], False, False
            sentence.append(word)
            spoken = spoken or text_rules.is_speech(word)
            length += len(word)
        if sentence:
            yield sentence

    def _pieces(self, sentence: list[str]) -> Iterator[list[str]]:
        while len(sentence) > self._options.max_units:
            cut = self._clause_start(sentence)
            yield sentence[:cut]
            sentence = sentence[cut:]
        yield sentence

    def _clause_start(self, words: Sequence[str]) -> int:
        """Return where to cut a sentence that is too long; looks at its first `max_units` words only."""
        starts, options = self._clause_starts, self._options
        for cut in range(options.max_units, options.min_units - 1, -1):
            before, after = text_rules.key(words[cut - 1]), text_rules.key(words[cut])
            if text_rules.is_clause_border(words[cut - 1], words[cut]) or (after in starts and before not in starts):
                return cut
        return options.max_units
