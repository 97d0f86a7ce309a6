"""What a reader of a talk is told while it is played, and whether that is all of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rtt.measure.eventlog import EventLog, Received, Sent, Spoken, Talk
from rtt.protocol import Cancel, Caption, Stability
from rtt.trace import TraceEvent


@dataclass(eq=False, slots=True)
class Told:
    """What one reader is told, each with its time in milliseconds of the trace."""

    lang: str
    stability: Stability
    told: list[tuple[float, Caption | Cancel]] = field(default_factory=list)

    def closed(self) -> set[int]:
        """Return the segments that have got their final or were withdrawn."""
        return {m.segment for _, m in self.told if isinstance(m, Cancel) or m.final}


def is_all_told(events: Iterable[TraceEvent], own: Told, readers: Iterable[Told]) -> bool:
    """Tell whether every utterance is heard, and every segment closed for every reader.

    `own` is a reader of the talk's own language, who is told what is final only; `events` have numbers of utterances.
    """
    said = {event.utterance for event in events if event.type == "final" and event.text.strip()}
    heard = {m.utterance for _, m in own.told if isinstance(m, Caption)}
    segments = own.closed()
    return said <= heard and all(segments <= reader.closed() for reader in readers)


def log_of(talk: Talk, sent: Sequence[Sent], own: Told, reader: Told) -> EventLog:
    """Return the event log of one reader."""
    received = tuple(Received(at_ms, message) for at_ms, message in reader.told)
    spoken = tuple(Spoken(at_ms, message) for at_ms, message in own.told)
    return EventLog(talk, tuple(sent), received, spoken)
