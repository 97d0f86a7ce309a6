"""What a reader sees: all segments' `stable` and `tentative`, one after the other, as it changes over time.

A word that moves from one segment to the next without changing on the screen is no change here. Messages that arrive
within one frame of a 60 Hz display are one change: nobody can see what is between them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rtt import text as text_rules
from rtt.measure.eventlog import EventLog, Received
from rtt.protocol import Cancel

_FRAME_MS = 1000 / 60

Splitter = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Change:
    """The screen from the first segment that changed on, before and after."""

    at_ms: float
    before: list[str]
    after: list[str]

    @property
    def kept(self) -> int:
        """How many of the words before still stand."""
        return text_rules.common_prefix(self.before, self.after)

    @property
    def erased(self) -> int:
        """How many of the words before are gone, or stand behind one that changed."""
        return len(self.before) - self.kept


@dataclass(frozen=True, slots=True)
class SettledWord:
    """A word of the last screen, and since when nothing up to and including it has changed."""

    word: str
    segment: int
    utterance: int
    at_ms: float


def words(text: str) -> list[str]:
    """Split into words as they are compared, without case and punctuation; characters in scripts without blanks."""
    return text_rules.keys(text_rules.units(text))


def raw_words(text: str) -> list[str]:
    """Split into words with their case and punctuation; characters in scripts without blanks."""
    return [unit.strip() for unit in text_rules.units(text) if unit.strip()]


class Screen:
    """The words of each segment that is shown."""

    def __init__(self, split: Splitter) -> None:
        self._split = split
        self.segments: dict[int, list[str]] = {}
        self.utterances: dict[int, int] = {}

    def show(self, frame: list[Received]) -> Change:
        """Apply the messages of one frame."""
        first = min(entry.message.segment for entry in frame)
        before = self._tail(first)
        for entry in frame:
            message = entry.message
            if isinstance(message, Cancel):
                self.segments.pop(message.segment, None)
            else:
                self.segments[message.segment] = self._split(message.stable + message.tentative)
                self.utterances[message.segment] = message.utterance
        return Change(frame[-1].at_ms, before, self._tail(first))

    def _tail(self, first: int) -> list[str]:
        return [word for id_ in sorted(self.segments) if id_ >= first for word in self.segments[id_]]


def frames(received: Iterable[Received], speed: float) -> Iterator[list[Received]]:
    """Group messages that arrive within one frame of the display."""
    frame: list[Received] = []
    for entry in received:
        if frame and entry.at_ms - frame[0].at_ms >= _FRAME_MS * speed:
            yield frame
            frame = []
        frame.append(entry)
    if frame:
        yield frame


def changes(log: EventLog, split: Splitter = words) -> Iterator[Change]:
    """Yield what each frame changes."""
    screen = Screen(split)
    return (screen.show(frame) for frame in frames(log.received, log.talk.speed))


def settled_words(log: EventLog) -> list[SettledWord]:
    """Return the words of the last screen, each with the time since which its prefix has not changed, in ms.

    This is the finalisation time of MeetDot (Arkhangorodsky et al. 2021), and agrees with simulstream's rule: a word
    that was retracted counts from its last update.
    """
    screen = Screen(words)
    since: list[float] = []
    for frame in frames(log.received, log.talk.speed):
        change = screen.show(frame)
        unchanged = len(since) - change.erased
        since = since[:unchanged] + [change.at_ms] * (len(change.after) - change.kept)
    shown = [(id_, word) for id_ in sorted(screen.segments) for word in screen.segments[id_]]
    return [
        SettledWord(word, id_, screen.utterances[id_], at_ms) for (id_, word), at_ms in zip(shown, since, strict=True)
    ]
