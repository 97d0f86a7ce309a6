"""What the next leader of a room finds in its log, and what it has to do first. Pure."""

from collections.abc import Collection, Iterable

from rtt.log import MemoryLog
from rtt.policy import Update
from rtt.segmenter import Change, Segment, Withdrawal


def told_in(log: MemoryLog, lang: str, first: int, count: int) -> list[Update]:
    """Return the newest state of each segment from `first` on in a language, the last `count` finished, in order."""
    events = (event for event in log.newest([lang], count) if event.segment >= first)
    updates = [event.update for event in events if isinstance(event.update, Update)]
    return sorted(updates, key=lambda update: update.segment.id)


def left_to_do(said: Collection[Segment], told: Iterable[Update]) -> list[Change]:
    """Return what a language has not been told of what was said: texts, and what was withdrawn."""
    known = {update.segment.id: update for update in told}
    ids = {segment.id for segment in said}
    gone = [Withdrawal(id_) for id_ in known if id_ not in ids and id_ > min(ids, default=0)]
    return [*gone, *(segment for segment in said if _is_news(segment, known.get(segment.id)))]


def _is_news(segment: Segment, told: Update | None) -> bool:
    return told is None or (segment.text, segment.final) != (told.segment.text, told.final)
