"""Whether a translation means what was said, by words that it must have and words that it must not have.

A file of sentences is a table with tabs between its columns: `topic`, `en` (the sentences), and one for each target
language with what is looked for there. `a|b; c; !d` asks for a or b, and for c, and against d, in any order and case. A
word is looked for at the beginnings of words, so that endings may follow; with `*` before it anywhere within them.
Scripts without blanks are searched anywhere.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct

from rtt.errors import TraceError

_ENGLISH = "en"
_WITHOUT_BLANKS = frozenset({"zh", "ja", "th"})
_NOT, _ANYWHERE = "!", "*"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and what its translation is held against: each of `wanted` by one of its words."""

    topic: str
    text: str
    wanted: tuple[tuple[str, ...], ...]
    unwanted: tuple[tuple[str, ...], ...]
    anywhere: bool
    """Whether words of the target have no blanks between them."""

    def faults(self, translation: str) -> list[str]:
        """Return what the translation lacks, and what it must not have."""
        lacking = ["|".join(words) for words in self.wanted if not self._has(translation, words)]
        return lacking + [f"{_NOT}{'|'.join(words)}" for words in self.unwanted if self._has(translation, words)]

    def _has(self, translation: str, words: Iterable[str]) -> bool:
        text = translation.casefold().replace("’", "'")
        return any(
            re.search(re.escape(word.lstrip(_ANYWHERE)), text)
            if self.anywhere or word.startswith(_ANYWHERE)
            else re.search(rf"(?<!\w){re.escape(word)}", text)
            for word in words
        )


class Blunder(Struct, frozen=True):
    """A translation that does not mean what was said."""

    topic: str
    text: str
    translation: str
    faults: list[str]


class MeaningReport(Struct, frozen=True):
    """How many translations keep the meaning, and those that don't."""

    sentences: int
    kept: int
    blunders: list[Blunder]

    @property
    def share(self) -> float:
        """Share of translations that keep it."""
        return self.kept / self.sentences if self.sentences else 0.0


def read_meanings(path: Path, target: str) -> list[Sentence]:
    """Read the sentences that can be held against a target language. Raises TraceError."""
    language = target.partition("-")[0]
    try:
        with path.open(encoding="utf8", newline="") as file:
            reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True)
            columns, *rows = list(reader) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TraceError(f"{path}: {error}") from None
    if not {"topic", _ENGLISH, language}.issubset(columns):
        raise TraceError(f"{path}: Expected the columns topic, {_ENGLISH} and {language}")
    for number, row in enumerate(rows, 2):
        if len(row) != len(columns) or not all(row):
            raise TraceError(f"{path}:{number}: Expected {len(columns)} fields with tabs between")
    return [_sentence(dict(zip(columns, row, strict=True)), language) for row in rows]


def meaning(sentences: Sequence[Sentence], translations: Sequence[str]) -> MeaningReport:
    """Hold translations against what they must mean."""
    blunders = [
        Blunder(one.topic, one.text, translation, faults)
        for one, translation in zip(sentences, translations, strict=True)
        if (faults := one.faults(translation))
    ]
    return MeaningReport(len(sentences), len(sentences) - len(blunders), blunders)


def _sentence(row: dict[str, str], language: str) -> Sentence:
    asked = [part.strip().casefold() for part in row[language].split(";")]
    against = [part.removeprefix(_NOT) for part in asked if part.startswith(_NOT)]
    return Sentence(
        topic=row["topic"],
        text=row[_ENGLISH],
        wanted=tuple(tuple(part.split("|")) for part in asked if not part.startswith(_NOT)),
        unwanted=tuple(tuple(part.split("|")) for part in against),
        anywhere=language in _WITHOUT_BLANKS,
    )
