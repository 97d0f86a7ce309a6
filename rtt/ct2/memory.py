"""The machine's memory: how much there is, and how what was freed is given back."""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

# What a container may take: version 2 of Linux's control groups, and version 1.
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def machine_memory(limits: Iterable[Path] = _LIMITS) -> int:
    """Return the bytes that there are for all processes: those of the machine, or of the container if that has less."""
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([there, *(limit for path in limits if (limit := _limit(path)))])


def give_back() -> None:
    """Have the C library return freed memory to the system: untold, glibc keeps nearly all that a model took."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


def _limit(path: Path) -> int:
    try:
        said = path.read_text().strip()
    except OSError:
        return 0
    return int(said) if said.isdecimal() else 0
