"""Pictures of benches, drawn without a display."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rtt.bench import capacity, latency
from rtt.measure.plots import new_figure

_OWN, _BESIDE, _LIMIT = "#0969da", "#8c959f", "#cf222e"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a picture: its name, colour and points."""

    name: str
    colour: str
    x: Sequence[float]
    y: Sequence[float]


def plot_lines(
    lines: Sequence[Line],
    path: Path,
    title: str,
    x: str,
    y: str,
    limit: float | None = None,
    *,
    logarithmic: bool = False,
) -> None:
    """Draw lines over a common axis, with a level that should not be passed. Raises ConfigError without matplotlib."""
    figure = new_figure(8, 4.5)
    axes = figure.subplots()
    for one in lines:
        axes.plot(one.x, one.y, marker="o", color=one.colour, label=one.name)
    if limit is not None:
        axes.axhline(limit, color=_LIMIT, linestyle=":", label=f"{limit:g}")
    if logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.set(xlabel=x, ylabel=y, title=title)
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(path)


def plot_latency(report: latency.Report, path: Path) -> None:
    """Draw the percentiles of each run's answers, and of the loop beside it."""
    lines = [
        Line(f"{name}, run {number}", colour, [50, 95, 99], [found.p50 or 0, found.p95 or 0, found.p99 or 0])
        for number, run in enumerate(report.runs, 1)
        for name, colour, found in (("server", _OWN, run.lag), ("loop", _BESIDE, run.loop))
    ]
    plot_lines(lines, path, "latency", "percentile", "ms from text to answer")


def plot_capacity(report: capacity.Report, path: Path) -> None:
    """Draw how late answers are over the number of rooms, of both servers."""
    lines = [
        Line(name, colour, [p.count for p in probes], [p.lag.p95 or 0 for p in probes])
        for name, colour, probes in (
            ("rtt", _OWN, [*report.rtt.probes, report.past]),
            ("plain server", _BESIDE, report.plain.probes),
        )
    ]
    plot_lines(lines, path, "capacity", "rooms", "p95 of lag_ms", capacity.LIMIT_MS, logarithmic=True)
