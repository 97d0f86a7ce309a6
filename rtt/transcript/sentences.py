"""The finished sentences of a room, in order and on one clock, out of the events of its log."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from rtt.log import Event
from rtt.policy import Update
from rtt.segmenter import Segment
from rtt.talks import Talk

# Utterances may overlap by so much; a clock that goes further back has begun anew.
_OVERLAP_MS = 5_000
# Where a clock leaps so far ahead it is another one, or says the time of day.
_LEAP_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """One finished segment in each language that has it; times in milliseconds."""

    segment: int
    utterance: int
    start_ms: int
    end_ms: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in a talk, in some of the room's languages."""

    room: str
    source: str
    langs: tuple[str, ...]
    talk: int
    """Counts from 1 in the room."""
    title: str
    speaker: str
    complete: bool
    """Whether the log still reaches back to the beginning of the talk."""
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What a room's log holds of a talk, in some languages, at a time."""

    room: str
    source: str
    langs: tuple[str, ...]
    talk: Talk
    complete: bool
    events: Collection[Event]

    def transcript(self) -> Transcript:
        """Return what was said. It takes a while: call it in a thread."""
        said = sentences(self.events, self.langs)
        talk = self.talk
        return Transcript(
            *(self.room, self.source, self.langs), talk.number, talk.title, talk.speaker, self.complete, said
        )


def sentences(events: Iterable[Event], langs: Collection[str]) -> tuple[Sentence, ...]:
    """Return the sentences that were finished and not withdrawn, each as it was corrected last.

    Where the speaker gave times they are kept; else the first sentence begins at 0, and the server's times of arrival
    count from there.
    """
    finals: dict[int, dict[str, Update]] = {}
    for event in sorted(events, key=lambda event: event.seq):
        if event.lang in langs and isinstance(event.update, Update) and event.update.stable:
            finals.setdefault(event.segment, {})[event.lang] = event.update
    spoken = [next(iter(finals[id_].values())).segment for id_ in sorted(finals)]
    return tuple(
        Sentence(
            segment.id,
            segment.utterance,
            start_ms,
            end_ms,
            {lang: finals[segment.id][lang].stable for lang in langs if lang in finals[segment.id]},
        )
        for segment, (start_ms, end_ms) in zip(spoken, _on_one_clock(spoken), strict=True)
    )


def _on_one_clock(spoken: Iterable[Segment]) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each sentence; no start is before the one before it.

    A speaker's clock may begin anew in the middle of a talk (another speaker, a captioner that was restarted): from
    there on its times are moved to where they came in.
    """
    offset = start = end = 0
    before: Segment | None = None
    for segment in spoken:
        length = min(segment.end_ms - segment.start_ms, _LEAP_MS)
        same_clock = segment.timed == (before.timed if before else True)
        if not (same_clock and -_OVERLAP_MS <= segment.start_ms + offset - start <= _LEAP_MS):
            silence = round((segment.received_at - before.received_at) * 1000) - length if before else 0
            offset = end + max(0, silence) - segment.start_ms
        start = max(start, segment.start_ms + offset)
        end = start + length
        before = segment
        yield start, end
