"""Which models are in memory, and which of them make room for others. Pure: no clock, no I/O."""

from collections.abc import Iterable
from dataclasses import dataclass

from rtt.catalog import Model
from rtt.route import versioned

# A model that a room has open is kept each second.
OPEN_S = 5.0


@dataclass(slots=True, eq=False)
class Resident:
    """A version of a model that is in memory."""

    model: Model
    loaded_at: float = 0.0
    """Since when it, or the version before it, is there."""
    used_at: float = 0.0
    jobs: int = 0
    """How many are being answered with it."""
    kept: bool = False
    """Whether it stays for good."""
    only_copy: bool = False
    """Whether what is on the disk is another version, which does not work."""

    @property
    def key(self) -> str:
        """What jobs call it."""
        return versioned(self.model.name, self.model.version)

    @property
    def size(self) -> int:
        """Bytes, about."""
        return self.model.size

    def idle_for(self, now: float) -> float:
        """Return for how many seconds nobody has had it open; 0 where it may not be unloaded."""
        since = now - self.used_at
        return 0.0 if self.jobs or self.kept or self.only_copy or since < OPEN_S else since


def surplus(residents: Iterable[Resident], budget: int, now: float, *, wanted: int = 0) -> list[Resident]:
    """Return which to unload so that all fit into `budget` bytes, with `wanted` more: those idle for the longest."""
    there = sorted(residents, key=lambda one: one.idle_for(now), reverse=True)
    over = sum(one.size for one in there) + wanted - budget
    going: list[Resident] = []
    for one in there:
        if over <= 0 or not one.idle_for(now):
            break
        going.append(one)
        over -= one.size
    return going


def idle(residents: Iterable[Resident], idle_s: float, now: float) -> list[Resident]:
    """Return which nobody has had open for `idle_s`; 0: never."""
    return [one for one in residents if 0 < idle_s <= one.idle_for(now)]
