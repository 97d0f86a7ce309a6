"""The talks that a room holds one after the other, and which segments belong to which. Pure: no clock, no I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rtt.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Talk:
    """What is said between two clears of a room."""

    number: int
    """Counts from 1 in a room."""
    title: str = ""
    speaker: str = ""
    after: int = 0
    """The last segment that was said before it."""
    until: int | None = None
    """Its own last segment, once it is over."""
    seq: int = 0
    """Where the log stood when it began."""
    ended_at: float | None = None
    """On the caller's clock."""
    slot: float | None = None
    """When it was to begin by the schedule, where it began by that; in seconds since 1970."""

    def holds(self, segment: int) -> bool:
        """Tell whether a segment belongs to it."""
        return self.after < segment and (self.until is None or segment <= self.until)


class Talks:
    """The talks of one room: at least one, the last of which goes on."""

    def __init__(self, talks: Iterable[Talk] = (), *, taken: int = 0) -> None:
        self._talks = [*talks] or [Talk(1)]
        self.taken = taken
        """How many of them `take_ended` has returned."""

    @property
    def held(self) -> tuple[Talk, ...]:
        """All of them."""
        return tuple(self._talks)

    @property
    def current(self) -> Talk:
        """The one that goes on."""
        return self._talks[-1]

    def begin(  # noqa: PLR0913 - what a talk is made of
        self, title: str, speaker: str, *, after: int, seq: int, now: float, slot: float | None = None
    ) -> None:
        """End the talk with a segment and begin the next; one in which nothing was said is renamed."""
        old = self.current
        if after > old.after:
            self._talks[-1] = replace(old, until=after, ended_at=now)
            self._talks.append(Talk(old.number + 1, title, speaker, after, seq=seq, slot=slot))
        else:
            self._talks[-1] = replace(old, title=title, speaker=speaker, slot=slot or old.slot)

    def find(self, number: int | None, *, newest: int) -> Talk:
        """Return a talk; without a number the one that holds the newest segment. Raises BadRequest."""
        if number is None:
            return next((talk for talk in reversed(self._talks) if talk.holds(newest)), self.current)
        if number > len(self._talks):
            raise BadRequest(f"field talk: {number}: Expected one from 1 to {len(self._talks)}")
        return self._talks[number - 1]

    def take_ended(self, before: float) -> list[Talk]:
        """Return the talks that ended before a time, each once."""
        first = self.taken
        while (ended_at := self._talks[self.taken].ended_at) is not None and ended_at < before:
            self.taken += 1
        return self._talks[first : self.taken]

    def not_taken(self) -> list[Talk]:
        """Return the talks that `take_ended` has not returned yet, the current one too."""
        return self._talks[self.taken :]
