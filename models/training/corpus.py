"""Parallel text: a pair a line, `SOURCE<TAB>TARGET` or `ORIGIN<TAB>SOURCE<TAB>TARGET`, plain or compressed with xz."""

import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from models.training.errors import TrainingError


class Pair(NamedTuple):
    """A sentence, its translation, and the name of the collection that both are from."""

    origin: str
    source: str
    target: str


def read_pairs(path: Path) -> Iterator[Pair]:
    """Yield the pairs of a file; without a column for it, their origin is the file's name. Raises TrainingError."""
    name = path.name.split(".")[0]
    open_ = lzma.open if path.suffix == ".xz" else open
    try:
        with open_(path, "rt", encoding="utf8", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                match [field.strip() for field in line.split("\t")]:
                    case [source, target]:
                        yield Pair(name, source, target)
                    case [origin, source, target]:
                        yield Pair(origin, source, target)
                    case fields:
                        raise TrainingError(f"{path}:{number}: Expected 2 or 3 fields with tabs between: {len(fields)}")
    except (OSError, UnicodeDecodeError, lzma.LZMAError) as error:
        raise TrainingError(f"{path}: {error}") from error


def write_pairs(path: Path, pairs: Iterable[Pair]) -> None:
    """Write pairs without their origin."""
    with path.open("w", encoding="utf8", newline="\n") as file:
        file.writelines(f"{pair.source}\t{pair.target}\n" for pair in pairs)
