"""`rtt measure talk`: flicker, lag and quality of replayed talks."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import orjson
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from rtt.cli.logs import configure_logs
from rtt.cli.machine import machine
from rtt.cli.options import Json, Models
from rtt.cli.own_server import own_server
from rtt.measure.eventlog import EventLog, Talk, load
from rtt.measure.plots import plot_lags, plot_segment
from rtt.measure.quality import read_references
from rtt.measure.replay import Performance, replay, translate_offline
from rtt.measure.report import Measures, Report, Row, measure, report, rows, sum_of
from rtt.protocol import Stability
from rtt.trace import read_trace

LOG_SUFFIX = ".log.jsonl"
_TRACE_SUFFIX = ".trace.jsonl"
_REFERENCES_SUFFIX = ".refs.json"


def talk(
    traces: Annotated[
        list[Path], typer.Argument(help="Recorded talks (.trace.jsonl), or logs that --log has saved (.log.jsonl).")
    ],
    target: Annotated[list[str] | None, typer.Option(help="Language to read; several times for several.")] = None,
    source: Annotated[str, typer.Option(help="Language of the talks.")] = "en",
    stability: Annotated[
        list[Stability] | None, typer.Option(help="Kind of reader; several times for several, each on its own socket.")
    ] = None,
    speed: Annotated[
        float, typer.Option(min=0.01, max=1000, help="How many times as fast as spoken; lags are honest at 1 only.")
    ] = 1.0,
    url: Annotated[str | None, typer.Option(help="The server; without, one is started for the time.")] = None,
    token: Annotated[
        str,
        typer.Option(envvar="RTT_TOKEN", help="An organiser's token, where the server needs one: rooms are made up."),
    ] = "",
    models: Models = None,
    references: Annotated[
        Path | None, typer.Option(help="Folder of NAME.refs.json with the true sentences; default: beside the trace.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Folder for pictures of each talk.")] = None,
    log: Annotated[Path | None, typer.Option(help="Folder for event logs, which can be measured again.")] = None,
    json: Json = False,
) -> None:
    """Replay talks to a server and report flicker, lag and quality for each kind of reader."""
    configure_logs(verbose=False)
    readers = [(lang, kind) for lang in target or ["de"] for kind in stability or [Stability.STEADY]]
    logs = {path: [load(path)] for path in traces if path.name.endswith(LOG_SUFFIX)}
    fresh = [path for path in traces if path not in logs]
    if fresh:
        logs |= asyncio.run(_replay_all(fresh, readers, source, speed, url, token, models, references, quiet=json))
    reports: list[Report] = []
    alike: dict[Talk, list[Measures]] = {}
    for path in traces:
        for entry in logs[path]:
            known = references_of(entry.talk.name, path, references)
            found = measure(entry, known.get(entry.talk.target, ()))
            alike.setdefault(msgspec.structs.replace(entry.talk, name=""), []).append(found)
            reports.append(report(found, entry.talk.name))
            _keep(entry, found, plot, log)
    totals = [report(sum_of(group), _title(group)) for group in alike.values()]
    if json:
        typer.echo(
            orjson.dumps({"on": machine(), "talks": reports, "totals": totals}, default=msgspec.to_builtins).decode()
        )
    else:
        _print_talks(reports, totals)


async def _replay_all(
    traces: Sequence[Path],
    readers: Sequence[tuple[str, Stability]],
    source: str,
    speed: float,
    url: str | None,
    token: str,
    models: Sequence[Path] | None,
    references: Path | None,
    *,
    quiet: bool,
) -> dict[Path, list[EventLog]]:
    performances = {path: Performance(talk_name(path), source, read_trace(path), speed) for path in traces}
    logs: dict[Path, list[EventLog]] = {}
    async with own_server(url, models) as address:
        with Progress(console=Console(stderr=True), disable=quiet) as progress:
            for path, performance in performances.items():
                known = references_of(performance.name, path, references)
                bar = progress.add_task(performance.name, total=performance.events[-1].at_ms)
                found = await replay(address, performance, readers, partial(_show, progress, bar), token)
                offline = {
                    lang: await translate_offline(address, known[source], source, lang, token)
                    for lang in dict(readers)
                    if source in known and lang in known
                }
                logs[path] = [replace(entry, offline=offline.get(entry.talk.target, ())) for entry in found]
    return logs


def _show(progress: Progress, bar: TaskID, at_ms: float) -> None:
    progress.update(bar, completed=at_ms)


def talk_name(path: Path) -> str:
    return path.name.removesuffix(_TRACE_SUFFIX)


def references_of(name: str, path: Path, folder: Path | None) -> Mapping[str, list[str]]:
    """Return a talk's true sentences by language; without a folder that is named they need not be there."""
    found = (folder or path.parent) / f"{name}{_REFERENCES_SUFFIX}"
    return read_references(found) if folder or found.exists() else {}


def _keep(entry: EventLog, found: Measures, plot: Path | None, log: Path | None) -> None:
    """Save a talk's event log and pictures where that is wished."""
    stem = f"{entry.talk.name}.{entry.talk.target}.{entry.talk.stability}"
    if log:
        log.mkdir(parents=True, exist_ok=True)
        entry.save(log / f"{stem}{LOG_SUFFIX}")
    if plot:
        plot.mkdir(parents=True, exist_ok=True)
        plot_segment(entry, plot / f"{stem}.segment.png")
        plot_lags(found.lags.finalisation, plot / f"{stem}.lag.png", f"finalisation lag, {stem}")


def _title(group: Sequence[Measures]) -> str:
    return group[0].talk.name if len(group) == 1 else f"{len(group)} talks"


def _print_talks(reports: Sequence[Report], totals: Sequence[Report]) -> None:
    console = Console()
    for total in totals:
        own = [one for one in reports if _reader(one) == _reader(total)]
        title = f"{total.talk} → {total.target}, {total.stability}, speed {total.speed:g}, model {total.model}"
        console.print(_table(title, rows(total)))
        if len(own) > 1:
            console.print(_overview(own))
    if any(one.speed != 1 for one in reports):
        console.print("Lags are honest at speed 1 only and are not judged here.")
    console.print(machine())


def _reader(one: Report) -> tuple[str, Stability, str, float]:
    return one.target, one.stability, one.model, one.speed


def _table(title: str, lines: Iterable[Row]) -> Table:
    table = Table("measure", title=title, title_justify="left")
    table.add_column("", justify="right")
    table.add_column("target", justify="right")
    table.add_column("")
    for line in lines:
        verdict = {True: "[green]pass[/]", False: "[red]fail[/]", None: ""}[line.passed]
        table.add_row(line.measure, line.value, line.target, verdict)
    return table


def _overview(reports: Sequence[Report]) -> Table:
    """Return a line for each talk with its main figures."""
    figures: dict[str, Callable[[Report], float | None]] = {
        "NE": lambda r: r.ne,
        "first s": lambda r: _seconds(r.first_word_p50_ms),
        "mean s": lambda r: _seconds(r.finalisation_mean_ms),
        "p95 s": lambda r: _seconds(r.finalisation_p95_ms),
        "burst": lambda r: r.burst_max,
        "BLEU": lambda r: r.bleu,
        "offl.": lambda r: r.offline_bleu,
        "lost": lambda r: r.lost_segments + r.lost_utterances,
        "twice": lambda r: r.doubled_segments + r.doubled_utterances,
    }
    table = Table(box=SIMPLE, padding=0)
    table.add_column("talk", min_width=24)
    for name in figures:
        table.add_column(name, justify="right")
    for one in reports:
        values = [figure(one) for figure in figures.values()]
        table.add_row(one.talk, *("–" if v is None else f"{v:.2f}".rstrip("0").rstrip(".") for v in values))
    return table


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
