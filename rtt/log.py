"""A room's event log in memory: what readers were told, in order, to resume and to begin from."""

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain, islice, takewhile

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
        self.limit = limit
        self._forgotten = 0
        self.id = id_
        self.seq = 0

    def append(self, lang: str, update: Update | Withdrawal, lag_ms: int, timing: Timing | None = None) -> Event:
        """Number an update and keep it as long as a reader may need it."""
        event = Event(self.seq + 1, lang, update, lag_ms, timing)
        self.keep(event)
        return event

    def keep(self, event: Event) -> None:
        """Keep an event that has its number already, one after all that are here."""
        self.seq = event.seq
        key = event.lang, event.segment
        if event.lasting:
            self._open.pop(key, None)
            self._lasting.append(event)
            if len(self._lasting) > self.limit:
                self._forgotten = self._lasting.popleft().seq
        else:
            self._open[key] = event

    def reaches(self, seq: int) -> bool:
        """Tell whether every final and withdrawal after `seq` is still here."""
        return seq >= self._forgotten

    def since(self, seq: int, langs: Collection[str]) -> list[Event]:
        """Return every final and withdrawal after `seq`, and the newest state of what is open, in order."""
        return [event for event in self.after(seq) if event.lang in langs]

    def after(self, seq: int) -> list[Event]:
        """Return the same in every language."""
        lasting = takewhile(lambda event: event.seq > seq, reversed(self._lasting))
        still_open = (event for event in self._open.values() if event.seq > seq)
        return sorted(chain(lasting, still_open), key=lambda event: event.seq)

    def copy(self) -> "MemoryLog":
        """Return a log of the same, which goes its own way from here."""
        new = MemoryLog(self.id, self.limit)
        new._lasting, new._open = self._lasting.copy(), self._open.copy()
        new._forgotten, new.seq = self._forgotten, self.seq
        return new

    def forget(self, seq: int) -> None:
        """Take it that finals and withdrawals up to `seq` are no longer here."""
        self._forgotten = max(self._forgotten, seq)

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
