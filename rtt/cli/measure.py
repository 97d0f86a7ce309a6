"""`rtt measure`: flicker, lag and quality of replayed talks, and what a model can do."""

import asyncio
import os
import platform
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
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

from rtt.catalog import Catalog
from rtt.cli.logs import configure_logs
from rtt.cli.options import Json, Models
from rtt.config import Device
from rtt.ct2 import Ct2Backend, choose_hardware
from rtt.engine import Job
from rtt.errors import ConfigError, ModelError
from rtt.measure.eventlog import EventLog, Talk, load
from rtt.measure.model import ModelReport, SetReport, prefix_behaviour, prefixes, read_test_set
from rtt.measure.plots import plot_lags, plot_segment
from rtt.measure.quality import read_references, score
from rtt.measure.replay import Performance, replay, translate_offline
from rtt.measure.report import Measures, Report, Row, measure, report, rows, sum_of
from rtt.measure.screen import words
from rtt.protocol import Stability
from rtt.trace import read_trace

LOG_SUFFIX = ".log.jsonl"
_TRACE_SUFFIX = ".trace.jsonl"
_REFERENCES_SUFFIX = ".refs.json"
_BATCH = 16

commands = typer.Typer(help="Measure talks and models.", no_args_is_help=True)


@commands.command()
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
        logs |= asyncio.run(_replay_all(fresh, readers, source, speed, url, models, references, quiet=json))
    reports: list[Report] = []
    alike: dict[Talk, list[Measures]] = {}
    for path in traces:
        for entry in logs[path]:
            known = _references(entry.talk.name, path, references)
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


@commands.command()
def model(
    folder: Annotated[Path, typer.Argument(help="A model (a folder with model.json).")],
    sets: Annotated[list[Path] | None, typer.Option(help="Test set, source<TAB>reference; several times.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Sentences to take of each test set; default: all.")] = None,
    json: Json = False,
) -> None:
    """Report a model's quality, speed on one core, size, and what it makes of unfinished sentences."""
    configure_logs(verbose=False)
    pairs = {path: read_test_set(path)[:limit] for path in sets or []}
    result = _measure_model(folder, pairs, quiet=json)
    if json:
        typer.echo(orjson.dumps({"on": machine(), **msgspec.to_builtins(result)}).decode())
    else:
        _print_model(result)


def machine() -> str:
    """Return what this runs on, in words."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        name = names[0] if names else name
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


async def _replay_all(
    traces: Sequence[Path],
    readers: Sequence[tuple[str, Stability]],
    source: str,
    speed: float,
    url: str | None,
    models: Sequence[Path] | None,
    references: Path | None,
    *,
    quiet: bool,
) -> dict[Path, list[EventLog]]:
    performances = {path: Performance(_name(path), source, read_trace(path), speed) for path in traces}
    logs: dict[Path, list[EventLog]] = {}
    async with _server(url, models) as address:
        with Progress(console=Console(stderr=True), disable=quiet) as progress:
            for path, performance in performances.items():
                known = _references(performance.name, path, references)
                bar = progress.add_task(performance.name, total=performance.events[-1].at_ms)
                found = await replay(address, performance, readers, partial(_show, progress, bar))
                offline = {
                    lang: await translate_offline(address, known[source], source, lang)
                    for lang in dict(readers)
                    if source in known and lang in known
                }
                logs[path] = [replace(entry, offline=offline.get(entry.talk.target, ())) for entry in found]
    return logs


def _show(progress: Progress, bar: TaskID, at_ms: float) -> None:
    progress.update(bar, completed=at_ms)


@asynccontextmanager
async def _server(url: str | None, models: Sequence[Path] | None) -> AsyncIterator[str]:
    """Give the address of a server: the one that is named, or one of our own in a process of its own."""
    if url:
        yield url
        return
    options = [option for folder in models or [] for option in ("--models", str(folder))]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from rtt.cli.main import app; app()", "serve"),
        *("--host", "127.0.0.1", "--port", "0", *options),
        stderr=asyncio.subprocess.PIPE,
    )
    said = process.stderr
    if said is None:
        raise RuntimeError("the server has no stderr")
    try:
        address = await _address(said)
        draining = asyncio.create_task(said.read())
        yield address
        draining.cancel()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _address(said: asyncio.StreamReader) -> str:
    """Wait until a server says where it listens."""
    last = "it said nothing"
    async for line in said:
        last = line.decode().strip()
        if last.startswith("{") and (event := orjson.loads(last)).get("event") == "ready":
            return str(event["url"])
    raise ConfigError(f"the server did not start: {last.removeprefix('rtt: ')}")


def _name(path: Path) -> str:
    return path.name.removesuffix(_TRACE_SUFFIX)


def _references(name: str, path: Path, folder: Path | None) -> Mapping[str, list[str]]:
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


def _measure_model(folder: Path, sets: dict[Path, list[tuple[str, str]]], *, quiet: bool) -> ModelReport:
    catalog = Catalog.find([folder])
    if len(catalog.models) != 1:
        raise ModelError(f"{folder}: {len(catalog.models)} models; name the folder of one")
    (found,) = catalog.models.values()
    backend = Ct2Backend(catalog, choose_hardware(Device.CPU, "auto", 1))
    backend.load()
    with Progress(console=Console(stderr=True), disable=quiet) as progress:

        def translate(texts: Sequence[str], name: str) -> tuple[list[str], float]:
            """Translate with one thread, in batches; return the answers and the seconds they took."""
            bar = progress.add_task(name, total=len(texts))
            answers: list[str] = []
            begin = time.perf_counter()
            for start in range(0, len(texts), _BATCH):
                jobs = [Job(found.name, text, "", final=True) for text in texts[start : start + _BATCH]]
                answers += [hypothesis.text for hypothesis in backend.translate_batch(jobs)]
                progress.advance(bar, len(jobs))
            return answers, time.perf_counter() - begin

        results = [_measure_set(path, pairs, found.manifest.target, translate) for path, pairs in sets.items()]
    size = sum(file.bytes for file in found.manifest.files.values())
    return ModelReport(found.name, size / 1e6, results)


def _measure_set(
    path: Path,
    pairs: Sequence[tuple[str, str]],
    target: str,
    translate: Callable[[Sequence[str], str], tuple[list[str], float]],
) -> SetReport:
    sources = [source for source, _ in pairs]
    finished, seconds = translate(sources, path.name)
    cut = prefixes(sources)
    answers, _ = translate([prefix.text for prefix in cut], f"{path.name}, prefixes")
    quality = score(finished, [reference for _, reference in pairs], target)
    behaviour = prefix_behaviour(cut, answers, finished)
    return SetReport(
        test_set=path.name,
        sentences=len(pairs),
        bleu=quality.bleu,
        chrf=quality.chrf,
        words_per_second=sum(len(words(source)) for source in sources) / seconds,
        prefixes=behaviour.prefixes,
        too_long_prefixes=behaviour.too_long,
        repeating_prefixes=behaviour.repeating,
        bad_prefix_share=behaviour.bad_share,
    )


def _print_model(result: ModelReport) -> None:
    title = f"{result.model}, {result.megabytes:.1f} MB; words a second on one core; shares of prefixes"
    table = Table(box=SIMPLE, padding=0, title=title, title_justify="left")
    table.add_column("test set", min_width=20)
    for name in ("lines", "BLEU", "chrF", "words/s", "prefixes", "long", "repeated", "bad"):
        table.add_column(name, justify="right")
    for one in result.sets:
        table.add_row(
            one.test_set,
            str(one.sentences),
            f"{one.bleu:.1f}",
            f"{one.chrf:.1f}",
            f"{one.words_per_second:.0f}",
            str(one.prefixes),
            f"{one.too_long_prefixes / one.prefixes:.1%}" if one.prefixes else "–",
            f"{one.repeating_prefixes / one.prefixes:.1%}" if one.prefixes else "–",
            f"{one.bad_prefix_share:.1%}",
        )
    console = Console()
    console.print(table)
    console.print(machine())
