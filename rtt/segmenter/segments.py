"""What the segmenter says: the sentences, as far as they are known, and which of them there are by number."""

from collections import OrderedDict
from dataclasses import dataclass, replace

from rtt.errors import BadMessage


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence of the speaker, as far as it is known."""

    id: int
    utterance: int
    text: str
    unagreed: int
    """Words at the end that may still change."""
    final: bool
    start_ms: int
    end_ms: int
    received_at: float
    """When the text came, on the caller's clock, in seconds."""
    timed: bool = False
    """Whether `start_ms` counts on the speaker's own clock; else from when the segmenter began."""
    part: int = 1
    """Which one it is of its utterance."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A segment that will never be final, or is final no longer."""

    id: int


Change = Segment | Withdrawal


@dataclass(frozen=True, slots=True)
class Unpunctuated:
    """The text of an open utterance from one of its units on."""

    utterance: int
    start: int
    text: str


class Segments:
    """The segments by number: those that are open, and the last that are finished."""

    def __init__(self, remember: int, next_id: int = 1, finished_before: int = 0) -> None:
        self.next_id = next_id
        self._finished_before = finished_before
        self._remember = remember
        self._open: dict[int, Segment] = {}
        self._finished: OrderedDict[int, Segment] = OrderedDict()

    def new_id(self) -> int:
        """Return a number that no segment had yet."""
        self.next_id += 1
        return self.next_id - 1

    def keep(self, segment: Segment) -> Segment:
        """Take the newest state of a segment, and return it."""
        if segment.final:
            self._open.pop(segment.id, None)
            self._finished[segment.id] = segment
            if len(self._finished) > self._remember:
                self._finished.popitem(last=False)
        else:
            self._open[segment.id] = segment
        return segment

    def correct(self, id_: int, text: str, now: float) -> Segment:
        """Give a finished segment another text. Raises BadMessage if there is none of that number."""
        if id_ not in self._finished:
            raise BadMessage(f"field segment: {id_}: not a finished segment that can still be corrected")
        self._finished[id_] = new = replace(self._finished[id_], text=text, received_at=now)
        return new

    def withdraw(self, id_: int) -> Withdrawal:
        """Forget a segment."""
        self._open.pop(id_, None)
        self._finished.pop(id_, None)
        return Withdrawal(id_)

    def recent(self, count: int) -> list[Segment]:
        """Return the last `count` finished segments and all open ones, for a language that joins now."""
        finished = list(self._finished.values())[-count:] if count else []
        return [*finished, *(self._open[id_] for id_ in sorted(self._open))]

    def newest_finished(self) -> int:
        """Return the number of the newest finished segment; 0 if there is none."""
        return max(self._finished, default=self._finished_before)
