"""Pairs of our own: what is said where people meet, with slots for times, rooms and names.

A table of sentences and one of what may fill their slots have a column for each language, so that a row that is filled
is a pair of any two of them. A slot may have a number after its name: {time} and {time2} are filled apart.
"""

import csv
import random
import re
from collections.abc import Iterator
from pathlib import Path

from models.training.corpus import Pair
from models.training.errors import TrainingError

_SLOT = re.compile(r"\{(\w+?)\d?\}")

Row = dict[str, str]


def expand(sentences: Path, slots: Path, languages: tuple[str, str], most: int, seed: int) -> Iterator[Pair]:
    """Yield each sentence with its slots filled by chance, in up to `most` different ways.

    Raises TrainingError that names the row.
    """
    chance = random.Random(seed)
    values: dict[str, list[Row]] = {}
    for row in _rows(slots, {"slot", *languages}):
        values.setdefault(row["slot"], []).append(row)
    for sentence in _rows(sentences, set(languages)):
        source, target = (sentence[language] for language in languages)
        found = sorted({(slot[0], slot[1]) for slot in _SLOT.finditer(source)})
        if {slot for slot, _ in found} != {slot[0] for slot in _SLOT.finditer(target)}:
            raise TrainingError(f"{sentences}: {source!r}: Expected the same slots in {target!r}")
        if unknown := [name for _, name in found if name not in values]:
            raise TrainingError(f"{slots}: no row for the slot {unknown[0]} of {source!r}")
        ways = {tuple(chance.randrange(len(values[name])) for _, name in found) for _ in range(most)}
        for way in sorted(ways):
            filled = {slot: values[name][row] for (slot, name), row in zip(found, way, strict=True)}
            yield Pair(sentences.stem, *(_fill(sentence[language], filled, language) for language in languages))


def _rows(path: Path, columns: set[str]) -> list[Row]:
    try:
        with path.open(encoding="utf8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{path}: {error}") from error
    for number, row in enumerate(rows, 2):
        if missing := sorted(column for column in columns if not row.get(column)):
            raise TrainingError(f"{path}:{number}: Expected something in column {missing[0]}")
    return rows


def _fill(side: str, filled: dict[str, Row], language: str) -> str:
    text = _SLOT.sub(lambda slot: filled[slot[0]][language], side)
    return text[:1].upper() + text[1:]
