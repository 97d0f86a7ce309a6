"""The event log of one replayed talk: what was sent when, and what one reader was told when.

Every measure of a talk is computed from it alone. Times are milliseconds of the trace: at speed 2 a second on the wall
counts as two, so lags are comparable between speeds but only those measured at speed 1 are what a reader lives through.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from rtt.errors import TraceError
from rtt.protocol import Cancel, Caption, Stability
from rtt.trace import TraceEvent


class Talk(Struct, frozen=True, tag="talk"):
    """Which talk was replayed to which reader."""

    name: str
    source: str
    target: str
    stability: Stability
    model: str
    speed: float


class Sent(Struct, frozen=True, tag="sent"):
    """An event of the trace and when it was really sent. Its utterance has a number."""

    at_ms: float
    event: TraceEvent


class Received(Struct, frozen=True, tag="received"):
    """What the reader was told, and when."""

    at_ms: float
    message: Caption | Cancel


class Spoken(Struct, frozen=True, tag="spoken"):
    """What a reader of the talk's own language was told at stability `final`: the source text of each segment."""

    at_ms: float
    message: Caption | Cancel


class Offline(Struct, frozen=True, tag="offline"):
    """The same server's translations of the true sentences, each sent whole."""

    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventLog:
    """One talk as one reader lived through it; each list is in order of time."""

    talk: Talk
    sent: tuple[Sent, ...]
    received: tuple[Received, ...]
    spoken: tuple[Spoken, ...]
    offline: tuple[str, ...] = ()

    def save(self, path: Path) -> None:
        """Write the log as JSON lines, in order of time."""
        timed: list[Sent | Received | Spoken] = [*self.sent, *self.received, *self.spoken]
        timed.sort(key=lambda entry: entry.at_ms)
        lines = [self.talk, *timed, Offline(self.offline)]
        path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def load(path: Path) -> EventLog:
    """Read a log that was saved. Raises TraceError."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise TraceError(f"{path}: {error.strerror}") from None
    entries = [_read_line(line, f"{path}:{number}") for number, line in enumerate(lines, 1)]
    talks = [entry for entry in entries if isinstance(entry, Talk)]
    if len(talks) != 1:
        raise TraceError(f"{path}: {len(talks)} lines of type talk; an event log has one")
    return EventLog(
        talk=talks[0],
        sent=tuple(entry for entry in entries if isinstance(entry, Sent)),
        received=tuple(entry for entry in entries if isinstance(entry, Received)),
        spoken=tuple(entry for entry in entries if isinstance(entry, Spoken)),
        offline=tuple(text for entry in entries if isinstance(entry, Offline) for text in entry.sentences),
    )


def finals(told: Iterable[Received | Spoken]) -> dict[int, Caption]:
    """Return the newest final of each segment in order, without those that were withdrawn."""
    found: dict[int, Caption] = {}
    for entry in told:
        if isinstance(entry.message, Cancel):
            found.pop(entry.message.segment, None)
        elif entry.message.final:
            found[entry.message.segment] = entry.message
    return dict(sorted(found.items()))


def utterances(log: EventLog) -> dict[int, TraceEvent]:
    """Return the final that was sent for each utterance, in the order they were sent."""
    return {
        entry.event.utterance: entry.event
        for entry in log.sent
        if entry.event.type == "final" and entry.event.utterance is not None
    }


def _read_line(line: bytes, place: str) -> Talk | Sent | Received | Spoken | Offline:
    try:
        return msgspec.json.decode(line, type=Talk | Sent | Received | Spoken | Offline)
    except (UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise TraceError(f"{place}: {error}") from None
