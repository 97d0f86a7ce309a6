"""The readers of a room: each caption is encoded once for each stability and put into each reader's outbox."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from rtt.captions import message_for
from rtt.log import EVERY_LANGUAGE, Event
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


class Audience:
    """Everybody who reads a room."""

    def __init__(self) -> None:
        self.readers: set[Reader] = set()
        self._groups: defaultdict[str, defaultdict[Stability, set[Reader]]] = defaultdict(lambda: defaultdict(set))

    def add(self, reader: Reader, missed: Iterable[Event]) -> None:
        """Add a reader, who first gets what it missed."""
        for event in missed:
            _send(event, reader.stability, [reader])
        self.readers.add(reader)
        for lang in reader.langs:
            self._groups[lang][reader.stability].add(reader)

    def remove(self, reader: Reader) -> None:
        """Remove a reader."""
        self.readers.discard(reader)
        for lang in reader.langs:
            self._groups[lang][reader.stability].discard(reader)

    def count(self) -> int:
        """Return how many readers there are."""
        return sum(reader.counted for reader in self.readers)

    def languages(self) -> dict[str, int]:
        """Return how many readers each language has, of those that have any."""
        counts = {
            lang: sum(reader.counted for readers in groups.values() for reader in readers)
            for lang, groups in self._groups.items()
        }
        return {lang: counts[lang] for lang in sorted(counts) if counts[lang]}

    def publish(self, event: Event) -> None:
        """Send an event to those it is news to."""
        if event.lang == EVERY_LANGUAGE:
            _send(event, Stability.FINAL, self.readers)
        for stability, readers in self._groups[event.lang].items():
            if readers:
                _send(event, stability, readers)

    def tell(self, message: Ready | Status) -> None:
        """Send everybody a message that replaces the one of its kind before."""
        frame = encode(message)
        for reader in self.readers:
            reader.outbox.put(frame, type(message))


def _send(event: Event, stability: Stability, readers: Collection[Reader]) -> None:
    message = message_for(event, stability)
    if message is None:
        return
    frame, key = encode(message), (event.lang, event.segment)
    for reader in readers:
        reader.outbox.put(frame, key, lasting=event.lasting)
