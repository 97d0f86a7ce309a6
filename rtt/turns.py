"""Whose turn it is: finals first, then what prepares the texts of others, then the rooms in turn, then the oldest.

So a room that is read in twenty languages does not keep one that is read in a single one waiting. The turns are those
of start-time fair queueing (Goyal, Vin and Cheng 1996): a request's number is one more than the last of its room, but
not less than that of the request that was drawn last.
"""

import asyncio
from dataclasses import dataclass

from rtt.engine import Hypothesis, JobSource
from rtt.load import Measure


@dataclass(slots=True, eq=False)
class Request:
    """A source that waits for its turn."""

    source: JobSource
    answer: asyncio.Future[Hypothesis | None]
    asked_at: float
    number: int = 0
    """Its place in the turns."""
    held: bool = False
    """Whether it has been passed over."""
    due_at: float = 0.0
    """Since when it is passed over no longer."""

    def waited_s(self, now: float) -> float:
        """Return how long its text has waited, but for the time it was passed over."""
        since = self.source.waiting_since()
        return 0.0 if since is None else max(0.0, now - max(since, self.due_at))

    def is_due(self, measure: Measure, now: float) -> bool:
        """Tell whether its text is a final, or a partial that has grown or waited enough; whether nobody waits."""
        if self.answer.done() or self.source.urgent or self.source.growth >= measure.growth:
            return True
        since = self.source.waiting_since()
        return since is not None and now - since >= measure.age_s


class Turns:
    """Every request that waits."""

    def __init__(self) -> None:
        self._requests: dict[Request, None] = {}
        self._last: dict[str, int] = {}
        self._drawn = 0

    def __len__(self) -> int:
        return len(self._requests)

    def add(self, request: Request) -> None:
        """Take a request."""
        room = request.source.room
        self._last[room] = request.number = max(self._drawn, self._last.get(room, 0)) + 1
        self._requests[request] = None

    def remove(self, request: Request) -> None:
        """Take a request out, since it is drawn."""
        del self._requests[request]
        self._drawn = max(self._drawn, request.number)
        if self._last.get(request.source.room, 0) <= self._drawn:
            self._last.pop(request.source.room, None)

    def begin(self, now: float) -> None:
        """Count no wait from before now."""
        for request in self._requests:
            request.due_at = now

    def oldest(self, now: float) -> float | None:
        """Return the longest wait of those that were not passed over."""
        return max((request.waited_s(now) for request in self._requests if not request.held), default=None)

    def due(self, measure: Measure, now: float) -> list[Request]:
        """Return what may be translated now, in order; the others are passed over."""
        due: list[Request] = []
        for request in self._requests:
            held = not request.is_due(measure, now)
            if request.held and not held:
                request.due_at = now
            request.held = held
            if not held:
                due.append(request)
        return sorted(due, key=_turn)


def _turn(request: Request) -> tuple[bool, bool, int, float]:
    return not request.source.urgent, not request.source.prepares, request.number, request.asked_at
