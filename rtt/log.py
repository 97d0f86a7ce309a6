"""A room's event log in memory: what readers were told, in order, to resume and to begin from."""

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from rtt.engine import Timing
from rtt.policy import Update
from rtt.segmenter import Withdrawal


@dataclass(frozen=True, slots=True)
class Event:
    """One update of one language, with its number in the room."""

    seq: int
    lang: str
    update: Update | Withdrawal
    lag_ms: int
    timing: Timing | None = None
    """That of the answer that the update shows."""

    @property
    def segment(self) -> int:
        """The segment's number."""
        return self.update.id if isinstance(self.update, Withdrawal) else self.update.segment.id

    @property
    def lasting(self) -> bool:
        """Whether every reader must get this one: a final or a withdrawal."""
        return isinstance(self.update, Withdrawal) or self.update.final


class MemoryLog:
    """Finals and withdrawals in order, the newest `limit` of them, and the newest state of each open segment."""

    def __init__(self, id_: str, limit: int) -> None:
        self._lasting: deque[Event] = deque()
        self._open: dict[tuple[str, int], Event] = {}
        self._limit = limit
        self._forgotten = 0
        self.id = id_
        self.seq = 0

    def append(self, lang: str, update: Update | Withdrawal, lag_ms: int, timing: Timing | None = None) -> Event:
        """Number an update and keep it as long as a reader may need it."""
        self.seq += 1
        event = Event(self.seq, lang, update, lag_ms, timing)
        key = lang, event.segment
        if event.lasting:
            self._open.pop(key, None)
            self._lasting.append(event)
            if len(self._lasting) > self._limit:
                self._forgotten = self._lasting.popleft().seq
        else:
            self._open[key] = event
        return event

    def reaches(self, seq: int) -> bool:
        """Tell whether every final and withdrawal after `seq` is still here."""
        return seq >= self._forgotten

    def since(self, seq: int, langs: Collection[str]) -> list[Event]:
        """Return every final and withdrawal after `seq`, and the newest state of what is open, in order."""
        missed = [e for e in chain(self._lasting, self._open.values()) if e.seq > seq and e.lang in langs]
        return sorted(missed, key=lambda event: event.seq)

    def recent(self, langs: Collection[str], count: int) -> list[Event]:
        """Return the last `count` finished segments of each language, and what is open, for a late reader."""
        finished = [event for lang in langs for event in islice(self._finished(lang), count)]
        still_open = [e for e in self._open.values() if e.lang in langs]
        return sorted([*finished, *still_open], key=lambda event: event.seq)

    def _finished(self, lang: str) -> Iterator[Event]:
        """Yield the newest final of each segment that was not withdrawn, newest first."""
        known: set[int] = set()
        for event in reversed(self._lasting):
            if event.lang == lang and event.segment not in known:
                known.add(event.segment)
                if not isinstance(event.update, Withdrawal):
                    yield event
