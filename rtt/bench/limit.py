"""The most of something that still passes: doubled until it fails, then bisected."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar


class Probe(Protocol):
    """What was found with so many."""

    @property
    def count(self) -> int:
        """How many there were."""
        ...

    @property
    def passed(self) -> bool:
        """Whether it was good enough."""
        ...


Found = TypeVar("Found", bound=Probe)

# A limit is found when the least that fails is no more than this much above the most that passes.
_CLOSE_ENOUGH = 1.1


async def find_limit(probe: Callable[[int], Awaitable[Found]], first: int, most: int) -> list[Found]:
    """Probe `first`, twice as many and so on up to `most`, then between the last that passed and the first that failed.

    Returns every probe, by its count. Where even `first` fails, it is halved until something passes or 1 fails.
    """
    found: dict[int, Found] = {}
    passing, failing, count = 0, most + 1, min(first, most)
    while count not in found and 0 < count <= most:
        found[count] = await probe(count)
        if found[count].passed:
            passing = count
        else:
            failing = count
        count = _next(passing, failing, most)
    return [found[count] for count in sorted(found)]


def limit_of(probes: list[Found]) -> Found | None:
    """Return the probe with the most that passed below the first that failed, or None where the least failed."""
    best: Found | None = None
    for probe in probes:
        if not probe.passed:
            break
        best = probe
    return best


def _next(passing: int, failing: int, most: int) -> int:
    if failing > most:
        return min(2 * passing, most)
    if failing <= max(passing * _CLOSE_ENOUGH, passing + 1):
        return passing
    return max(1, (passing + failing) // 2)
