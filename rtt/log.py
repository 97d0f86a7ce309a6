"""A room's event log in memory: what readers were told, in order, to resume and to begin from."""

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain, islice, takewhile

from rtt.engine import Timing
from rtt.policy import Update
from rtt.segmenter import Withdrawal


@dataclass(frozen=True, slots=True)
class Clearing:
    """Another talk begins after a segment."""

    id: int
    title: str
    speaker: str


News = Update | Withdrawal | Clearing
# The language of a clearing, which is for everybody.
EVERY_LANGUAGE = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One update of one language, or a clearing, with its number in the room."""

    seq: int
    lang: str
    update: News
    lag_ms: int
    timing: Timing | None = None
    """That of the answer that the update shows."""

    @property
    def segment(self) -> int:
        """The segment's number."""
        return self.update.segment.id if isinstance(self.update, Update) else self.update.id

    @property
    def lasting(self) -> bool:
        """Whether every reader must get this one: all but a caption that is not final."""
        return not isinstance(self.update, Update) or self.update.final


class MemoryLog:
    """Finals, withdrawals and clearings in order, the newest `limit`, and the newest state of each open segment."""

    def __init__(self, id_: str, limit: int) -> None:
        self._lasting: deque[Event] = deque()
        self._open: dict[tuple[str, int], Event] = {}
        self._clearing: Event | None = None
        self.limit = limit
        self._forgotten = 0
        self.id = id_
        self.seq = 0

    def append(self, lang: str, update: News, lag_ms: int, timing: Timing | None = None) -> Event:
        """Number an update and keep it as long as a reader may need it."""
        event = Event(self.seq + 1, lang, update, lag_ms, timing)
        self.keep(event)
        return event

    def keep(self, event: Event) -> None:
        """Keep an event that has its number already, one after all that are here."""
        self.seq = event.seq
        key = event.lang, event.segment
        if isinstance(event.update, Clearing):
            self._clearing = event
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
        wanted = {*langs, EVERY_LANGUAGE}
        return [event for event in self.after(seq) if event.lang in wanted]

    def after(self, seq: int) -> list[Event]:
        """Return the same in every language."""
        lasting = takewhile(lambda event: event.seq > seq, reversed(self._lasting))
        still_open = (event for event in self._open.values() if event.seq > seq)
        return sorted(chain(lasting, still_open), key=lambda event: event.seq)

    def copy(self) -> "MemoryLog":
        """Return a log of the same, which goes its own way from here."""
        new = MemoryLog(self.id, self.limit)
        new._lasting, new._open, new._clearing = self._lasting.copy(), self._open.copy(), self._clearing
        new._forgotten, new.seq = self._forgotten, self.seq
        return new

    def forget(self, seq: int) -> None:
        """Take it that finals and withdrawals up to `seq` are no longer here."""
        self._forgotten = max(self._forgotten, seq)

    @property
    def langs(self) -> set[str]:
        """Every language in which something was finished."""
        return {event.lang for event in self._lasting} - {EVERY_LANGUAGE}

    def finished(self, langs: Collection[str]) -> list[Event]:
        """Return the newest final of each segment that was not withdrawn, as far as the log reaches back."""
        return [event for lang in langs for event in self._finished(lang)]

    def recent(self, langs: Collection[str], count: int) -> list[Event]:
        """Return the last `count` finished segments of each language, and what is open, for a late reader.

        What was said before the room was cleared is left out. The clearing is not: more of it may still come.
        """
        clearing = [self._clearing] if self._clearing else []
        gone = self._clearing.segment if self._clearing else 0
        shown = [event for event in self.newest(langs, count) if event.segment > gone]
        return sorted([*clearing, *shown], key=lambda event: event.seq)

    def newest(self, langs: Collection[str], count: int) -> list[Event]:
        """Return the last `count` finished segments of each language, and what is open, whatever was cleared."""
        finished = [event for lang in langs for event in islice(self._finished(lang), count)]
        return [*finished, *(event for event in self._open.values() if event.lang in langs)]

    def _finished(self, lang: str) -> Iterator[Event]:
        """Yield the newest final of each segment that was not withdrawn, newest first."""
        known: set[int] = set()
        for event in reversed(self._lasting):
            if event.lang == lang and event.segment not in known:
                known.add(event.segment)
                if not isinstance(event.update, Withdrawal):
                    yield event
