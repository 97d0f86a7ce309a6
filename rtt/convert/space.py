"""Room on a disk, asked for before anything is written."""

import shutil
from pathlib import Path

from rtt.errors import ModelError

# What a disk that others write to, too, should have left.
_RESERVE = 64 * 1024 * 1024


def require_space(folder: Path, size: int) -> None:
    """Raise ModelError where the disk of a folder has no room for so many bytes."""
    free = shutil.disk_usage(folder).free
    if free < size + _RESERVE:
        raise ModelError(f"{folder}: {size / 1e6:.0f} MB are needed, and {free / 1e6:.0f} MB are free on its disk")


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
