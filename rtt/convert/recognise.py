"""Which format a folder's model is in."""

from pathlib import Path

from rtt.convert import argos, marian, ready, transformers
from rtt.convert.format import Format
from rtt.errors import ModelError

FORMATS = (argos.FORMAT, ready.FORMAT, marian.FORMAT, transformers.FORMAT)


def recognise(folder: Path) -> Format:
    """Return the first format that a folder is in. Raises ModelError."""
    for one in FORMATS:
        if one.recognises(folder):
            return one
    there = ", ".join(sorted(path.name for path in folder.iterdir())[:10]) or "nothing"
    raise ModelError(
        f"{folder}: no model in a known format ({', '.join(one.name for one in FORMATS)}); there is: {there}"
    )
