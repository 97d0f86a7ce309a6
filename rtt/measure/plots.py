"""Pictures of a measured talk, drawn without a display."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from rtt import text as text_rules
from rtt.errors import ConfigError
from rtt.measure.eventlog import EventLog, finals, utterances
from rtt.measure.lag import mean, percentile
from rtt.measure.report import Report
from rtt.protocol import Caption

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NEW, _KEPT, _TENTATIVE, _GONE = "#1a7f37", "#1f2328", "#8c959f", "#cf222e"
_LINE_CHARACTERS = 168
_MOST_ROWS = 40


def plot_segment(log: EventLog, path: Path, segment: int | None = None) -> None:
    """Draw how one segment's caption evolved; without a number, that which was rewritten most.

    Above, the words shown and those of `stable` as steps over the time since its utterance began; below, a line for
    each caption: new words green, `tentative` ones grey, those that the next caption rewrites red. Raises ConfigError
    without matplotlib.
    """
    captions = _captions(log, _most_rewritten(log) if segment is None else segment)
    if not captions:
        return
    event = utterances(log).get(captions[0][1].utterance)
    begin = 0 if event is None or event.start_ms is None else event.start_ms
    times = [(at_ms - begin) / 1000 for at_ms, _ in captions]
    newest = [caption for _, caption in captions]
    figure = new_figure(11, 2.6 + 0.24 * min(len(newest), _MOST_ROWS))
    steps, lines = figure.subplots(2, 1, height_ratios=[2, 0.24 * min(len(newest), _MOST_ROWS) + 0.3])
    _draw_steps(steps, times, newest)
    _draw_lines(lines, times[-_MOST_ROWS:], newest[-_MOST_ROWS:])
    figure.suptitle(f"{log.talk.name}, segment {newest[0].segment}, {log.talk.target}, {log.talk.stability}")
    figure.savefig(path)


def plot_lags(samples_ms: Sequence[float], path: Path, title: str) -> None:
    """Draw how finalisation lags (ms) are distributed, with their mean and 95th percentile. Raises ConfigError."""
    if not samples_ms:
        return
    seconds = [sample / 1000 for sample in samples_ms]
    figure = new_figure(8, 4)
    axes = figure.subplots()
    axes.hist(seconds, bins=60, color="#54aeff")
    for name, value in (("mean", mean(seconds)), ("p95", percentile(seconds, 95))):
        if value is not None:
            axes.axvline(value, color=_KEPT, linestyle="--" if name == "mean" else ":", label=f"{name} {value:.2f} s")
    axes.set(xlabel="seconds from the end of the source word until its translation stood", ylabel="words", title=title)
    axes.legend()
    figure.savefig(path)


@dataclass(frozen=True, slots=True)
class Point:
    """A policy's figures, and how it is drawn: by its group."""

    name: str
    group: str
    figures: Report


_MARKERS = {"preset": "*", "baseline": "s", "without": "x", "with": "+", "curve": "o"}


def plot_trade_off(points: Sequence[Point], path: Path) -> None:
    """Draw NE against finalisation lag, each policy coloured by its BLEU. Raises ConfigError without matplotlib."""
    drawn = [p for p in points if p.figures.ne is not None and p.figures.finalisation_mean_ms is not None]
    figure = new_figure(11, 7)
    axes = figure.subplots()
    bleus = [point.figures.bleu or 0.0 for point in drawn]
    shown = None
    for group, marker in _MARKERS.items():
        chosen = [(p, bleu) for p, bleu in zip(drawn, bleus, strict=True) if p.group == group]
        if not chosen:
            continue
        shown = axes.scatter(
            [(p.figures.finalisation_mean_ms or 0) / 1000 for p, _ in chosen],
            [p.figures.ne or 0 for p, _ in chosen],
            c=[bleu for _, bleu in chosen],
            vmin=min(bleus),
            vmax=max(bleus),
            marker=marker,
            s=220 if group == "preset" else 50,
            label=group,
        )
    for point in drawn:
        place = (point.figures.finalisation_mean_ms or 0) / 1000, point.figures.ne or 0
        axes.annotate(point.name, place, xytext=(5, 4), textcoords="offset points", fontsize=7)
    if shown:
        figure.colorbar(shown, label="BLEU")
        axes.legend()
    axes.set_yscale("symlog", linthresh=0.1)
    axes.set(xlabel="finalisation lag, mean, in seconds", ylabel="words taken back for each word shown (NE)")
    axes.grid(visible=True, alpha=0.3)
    figure.savefig(path)


def new_figure(width: float, height: float) -> "Figure":
    """Return a figure of that size in inches. Raises ConfigError without matplotlib."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise ConfigError("matplotlib is not installed: pip install 'rtt[measure]'") from None
    # A figure without pyplot needs no display and is kept by nobody.
    return Figure(figsize=(width, height), layout="constrained", dpi=120)


def _captions(log: EventLog, segment: int) -> list[tuple[float, Caption]]:
    return [
        (entry.at_ms, entry.message)
        for entry in log.received
        if isinstance(entry.message, Caption) and entry.message.segment == segment
    ]


def _most_rewritten(log: EventLog) -> int:
    return max(finals(log.received), key=lambda segment: _rewritten(_captions(log, segment)), default=0)


def _rewritten(captions: Sequence[tuple[float, Caption]]) -> tuple[int, int]:
    texts = [_units(caption) for _, caption in captions]
    erased = sum(len(a) - text_rules.common_prefix(a, b) for a, b in pairwise(texts))
    return erased, len(captions)


def _units(caption: Caption) -> list[str]:
    return text_rules.units(caption.stable + caption.tentative)


def _draw_steps(axes: "Axes", times: Sequence[float], captions: Sequence[Caption]) -> None:
    shown = [len(_units(caption)) for caption in captions]
    stable = [len(text_rules.units(caption.stable)) for caption in captions]
    axes.step(times, shown, where="post", color=_TENTATIVE, label="shown", marker=".")
    axes.step(times, stable, where="post", color=_KEPT, label="stable", marker=".")
    axes.set(xlabel="seconds since the utterance began", ylabel="words", ylim=(0, None))
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))


def _draw_lines(axes: "Axes", times: Sequence[float], captions: Sequence[Caption]) -> None:
    axes.set(xlim=(0, _LINE_CHARACTERS), ylim=(len(captions) - 0.5, -0.5), xticks=[])
    axes.set_yticks(range(len(captions)), [f"{time:.2f} s" for time in times], fontsize=7)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    before: list[str] = []
    for row, caption in enumerate(captions):
        units = _units(caption)
        following = _units(captions[row + 1]) if row + 1 < len(captions) else units
        kept, lasting = text_rules.common_prefix(before, units), text_rules.common_prefix(units, following)
        stable = len(text_rules.units(caption.stable))
        first = _first_drawn(units, min(kept, lasting, stable))
        column = 0
        for index in range(first, len(units)):
            unit = units[index] if column else ("… " if first else "") + units[index].strip()
            if column + len(unit) > _LINE_CHARACTERS - 2:
                axes.text(column, row, " …", fontsize=7, family="monospace", va="center")
                break
            colour = _GONE if index >= lasting else _NEW if index >= kept else _KEPT if index < stable else _TENTATIVE
            axes.text(column, row, unit, fontsize=7, family="monospace", va="center", color=colour)
            column += len(unit)
        before = units


def _first_drawn(units: Sequence[str], calm: int) -> int:
    """Return where to begin a line that is too long: of the words at its beginning that stay, as many are left out."""
    surplus = sum(map(len, units)) - (_LINE_CHARACTERS - 2)
    first = 0
    while surplus > 0 and first < calm:
        surplus -= len(units[first])
        first += 1
    return first
