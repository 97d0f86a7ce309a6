"""How good the captions of a rehearsal were, in one language."""

from rtt.measure.report import Report
from rtt.protocol import Load
from rtt.rehearsal.findings import Finding, Grade

# What people put up with in live captions (Ofcom), and what they do not; above the share flicker disturbs readers
# (Arivazhagan et al. 2020). The operator's page has the same in web/operator/checks.js.
SLOW_MS = 3000
LATE_MS = 8000
RESTLESS = 0.2

_LOADS = {Load.NORMAL: Grade.OK, Load.BUSY: Grade.LOOK, Load.OVERLOADED: Grade.BAD}
_SLOW = "fewer languages, rooms or other work on the server, or a smaller model or a faster machine"


def check_captions(figures: Report) -> list[Finding]:
    """Grade what a reader of one language got."""
    if figures.first_word_p50_ms is None or figures.own_p95_ms is None:
        advice = "read the server's log: the model may fail"
        return [Finding(check="captions", lang=figures.target, grade=Grade.BAD, found="nothing came", advice=advice)]
    return [
        _lag("first words", figures.target, figures.first_word_p50_ms, "after they were said (median)"),
        _lag("captions", figures.target, figures.own_p95_ms, "after their text (95 of 100)"),
        _rewritten(figures),
        _unfinished(figures),
    ]


def check_load(load: Load) -> Finding:
    """Grade how busy the server was."""
    grade = _LOADS[load]
    return Finding(check="load", grade=grade, found=load, advice="" if grade is Grade.OK else _SLOW)


def _lag(check: str, lang: str, ms: float, what: str) -> Finding:
    grade = Grade.BAD if ms > LATE_MS else Grade.LOOK if ms > SLOW_MS else Grade.OK
    return Finding(
        check=check,
        lang=lang,
        grade=grade,
        found=f"{ms / 1000:.1f} s {what}",
        advice="" if grade is Grade.OK else _SLOW,
        value=round(ms),
        unit="ms",
    )


def _rewritten(figures: Report) -> Finding:
    erased = figures.ne or 0.0
    restless = erased > RESTLESS
    return Finding(
        check="words rewritten",
        lang=figures.target,
        grade=Grade.LOOK if restless else Grade.OK,
        found=f"{erased:.0%} of those that stayed",
        advice="another model, or readers with `stability=final`" if restless else "",
        value=round(erased, 3),
        unit="share",
    )


def _unfinished(figures: Report) -> Finding:
    missing = figures.unfinished_segments + figures.lost_segments + figures.lost_utterances
    return Finding(
        check="unfinished",
        lang=figures.target,
        grade=Grade.BAD if missing else Grade.OK,
        found=f"{missing} of {figures.utterances} sentences",
        advice="read the server's log: a translation failed, or came too late" if missing else "",
        value=missing,
        unit="sentences",
    )
