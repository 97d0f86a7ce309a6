"""What a room's transcripts are made of: what its log holds, talk by talk."""

from collections.abc import Iterable

from rtt.errors import UnsupportedPair
from rtt.protocol import TranscriptQuery
from rtt.room import Room
from rtt.talks import Talk
from rtt.transcript.sentences import Record


def record(room: Room, query: TranscriptQuery) -> Record:
    """Return what has been finished so far of a talk.

    Raises BadRequest where there is no such talk, and UnsupportedPair for a language that nobody has read.
    """
    langs = room.languages_for(query.lang)
    if missing := [lang for lang in langs if lang not in room.languages]:
        there = ", ".join(sorted(room.languages))
        raise UnsupportedPair(f"nobody reads room {room.name} in {missing[0]}; there are: {there}")
    return _record(room, room.talks.find(query.talk, newest=room.ready().segment), langs)


def ended_talks(room: Room, before: float) -> list[Record]:
    """Return each talk that ended before a time of the loop's clock, once, each language by itself."""
    return _records(room, room.talks.take_ended(before))


def other_talks(room: Room) -> list[Record]:
    """Return each talk that `ended_talks` has not returned, each language by itself."""
    return _records(room, room.talks.not_taken())


def _records(room: Room, talks: Iterable[Talk]) -> list[Record]:
    return [_record(room, talk, (lang,)) for talk in talks for lang in sorted(room.log.langs)]


def _record(room: Room, talk: Talk, langs: tuple[str, ...]) -> Record:
    events = [event for event in room.log.finished(langs) if talk.holds(event.segment)]
    return Record(room.name, room.source, langs, talk, room.log.reaches(talk.seq), events)
