"""Pictures of benches, drawn without a display."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rtt.bench import ablation, capacity, fanout, latency, memory, start
from rtt.measure.plots import new_figure

_OWN, _BESIDE, _LIMIT = "#0969da", "#8c959f", "#cf222e"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a picture: its name, colour and points."""

    name: str
    colour: str
    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True, slots=True)
class Frame:
    """What is written around the lines: a title, what the axes are, and a level that should not be passed."""

    title: str
    x: str
    y: str
    limit: float | None = None
    logarithmic: bool = False


def plot_lines(lines: Sequence[Line], frame: Frame, path: Path) -> None:
    """Draw lines over a common axis. Raises ConfigError without matplotlib."""
    figure = new_figure(8, 4.5)
    axes = figure.subplots()
    for one in lines:
        axes.plot(one.x, one.y, marker="o", color=one.colour, label=one.name)
    if frame.limit is not None:
        axes.axhline(frame.limit, color=_LIMIT, linestyle=":", label=f"{frame.limit:g}")
    if frame.logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.set(xlabel=frame.x, ylabel=frame.y, title=frame.title)
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
    plot_lines(lines, Frame("latency", "percentile", "ms from text to answer"), path)


def plot_capacity(report: capacity.Report, path: Path) -> None:
    """Draw how late answers are over the number of rooms, of both servers."""
    lines = [
        Line(name, colour, [p.count for p in probes], [p.lag.p95 or 0 for p in probes])
        for name, colour, side in (("rtt", _OWN, report.rtt), ("plain server", _BESIDE, report.plain))
        for probes in [sorted([*side.limit.probes, side.past], key=lambda probe: probe.count)]
    ]
    plot_lines(lines, Frame("capacity", "rooms", "p95 of lag_ms", capacity.LIMIT_MS, logarithmic=True), path)


def plot_fanout(report: fanout.Report, path: Path) -> None:
    """Draw how late captions are over the number of readers, of both servers."""
    lines = [
        Line(name, colour, [p.count for p in side.probes], [p.delay.p95 or 0 for p in side.probes])
        for name, colour, side in (("rtt", _OWN, report.rtt), ("websockets.broadcast", _BESIDE, report.broadcast))
    ]
    plot_lines(
        lines, Frame("fan-out", "readers", "p95 of ms from sent to received", fanout.LIMIT_MS, logarithmic=True), path
    )


def plot_memory(report: memory.Report, path: Path) -> None:
    """Draw the memory over the hours of talk."""
    hours = [one.hours for one in report.talk]
    line = Line("RSS", _OWN, hours, [one.memory.rss / 1e6 for one in report.talk])
    plot_lines([line], Frame("memory", "hours of talk", "MB"), path)


def plot_start(report: start.Report, path: Path) -> None:
    """Draw how each start went on."""
    lines = [
        Line(f"run {number}", _OWN, [0, 1, 2, 3], [run.interpreter_s, run.imports_s, run.live_s, run.ready_s])
        for number, run in enumerate(report.runs, 1)
    ]
    plot_lines(lines, Frame("start", "interpreter, imports, listening, ready", "seconds", 2.0), path)


def plot_ablation(report: ablation.Report, path: Path) -> None:
    """Draw how long each variant took, the article's beside it as a share of its first."""
    names = [one.name for one in report.variants]
    means = [statistics.mean(repeat.seconds for repeat in one.repeats) for one in report.variants]
    article = [means[0] * one.article_s / report.variants[0].article_s for one in report.variants]
    places = range(len(names))
    lines = [Line("rtt", _OWN, places, means), Line("as the article", _BESIDE, places, article)]
    plot_lines(lines, Frame("ablation", ", ".join(names), "seconds"), path)
