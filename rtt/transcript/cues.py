"""Sentences into cues: what stands on the screen at a time, and from when to when."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rtt.transcript import lines
from rtt.transcript.sentences import Sentence, Transcript

# Netflix Timed Text Style Guide: five sixths of a second at least, 17 characters a second (Chinese: 9, of two columns).
_SHORTEST_MS = 833
_COLUMNS_PER_S = 17
_WIDE_COLUMNS_PER_S = 18


@dataclass(frozen=True, slots=True)
class Cue:
    """Lines of each language that are shown together, from `start_ms` to before `end_ms`."""

    start_ms: int
    end_ms: int
    texts: Mapping[str, Sequence[str]]


def cues(transcript: Transcript) -> list[Cue]:
    """Return the cues of a transcript: two lines each, or one in each language; none overlaps the next.

    A cue begins when it is said, or when the one before it has been shown for the least time there is. It stays until
    its sentence is over, and into the silence that follows for as long as it takes to be read.
    """
    return list(_timed([cue for sentence in transcript.sentences for cue in _cut(sentence, len(transcript.langs))]))


def _cut(sentence: Sentence, langs: int) -> Iterator[Cue]:
    """Cut a sentence into as many cues as its longest language needs, and share its time out by their length."""
    rows = 2 if langs == 1 else 1
    cut = {lang: lines.cues(text, lang, rows=rows) for lang, text in sentence.texts.items()}
    count = max(map(len, cut.values()))
    for lang, text in sentence.texts.items():
        if len(cut[lang]) < count:
            cut[lang] = lines.cues(text, lang, rows=rows, at_least=count)
    texts = [{lang: parts[at] for lang, parts in cut.items() if at < len(parts)} for at in range(count)]
    # A text may have no width at all.
    sizes = [max(1, sum(lines.columns(line) for part in of_cue.values() for line in part)) for of_cue in texts]
    span, done = sentence.end_ms - sentence.start_ms, 0
    for size, of_cue in zip(sizes, texts, strict=True):
        start_ms = sentence.start_ms + span * done // sum(sizes)
        done += size
        yield Cue(start_ms, sentence.start_ms + span * done // sum(sizes), of_cue)


def _timed(cues_: Sequence[Cue]) -> Iterator[Cue]:
    free_ms = 0
    for cue, following in pairwise([*cues_, None]):
        if cue is None:
            return
        start_ms = max(cue.start_ms, free_ms)
        free_ms = max(cue.end_ms, start_ms + reading_ms(cue))
        if following:
            free_ms = min(free_ms, max(following.start_ms, start_ms + _SHORTEST_MS))
        yield replace(cue, start_ms=start_ms, end_ms=free_ms)


def reading_ms(cue: Cue) -> int:
    """Return how long a cue takes to be read by those who read the slowest of its languages."""
    return max(_SHORTEST_MS, *(_time_of(part, lang) for lang, part in cue.texts.items()))


def _time_of(part: Iterable[str], lang: str) -> int:
    per_s = _WIDE_COLUMNS_PER_S if lines.is_wide(lang) else _COLUMNS_PER_S
    return -(-1000 * sum(map(lines.columns, part)) // per_s)
