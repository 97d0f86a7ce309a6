"""The utterances of one speaker: which of them a text belongs to."""

from collections import OrderedDict
from collections.abc import Iterable

from rtt import text as text_rules
from rtt.segmenter.segments import Segment
from rtt.segmenter.utterance import Utterance

_MAX_OPEN = 8
_MAX_CLOSED = 64


class Utterances:
    """Those that are open, oldest first, and the last that were closed."""

    def __init__(self, last_number: int = 0) -> None:
        self.open: dict[int, Utterance] = {}
        self.closed: OrderedDict[int, Utterance] = OrderedDict()
        self.last_number = last_number

    @property
    def newest(self) -> Utterance | None:
        """The open one that began last."""
        return next(reversed(self.open.values()), None)

    def number_of(self, words: list[str]) -> int:
        """Return which number a text means that comes without one."""
        if self.newest:
            return self.newest.number
        closed = next(reversed(self.closed.values()), None)
        return closed.number if closed and closed.surely_continued_by(words) else self.last_number + 1

    def repeats(self, number: int, words: list[str], *, final: bool) -> bool:
        """Tell whether a text is a late repeat of what is closed."""
        closed = None if number in self.open else self.closed.get(number)
        return closed is not None and (closed.ended or final) and closed.repeated_by(words, final=final)

    def opened(self, number: int, words: list[str], now: float) -> Utterance:
        """Return the open one of that number: opened, or opened again, if need be."""
        closed = None if number in self.open else self.closed.get(number)
        if closed and not closed.ended and closed.continued_by(words):
            self.open[number] = self.closed.pop(number)
        found = self.open.setdefault(number, Utterance(number, 0, 0, now))
        found.orphaned = False
        self.last_number = max(self.last_number, number)
        return found

    def left_behind(self) -> list[Utterance]:
        """Return the open ones that nobody goes on with: those of a speaker who left, and the oldest of too many."""
        orphans = [utterance for utterance in self.open.values() if utterance.orphaned]
        others = [utterance for utterance in self.open.values() if not utterance.orphaned]
        return orphans + others[: max(0, len(others) - _MAX_OPEN)]

    def close(self, utterance: Utterance) -> None:
        """Keep one for texts of it that come late."""
        self.open.pop(utterance.number, None)
        self.closed[utterance.number] = utterance
        self.closed.move_to_end(utterance.number)
        if len(self.closed) > _MAX_CLOSED:
            self.closed.popitem(last=False)

    def resume(self, segments: Iterable[Segment], now: float) -> None:
        """Take what there was by the segments that it became; what is open waits for its speaker."""
        left: dict[int, Utterance] = {}
        for segment in segments:
            number = segment.utterance
            if segment.part == 1 or number not in left:
                left.pop(number, None)
                left[number] = Utterance(number, segment.start_ms, 0, now, history=[[]], frozen_ms=segment.start_ms)
            utterance = left[number]
            utterance.history[-1] = text_rules.units(f"{''.join(utterance.units)} {segment.text}".strip())
            utterance.end_ms, utterance.timed = segment.end_ms, segment.timed
            if segment.final:
                utterance.finished.append(segment.id)
                utterance.freeze(len(utterance.units), segment.end_ms)
            else:
                utterance.open.append(segment.id)
        for utterance in left.values():
            utterance.orphaned = bool(utterance.open)
            (self.open if utterance.open else self.closed)[utterance.number] = utterance
        self.last_number = max(left, default=0)
