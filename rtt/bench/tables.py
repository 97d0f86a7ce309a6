"""How the figures of a bench are told: as tables of text, whoever shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from rtt.bench.samples import Spread


@dataclass(frozen=True, slots=True)
class Table:
    """A title, the names of the columns and their lines; the first column is text, the others are figures."""

    title: str
    columns: Sequence[str]
    lines: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure is held against: at most or at least so much."""

    most: float | None = None
    least: float | None = None

    def verdict(self, value: float) -> str:
        """Tell whether a figure is as good as it should be."""
        good = (self.most is None or value <= self.most) and (self.least is None or value >= self.least)
        return "pass" if good else "fail"

    def shown(self, form: str) -> str:
        """Write the target in the form of its figure."""
        return f"≤ {form.format(self.most)}" if self.least is None else f"≥ {form.format(self.least)}"


def line(name: str, value: Spread | float | None, form: str = "{:.1f}", target: Target | None = None) -> list[str]:
    """Return a line of a table of figures: name, figure (the median of runs ± their deviation), target, verdict."""
    figure = value.median if isinstance(value, Spread) else value
    verdict = target.verdict(figure) if target and figure is not None else ""
    return [name, shown(value, form), target.shown(form) if target else "", verdict]


FIGURES = ("measure", "", "target", "")
"""The columns of `line`."""


def shown(value: Spread | float | None, form: str = "{:.1f}") -> str:
    """Write a figure; a dash for one that there is not."""
    if value is None:
        return "–"
    if isinstance(value, Spread):
        median = form.format(value.median)
        return median if value.runs == 1 else f"{median} ± {form.format(value.deviation).strip()}"
    return form.format(value)
