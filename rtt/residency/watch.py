"""Which models in the folders have come, changed or gone since the last look; told by what the system says of files."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from rtt.catalog import Model, model_folders, read_model
from rtt.errors import ModelError

_Stamp = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What is in a folder now."""

    folder: Path
    model: Model | None
    """None: nothing, or what cannot be read."""
    reason: str = ""
    """Why it cannot be read."""


class ModelWatch:
    """The folders, looked at from time to time; a look reads the manifests of what has changed only."""

    def __init__(self, folders: Collection[Path]) -> None:
        self._folders = [Path(os.path.abspath(folder)) for folder in folders]  # noqa: PTH100 - not through links
        self._stamps = _stamps(self._folders)
        self._missing: set[Path] = set()

    def look(self) -> list[Change]:
        """Return what has changed; blocks. Nothing has while a folder of models is not there: a disk may be away."""
        try:
            stamps = _stamps(self._folders)
        except (ModelError, OSError):
            return []
        before, self._stamps = self._stamps, stamps
        changed = [_read(folder) for folder, stamp in stamps.items() if before.get(folder) != stamp]
        return changed + [Change(folder, None) for folder in self._gone(before)]

    def _gone(self, before: Collection[Path]) -> set[Path]:
        """Return which are missing for the second time: one that is replaced may be away for a moment."""
        missing = (self._missing | {*before}) - self._stamps.keys()
        gone = missing & self._missing
        self._missing = missing - gone
        return gone


def _stamps(folders: Collection[Path]) -> dict[Path, _Stamp]:
    return {folder: _stamp(folder) for folder in model_folders(folders)}


def _stamp(folder: Path) -> _Stamp:
    try:
        files = [(path.name, path.stat()) for path in sorted(folder.iterdir())]
    except OSError:
        # Somebody is at work there: the next look sees more.
        return ()
    return tuple((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in files)


def _read(folder: Path) -> Change:
    try:
        return Change(folder, read_model(folder))
    except ModelError as error:
        return Change(folder, None, str(error))
