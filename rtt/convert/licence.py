"""What a model's files say of its licence."""

import re
from pathlib import Path

UNKNOWN = "unknown"
_FILES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING")
_CARD = re.compile(r"\A---\n(.*?)\n---", re.DOTALL)
_FIELD = re.compile(r"^license:[ \t]*[\"']?([A-Za-z0-9][\w.+-]*)", re.MULTILINE)


def licence_file(folder: Path) -> Path | None:
    """Return the file with a model's licence, if there is one."""
    return next((folder / name for name in _FILES if (folder / name).is_file()), None)


def licence_of(folder: Path) -> str:
    """Return the licence that the card (`README.md`) names, or that it is in a file of its own, or `unknown`."""
    card = folder / "README.md"
    text = card.read_text(errors="replace") if card.is_file() else ""
    if (head := _CARD.match(text)) and (named := _FIELD.search(head[1])) and named[1] != UNKNOWN:
        return named[1]
    file = licence_file(folder)
    return f"see {file.name}" if file else UNKNOWN
