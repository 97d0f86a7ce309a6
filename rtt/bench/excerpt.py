"""Stretches of recorded talks, as long as a bench needs them."""

from collections.abc import Iterator, Sequence
from itertools import count, groupby

import msgspec

from rtt.measure.replay import numbered
from rtt.protocol import Final, Partial
from rtt.trace import TraceEvent

# Between the end of a talk and its beginning, where it is played again.
_PAUSE_MS = 1000


def excerpt(events: Sequence[TraceEvent], seconds: float, start_s: float = 0.0) -> list[TraceEvent]:
    """Return `seconds` of a talk, from its first utterance after `start_s` on; where it ends, it begins again.

    Utterances are numbered from 0, and what is open at the end is made final. Each event's `end_ms` is the time it is
    sent at, which no other event shares, so that a caption says which text it answers.
    """
    found: list[TraceEvent] = []
    for number, utterance in enumerate(_utterances(events, start_s * 1000)):
        begin = utterance[0].at_ms
        for event in utterance:
            at_ms = max(event.at_ms, found[-1].at_ms + 1 if found else 0)
            if at_ms >= seconds * 1000 and found:
                found[-1] = msgspec.structs.replace(found[-1], type="final")
                return found
            found.append(
                msgspec.structs.replace(event, at_ms=at_ms, utterance=number, start_ms=min(begin, at_ms), end_ms=at_ms)
            )
    return found


def stretches(talks: Sequence[Sequence[TraceEvent]], number: int, seconds: float) -> list[list[TraceEvent]]:
    """Return `number` excerpts, of each talk in turn; where a talk comes again, from another place of it."""
    return [excerpt(talks[i % len(talks)], seconds, start_s=seconds * (i // len(talks))) for i in range(number)]


def in_a_row(talks: Sequence[Sequence[TraceEvent]]) -> list[TraceEvent]:
    """Return talks as one, each after the one before."""
    found: list[TraceEvent] = []
    for talk in talks:
        begin_ms = found[-1].at_ms + _PAUSE_MS if found else 0
        first = (found[-1].utterance or 0) + 1 if found else 0
        found += [
            msgspec.structs.replace(event, at_ms=begin_ms + event.at_ms, utterance=first + (event.utterance or 0))
            for event in numbered(talk)
        ]
    return found


def message_of(event: TraceEvent) -> Partial | Final:
    """Return what a speaker sends for an event."""
    kind = Final if event.type == "final" else Partial
    return kind(event.text, event.utterance, event.start_ms, event.end_ms)


def _utterances(events: Sequence[TraceEvent], start_ms: float) -> Iterator[list[TraceEvent]]:
    """Yield the utterances from a time of the talk on, over and over, as if the talk had begun at 0 there."""
    talk = [list(group) for _, group in groupby(numbered(events), key=lambda event: event.utterance)]
    length = talk[-1][-1].at_ms + _PAUSE_MS
    first = next((i for i, u in enumerate(talk) if u[0].at_ms >= start_ms % length), 0)
    for index in count(first):
        lap, place = divmod(index, len(talk))
        shift = lap * length - talk[first][0].at_ms
        yield [msgspec.structs.replace(event, at_ms=event.at_ms + shift) for event in talk[place]]
