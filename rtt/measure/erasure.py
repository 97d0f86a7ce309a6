"""Flicker: how much of what a reader has seen is taken back."""

from dataclasses import dataclass

from rtt import text as text_rules
from rtt.measure.eventlog import EventLog
from rtt.measure.screen import changes, raw_words, words
from rtt.protocol import Cancel


@dataclass(frozen=True, slots=True)
class Erasure:
    """Words that were taken back, and words of the last screen, of one talk or several."""

    erased: int = 0
    shown: int = 0
    raw_erased: int = 0
    raw_shown: int = 0
    stable_erased: int = 0
    """Words of `stable` that were taken back before the final, which the protocol forbids for `steady`."""

    def __add__(self, other: "Erasure") -> "Erasure":
        """Pool talks: each counts by its words."""
        return Erasure(
            self.erased + other.erased,
            self.shown + other.shown,
            self.raw_erased + other.raw_erased,
            self.raw_shown + other.raw_shown,
            self.stable_erased + other.stable_erased,
        )

    @property
    def ne(self) -> float | None:
        """Normalised erasure: words taken back for each word of the last screen, without case and punctuation."""
        return self.erased / self.shown if self.shown else None

    @property
    def raw_ne(self) -> float | None:
        """Normalised erasure where a change of case or punctuation counts as well."""
        return self.raw_erased / self.raw_shown if self.raw_shown else None


def erasure(log: EventLog) -> Erasure:
    """Count what a talk's reader saw taken back, in words (characters in scripts without blanks).

    Erasure is Σ(|o_{i−1}| − |LCP(o_{i−1}, o_i)|) over the successive screens o, and normalised erasure (NE) divides it
    by the words of the last one (Arivazhagan et al. 2020, "Re-translation versus Streaming for Simultaneous
    Translation", section 3.2). The screen holds all segments, so what moves between segments unchanged costs nothing.
    """
    erased, shown = _erased(log)
    raw_erased, raw_shown = _erased(log, raw=True)
    return Erasure(erased, shown, raw_erased, raw_shown, _stable_erased(log))


def _erased(log: EventLog, *, raw: bool = False) -> tuple[int, int]:
    erased = shown = 0
    for change in changes(log, raw_words if raw else words):
        erased += change.erased
        shown += len(change.after) - len(change.before)
    return erased, shown


def _stable_erased(log: EventLog) -> int:
    """Sum the erasure of each segment's `stable` up to its final; a segment withdrawn loses all of it."""
    stable: dict[int, list[str]] = {}
    erased = 0
    for entry in log.received:
        message = entry.message
        before = stable.pop(message.segment, [])
        if isinstance(message, Cancel):
            erased += len(before)
        elif not message.final:
            stable[message.segment] = after = words(message.stable)
            erased += len(before) - text_rules.common_prefix(before, after)
    return erased
