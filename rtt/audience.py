"""The readers of a room: each caption is encoded once for each stability and put into each reader's outbox."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from rtt.captions import message_for
from rtt.log import EVERY_LANGUAGE, Event
from rtt.metrics import Metrics
from rtt.outbox import Outbox
from rtt.protocol import Ready, Stability, Status, encode


@dataclass(eq=False, frozen=True, slots=True)
class Reader:
    """Somebody who reads some languages of a room at one stability."""

    outbox: Outbox
    langs: tuple[str, ...]
    stability: Stability
    counted: bool = True
    """Whether it is one of the readers of a status, and no speaker or operator who looks on."""
    timing: bool = False
    """Whether it is told where each caption's time went."""


# Readers who are sent the same frames.
_Kind = tuple[Stability, bool]


class Audience:
    """Everybody who reads a room."""

    def __init__(self, metrics: Metrics) -> None:
        self.readers: set[Reader] = set()
        self._counts: Counter[str] = Counter()
        self._counted = 0
        self._groups: defaultdict[str, defaultdict[_Kind, set[Reader]]] = defaultdict(lambda: defaultdict(set))
        self._metrics = metrics

    def add(self, reader: Reader, missed: Iterable[Event]) -> None:
        """Add a reader, who first gets what it missed."""
        for event in missed:
            self._send(event, _kind(reader), [reader])
        self.readers.add(reader)
        for lang in reader.langs:
            self._groups[lang][_kind(reader)].add(reader)
        if reader.counted:
            self._counted += 1
            self._counts.update(reader.langs)

    def remove(self, reader: Reader) -> None:
        """Remove a reader who is here."""
        self.readers.remove(reader)
        for lang in reader.langs:
            self._groups[lang][_kind(reader)].remove(reader)
        if reader.counted:
            self._counted -= 1
            self._counts.subtract(reader.langs)

    def count(self) -> int:
        """Return how many readers there are."""
        return self._counted

    def languages(self) -> dict[str, int]:
        """Return how many readers each language has, of those that have any."""
        return {lang: count for lang, count in sorted(self._counts.items()) if count}

    def publish(self, event: Event) -> None:
        """Send an event to those it is news to."""
        if event.lang == EVERY_LANGUAGE:
            self._send(event, (Stability.FINAL, False), self.readers)
            return
        for kind, readers in self._groups[event.lang].items():
            if readers:
                self._send(event, kind, readers)

    def warn(self, lang: str, frame: str) -> None:
        """Send an error to the readers of a language."""
        for reader in self.readers:
            if lang in reader.langs:
                reader.outbox.put(frame)

    def tell(self, message: Ready | Status) -> None:
        """Send everybody a message that replaces the one of its kind before."""
        frame = encode(message)
        for reader in self.readers:
            reader.outbox.put(frame, type(message))

    def _send(self, event: Event, kind: _Kind, readers: Collection[Reader]) -> None:
        stability, timing = kind
        message = message_for(event, stability, timing=timing)
        if message is None:
            return
        with self._metrics.stage("encode"):
            frame = encode(message)
        key = event.lang, event.segment
        for reader in readers:
            reader.outbox.put(frame, key, lasting=event.lasting)


def _kind(reader: Reader) -> _Kind:
    return reader.stability, reader.timing
