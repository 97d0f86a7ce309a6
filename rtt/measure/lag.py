"""How far captions are behind the speaker, and how fast they make their readers read."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

import numpy as np

from rtt.measure.eventlog import EventLog, finals, utterances
from rtt.measure.screen import SettledWord, changes, settled_words, words
from rtt.protocol import Caption
from rtt.trace import TraceEvent

# SimulEval's length of a source token in speech.
_ATD_TOKEN_MS = 300
_READING_WINDOW_MS = 10_000


@dataclass(frozen=True, slots=True)
class Lags:
    """Samples of one talk or several, in milliseconds of the trace but where said otherwise."""

    first_word: tuple[float, ...] = ()
    """Of each segment."""
    first_word_own: tuple[float, ...] = ()
    """The server's own share of each of these, in milliseconds on the wall."""
    own: tuple[float, ...] = ()
    """The server's own time for each caption, in milliseconds on the wall."""
    finalisation: tuple[float, ...] = ()
    """Of each target word."""
    laal: tuple[float, ...] = ()
    """Of each utterance."""
    atd: tuple[float, ...] = ()
    """Of each utterance."""
    bursts: tuple[float, ...] = ()
    """Words added by each change that adds any."""
    speeds: tuple[float, ...] = ()
    """Characters a second, in each stretch of ten seconds in which anything changes."""

    def __add__(self, other: "Lags") -> "Lags":
        """Pool talks: each sample counts the same."""
        return Lags(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def mean(samples: Sequence[float]) -> float | None:
    """Return the arithmetic mean, or None of nothing."""
    return float(np.mean(samples)) if samples else None


def percentile(samples: Sequence[float], share: float) -> float | None:
    """Return the sample below which `share` per cent lie, between samples linearly, or None of nothing."""
    return float(np.percentile(samples, share)) if samples else None


def lags(log: EventLog) -> Lags:
    """Take every sample of lag and pace of one talk."""
    ends = word_ends(log)
    settled = settled_words(log)
    first, own = first_word_lags(log, ends)
    laals, atds = delays_of_utterances(log, settled)
    return Lags(
        first_word=first,
        first_word_own=own,
        own=tuple(entry.message.lag_ms for entry in log.received if isinstance(entry.message, Caption)),
        finalisation=finalisation_lags(settled, ends),
        laal=laals,
        atd=atds,
        bursts=bursts(log),
        speeds=reading_speeds(log),
    )


def word_ends(log: EventLog) -> dict[int, list[float]]:
    """Return when each word of each finished utterance had been spoken, in ms.

    A trace says when the last word of a partial ended; words that are new together share the time between evenly.
    """
    events: defaultdict[int, list[TraceEvent]] = defaultdict(list)
    for entry in log.sent:
        if entry.event.utterance is not None:
            events[entry.event.utterance].append(entry.event)
    return {number: _word_ends(said) for number, said in events.items() if said[-1].type == "final"}


def first_word_lags(log: EventLog, ends: dict[int, list[float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return, for each segment, first caption − end of its first source word, in ms, and the server's share of it.

    The source words of a segment are those of its caption in the talk's own language.
    """
    shown: dict[int, tuple[float, int]] = {}
    for entry in log.received:
        message = entry.message
        if isinstance(message, Caption) and words(message.stable + message.tentative):
            shown.setdefault(message.segment, (entry.at_ms, message.lag_ms))
    found: list[tuple[float, int]] = []
    position: defaultdict[int, int] = defaultdict(int)
    for segment, caption in finals(log.spoken).items():
        spoken = ends.get(caption.utterance, [])
        first = position[caption.utterance]
        position[caption.utterance] += len(words(caption.stable))
        if segment in shown and first < len(spoken):
            at_ms, own_ms = shown[segment]
            found.append((at_ms - spoken[first], own_ms))
    return tuple(lag for lag, _ in found), tuple(own for _, own in found)


def finalisation_lags(settled: Iterable[SettledWord], ends: dict[int, list[float]]) -> tuple[float, ...]:
    """Return, for each target word, time since which its prefix never changed − end of its source word, in ms.

    The time is MeetDot's (Arkhangorodsky et al. 2021). Of the m target words and n source words of an utterance, word j
    belongs to word ⌈j·n/m⌉: alignment by position, as in SLTev (Ansari et al. 2021), which takes the time at j·n/m
    between words.
    """
    found: list[float] = []
    for number, target in _by_utterance(settled).items():
        source = ends.get(number)
        if source:
            found += [word.at_ms - source[-(-j * len(source) // len(target)) - 1] for j, word in enumerate(target, 1)]
    return tuple(found)


def delays_of_utterances(log: EventLog, settled: Iterable[SettledWord]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return LAAL and ATD of each utterance, computation-aware, in ms.

    A word's delay is the time from the utterance's start until its prefix changed for the last time (simulstream's rule
    for retracted words). There is no reference for an utterance, so LAAL's length is that of the translation, as in
    SimulEval with `--no-use-ref-len`.
    """
    target = _by_utterance(settled)
    laals: list[float] = []
    atds: list[float] = []
    for number, event in utterances(log).items():
        start, end = _span(event)
        elapsed = [word.at_ms - start for word in target[number]]
        if elapsed and end > start:
            laals.append(laal(elapsed, end - start))
            atds.append(atd([min(delay, end - start) for delay in elapsed], elapsed))
    return tuple(laals), tuple(atds)


def laal(delays: Sequence[float], source_length: float, reference_length: int = 0) -> float:
    """Return the length-adaptive average lagging of one utterance, in the unit of its delays.

    LAAL = 1/τ · Σ_{i=1}^{τ} (d_i − (i−1)·|X| / max(|Y|, |Y*|)), τ the first i with d_i ≥ |X| (Papi et al. 2022,
    "Over-Generation Cannot Be Rewarded"), with SimulEval's case: d_1 where d_1 > |X|.
    """
    if delays[0] > source_length:
        return delays[0]
    step = source_length / max(len(delays), reference_length)
    last = next((i for i, delay in enumerate(delays) if delay >= source_length), len(delays) - 1)
    return sum(delay - i * step for i, delay in enumerate(delays[: last + 1])) / (last + 1)


def atd(delays: Sequence[float], elapsed: Sequence[float]) -> float:
    """Return the average token delay of one utterance, in ms.

    ATD = 1/|Y| · Σ_t (T(y_t) − T(x_{a(t)})), with x in tokens of 300 ms, y_t without length, and a(t) = t less the
    tokens by which the chunks of y so far outnumber those of x, no later than what was heard (Kano et al. 2023,
    "Average Token Delay", as SimulEval's ATDScorer does). `delays` are the source heard when each word was settled and
    make the chunks; `elapsed` are the times it was settled at. They are equal where computation takes no time.
    """
    chunks = [(heard, len(list(group))) for heard, group in groupby(delays)]
    token_ends = [0.0]
    heard_tokens = [0]
    for start, end in pairwise([0.0, *(heard for heard, _ in chunks)]):
        whole, rest = divmod(end - start, _ATD_TOKEN_MS)
        token_ends += [start + _ATD_TOKEN_MS * k for k in range(1, int(whole) + 1)]
        token_ends += [end] if rest else []
        heard_tokens.append(len(token_ends) - 1)
    shown_tokens = [0, *accumulate(size for _, size in chunks)]
    total = 0.0
    for chunk, (_, size) in enumerate(chunks):
        surplus = max(0, shown_tokens[chunk] - heard_tokens[chunk])
        for t in range(shown_tokens[chunk] + 1, shown_tokens[chunk] + size + 1):
            total += elapsed[t - 1] - token_ends[min(t - surplus, heard_tokens[chunk + 1])]
    return total / len(delays)


def bursts(log: EventLog) -> tuple[float, ...]:
    """Return by how many words (characters in scripts without blanks) each change makes the screen longer."""
    return tuple(added for c in changes(log) if (added := len(c.after) - len(c.before)) > 0)


def reading_speeds(log: EventLog) -> tuple[float, ...]:
    """Return the characters a second, blanks included, by which the screen grows in each stretch of ten seconds.

    A subtitle is read while it stands; live captions run on, so what counts is how fast they come. The limits to hold
    them against are Netflix's for subtitles: 17 characters a second, 9 for Chinese.
    """
    grown = [(c.at_ms, len(c.after) - len(c.before)) for c in changes(log, list)]
    if not grown:
        return ()
    added: defaultdict[int, int] = defaultdict(int)
    for at_ms, characters in grown:
        added[int((at_ms - grown[0][0]) // _READING_WINDOW_MS)] += characters
    return tuple(max(0, characters) * 1000 / _READING_WINDOW_MS for _, characters in sorted(added.items()))


def _word_ends(said: Sequence[TraceEvent]) -> list[float]:
    start, _ = _span(said[0])
    total = len(words(said[-1].text))
    known: list[tuple[int, float]] = [(0, start)]
    for event in said:
        count = total if event.type == "final" else len(words(event.text))
        end = _span(event)[1]
        if known[-1][0] < count <= total and end >= known[-1][1]:
            known.append((count, end))
    return [
        start_ms + (end_ms - start_ms) * k / (count - before)
        for (before, start_ms), (count, end_ms) in pairwise(known)
        for k in range(1, count - before + 1)
    ]


def _span(event: TraceEvent) -> tuple[float, float]:
    """Return when the words of an event were spoken; without times of its own, when it was sent."""
    end = event.at_ms if event.end_ms is None else event.end_ms
    return (end if event.start_ms is None else event.start_ms), end


def _by_utterance(settled: Iterable[SettledWord]) -> defaultdict[int, list[SettledWord]]:
    found: defaultdict[int, list[SettledWord]] = defaultdict(list)
    for word in settled:
        found[word.utterance].append(word)
    return found
