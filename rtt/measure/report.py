"""The report on one talk or on several, and the targets it is held against."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

from msgspec import Struct

from rtt.measure.erasure import Erasure, erasure
from rtt.measure.eventlog import EventLog, Talk
from rtt.measure.lag import Lags, lags, mean, percentile
from rtt.measure.quality import Completeness, Document, completeness, document, score
from rtt.protocol import Stability

_UNSPACED = {"zh", "ja", "th"}


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything that was counted and sampled of one talk, or of several for the same kind of reader."""

    talk: Talk
    erasure: Erasure
    lags: Lags
    completeness: Completeness
    documents: tuple[Document, ...] = ()
    """None for a talk without references."""

    def __add__(self, other: "Measures") -> "Measures":
        """Pool talks: erasure counts by words, lags by samples, quality as one corpus with a document for each talk."""
        return replace(
            self,
            erasure=self.erasure + other.erasure,
            lags=self.lags + other.lags,
            completeness=self.completeness + other.completeness,
            documents=self.documents + other.documents,
        )


class Report(Struct, frozen=True):
    """The figures of a talk, or of all talks, for one kind of reader. Times are milliseconds; None: not measured."""

    talk: str
    target: str
    stability: Stability
    model: str
    speed: float
    words: int
    """Words of all final captions; characters in scripts without blanks."""
    ne: float | None
    raw_ne: float | None
    stable_erased: int
    first_word_p50_ms: float | None
    first_word_own_p50_ms: float | None
    own_p50_ms: float | None
    own_p95_ms: float | None
    finalisation_mean_ms: float | None
    finalisation_p95_ms: float | None
    laal_ms: float | None
    atd_ms: float | None
    burst_max: float | None
    burst_p95: float | None
    reading_mean_cps: float | None
    reading_max_cps: float | None
    bleu: float | None
    offline_bleu: float | None
    chrf: float | None
    offline_chrf: float | None
    segments: int
    lost_segments: int
    doubled_segments: int
    unfinished_segments: int
    utterances: int
    lost_utterances: int
    doubled_utterances: int


class Row(Struct, frozen=True):
    """A line of the table: what was measured, the figure, what it should be, and whether it is."""

    measure: str
    value: str
    target: str = ""
    passed: bool | None = None
    """None where nothing is asked for."""


def measure(log: EventLog, references: Sequence[str] = ()) -> Measures:
    """Measure one talk; without references its quality is left out."""
    documents = (document(log, references),) if references else ()
    return Measures(log.talk, erasure(log), lags(log), completeness(log), documents)


def sum_of(talks: Sequence[Measures]) -> Measures:
    """Pool one talk or more of the same kind of reader."""
    return reduce(add, talks)


def report(measures: Measures, name: str) -> Report:
    """Turn what was counted and sampled into figures."""
    talk, seen, lag, ended = measures.talk, measures.erasure, measures.lags, measures.completeness
    references = [d.reference for d in measures.documents]
    kept = score([d.text for d in measures.documents], references, talk.target) if references else None
    translated = [d.offline for d in measures.documents]
    offline = score(translated, references, talk.target) if any(translated) else None
    return Report(
        talk=name,
        target=talk.target,
        stability=talk.stability,
        model=talk.model,
        speed=talk.speed,
        words=seen.shown,
        ne=seen.ne,
        raw_ne=seen.raw_ne,
        stable_erased=seen.stable_erased,
        first_word_p50_ms=percentile(lag.first_word, 50),
        first_word_own_p50_ms=percentile(lag.first_word_own, 50),
        own_p50_ms=percentile(lag.own, 50),
        own_p95_ms=percentile(lag.own, 95),
        finalisation_mean_ms=mean(lag.finalisation),
        finalisation_p95_ms=percentile(lag.finalisation, 95),
        laal_ms=mean(lag.laal),
        atd_ms=mean(lag.atd),
        burst_max=max(lag.bursts, default=None),
        burst_p95=percentile(lag.bursts, 95),
        reading_mean_cps=mean(lag.speeds),
        reading_max_cps=max(lag.speeds, default=None),
        bleu=kept.bleu if kept else None,
        offline_bleu=offline.bleu if offline else None,
        chrf=kept.chrf if kept else None,
        offline_chrf=offline.chrf if offline else None,
        segments=ended.segments,
        lost_segments=ended.lost_segments,
        doubled_segments=ended.doubled_segments,
        unfinished_segments=ended.unfinished_segments,
        utterances=ended.utterances,
        lost_utterances=ended.lost_utterances,
        doubled_utterances=ended.doubled_utterances,
    )


def rows(result: Report) -> list[Row]:
    """Return the lines of a report's table; lags are held against their targets where they are honest, at speed 1."""
    return [*_flicker(result), *_lags(result), *_pace(result), *_quality(result), *_ends(result)]


def _flicker(r: Report) -> Iterator[Row]:
    limit = {Stability.STEADY: 0.10, Stability.FAST: 0.40}.get(r.stability)
    yield _at_most("normalised erasure (NE)", r.ne, limit, "{:.3f}", "≤ {:.2f}")
    yield Row("… with case and punctuation", _shown(r.raw_ne, "{:.3f}"))
    yield _at_most("words erased from stable", r.stable_erased, 0 if r.stability is Stability.STEADY else None)


def _lags(r: Report) -> Iterator[Row]:
    judged = r.stability is Stability.STEADY and r.speed == 1
    seconds = "{:.2f} s"
    yield _at_most("first-word lag, p50", _s(r.first_word_p50_ms), 1.0 if judged else None, seconds, "≤ {:.1f} s")
    yield Row("… the server's own share", _shown(r.first_word_own_p50_ms, "{:.0f} ms"))
    yield Row("server's own time, p50", _shown(r.own_p50_ms, "{:.0f} ms"))
    yield Row("server's own time, p95", _shown(r.own_p95_ms, "{:.0f} ms"))
    yield _at_most("finalisation lag, mean", _s(r.finalisation_mean_ms), 2.0 if judged else None, seconds, "≤ {:.1f} s")
    yield _at_most("finalisation lag, p95", _s(r.finalisation_p95_ms), 4.0 if judged else None, seconds, "≤ {:.1f} s")
    yield Row("LAAL, computation-aware", _shown(_s(r.laal_ms), seconds))
    yield Row("ATD, computation-aware", _shown(_s(r.atd_ms), seconds))


def _pace(r: Report) -> Iterator[Row]:
    unspaced = r.target.partition("-")[0] in _UNSPACED
    unit = "characters" if unspaced else "words"
    judged = r.stability is Stability.STEADY and not unspaced
    yield _at_most(f"{unit} added at once, max", r.burst_max, 8 if judged else None)
    yield Row(f"{unit} added at once, p95", _shown(r.burst_p95, "{:.1f}"))
    limit = f"beside {9 if unspaced else 17}"
    yield Row("characters a second, mean", _shown(r.reading_mean_cps, "{:.1f}"), limit)
    yield Row("… in the fastest ten seconds", _shown(r.reading_max_cps, "{:.1f}"), limit)


def _quality(r: Report) -> Iterator[Row]:
    yield _quality_row("BLEU", r.bleu, r.offline_bleu, within=0.3)
    yield _quality_row("chrF", r.chrf, r.offline_chrf)


def _ends(r: Report) -> Iterator[Row]:
    yield _at_most(f"segments lost, of {r.segments}", r.lost_segments, 0)
    yield _at_most("segments doubled", r.doubled_segments, 0)
    yield _at_most("segments unfinished", r.unfinished_segments, 0)
    yield _at_most(f"utterances cut, of {r.utterances}", r.lost_utterances, 0)
    yield _at_most("utterances with words twice", r.doubled_utterances, 0)


def _quality_row(name: str, kept: float | None, offline: float | None, within: float | None = None) -> Row:
    if kept is None:
        return Row(name, "–")
    if offline is None:
        return Row(name, f"{kept:.1f}")
    beside = f"{kept:.1f} beside {offline:.1f} offline"
    return Row(name, beside) if within is None else Row(name, beside, f"within {within}", kept >= offline - within)


def _at_most(
    name: str, value: float | None, limit: float | None = None, form: str = "{:.0f}", target: str = "≤ {:.0f}"
) -> Row:
    if value is None or limit is None:
        return Row(name, _shown(value, form))
    return Row(name, form.format(value), target.format(limit) if limit else "0", value <= limit)


def _shown(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)


def _s(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
