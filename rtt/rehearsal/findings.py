"""What a rehearsal finds, and how good that is."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class Grade(StrEnum):
    """Whether a talk can go on with what was found."""

    OK = "ok"
    LOOK = "look"
    """It can, but somebody should know of it."""
    BAD = "bad"


class Finding(Struct, frozen=True, kw_only=True):
    """One row of the checklist."""

    check: str
    lang: str = ""
    """Of the captions it is about, where it is about some."""
    grade: Grade = Grade.OK
    found: str
    advice: str = ""
    """What to do, where it is not ok."""
    value: float | None = None
    """The figure in what was found, where there is one, in its `unit`."""
    unit: str = ""


def worst(findings: Iterable[Finding]) -> Grade:
    """Return the grade of all of them together."""
    return max((one.grade for one in findings), key=list(Grade).index, default=Grade.OK)
