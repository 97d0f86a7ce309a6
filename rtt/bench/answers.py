"""What can be said of a room's captions: how long each answer took, and whether every final came."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from rtt.bench.talker import Heard, Talked


@dataclass(frozen=True, slots=True)
class Answer:
    """The first caption that showed a state of a segment. Times are milliseconds on the wall."""

    caption: Heard
    at_s: float
    lag_ms: float
    """The server's own account: from receiving the text to sending this."""
    wall_ms: float | None
    """From sending the text to receiving this; None where the caption does not tell which text it answers: a sentence
    that was cut off before the end of what was said."""


Told = TypeVar("Told")


def first_captions(told: Iterable[tuple[Told, Heard]]) -> Iterator[tuple[Told, Heard]]:
    """Yield the captions that first show a state of a segment, with whatever each comes with.

    Later ones of the same state, such as one that shows held back words in a pause, answer nothing. A text is known by
    its `end_ms`, which `rtt.bench.excerpt` makes unique.
    """
    known: set[tuple[str, int, int, bool]] = set()
    for key, caption in told:
        state = caption.lang, caption.segment, caption.end_ms, caption.final
        if caption.type == "caption" and state not in known:
            known.add(state)
            yield key, caption


def answers(talked: Talked, lang: str, since_s: float = 0.0, until_s: float = float("inf")) -> Iterator[Answer]:
    """Yield the answers in one language that came between two times."""
    said = {(event.utterance, event.end_ms): at_s for at_s, event in talked.said}
    for at_s, caption in first_captions(talked.heard):
        if caption.lang == lang and since_s <= at_s < until_s:
            said_s = said.get((caption.utterance, caption.end_ms))
            yield Answer(caption, at_s, caption.lag_ms, None if said_s is None else (at_s - said_s) * 1000)


def lost_finals(talked: Talked, lang: str) -> int:
    """Return how many finals never came: of utterances that were finished, and of segments that were shown."""
    finished = {(event.utterance, event.end_ms) for _, event in talked.said if event.type == "final"}
    captions = [caption for _, caption in talked.heard if caption.lang == lang]
    arrived = {(caption.utterance, caption.end_ms) for caption in captions if caption.final}
    ended = {caption.segment for caption in captions if caption.final or caption.type == "cancel"}
    return len(finished - arrived) + len({caption.segment for caption in captions} - ended)
