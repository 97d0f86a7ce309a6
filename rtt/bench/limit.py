"""The most of something that still passes: doubled until it fails, then bisected.

What fails is tried once more, and counts as failed when it has failed twice: a moment in which the machine had
something else to do says nothing about the server.
"""

from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

from msgspec import Struct


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


class Limit(Struct, Generic[Found], frozen=True):
    """Everything that was found."""

    probes: list[Found]
    """By their counts."""
    count: int
    """The most that passed; 0 where none did."""
    at_limit: list[Found]
    """The probes with so many, one for each run."""


async def find_limit(probe: Callable[[int], Awaitable[Found]], first: int, most: int, runs: int = 1) -> Limit[Found]:
    """Probe `first`, twice as many and so on up to `most`, then between the last that passed and the first that failed.

    Where even `first` fails, it is halved until something passes or 1 fails. The limit is probed `runs` times in all.
    """
    found: dict[int, Found] = {}
    passing, failing, count = 0, most + 1, min(first, most)
    while count not in found and 0 < count <= most:
        found[count] = await probe(count)
        if not found[count].passed and (again := await probe(count)).passed:
            found[count] = again
        if found[count].passed:
            passing = count
        else:
            failing = count
        count = _next(passing, failing, most)
    at_limit = [found[passing], *[await probe(passing) for _ in range(runs - 1)]] if passing else []
    return Limit([found[count] for count in sorted(found)], passing, at_limit)


def _next(passing: int, failing: int, most: int) -> int:
    if failing > most:
        return min(2 * passing, most)
    if failing <= max(passing * _CLOSE_ENOUGH, passing + 1):
        return passing
    return max(1, (passing + failing) // 2)
