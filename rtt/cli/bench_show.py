"""What every bench of the command line shares: its options, its progress, and how its report is shown."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import orjson
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as RichTable

from rtt.bench.tables import Table
from rtt.cli.logs import configure_logs
from rtt.cli.machine import machine
from rtt.config import bundled
from rtt.errors import BenchError
from rtt.trace import TraceEvent, read_trace

Traces = Annotated[
    list[Path] | None, typer.Argument(help="Recorded talks (.trace.jsonl); without, the bundled welcome.")
]
Source = Annotated[str, typer.Option(help="Language of the talks.")]
Target = Annotated[str, typer.Option(help="Language to read.")]
Plot = Annotated[Path | None, typer.Option(help="File for a picture.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print Markdown, for docs/benchmarks.md.")]

Report = TypeVar("Report", bound=msgspec.Struct)
Tell = Callable[[str], None]


def read_talks(traces: Sequence[Path] | None) -> list[list[TraceEvent]]:
    """Read the talks that are named, or the bundled one. Raises TraceError."""
    return [read_trace(path) for path in traces or [bundled("examples") / "welcome.trace.jsonl"]]


@dataclass(frozen=True, slots=True)
class Output:
    """How a report is wanted: a picture in a file, JSON for machines, Markdown, or tables for a person."""

    plot: Path | None
    json: bool
    markdown: bool


def carry_out(
    name: str,
    bench: Callable[[Tell], Coroutine[Any, Any, Report]],
    tables: Callable[[Report], Sequence[Table]],
    draw: Callable[[Report, Path], None],
    output: Output,
) -> None:
    """Run a bench, telling on stderr what it does at the moment, and show its report with the machine and the time."""
    configure_logs(verbose=False)
    begin, load = datetime.now(UTC), os.getloadavg()[0]
    with _progress(name) as tell:
        report = asyncio.run(_stoppable(bench(tell)))
    if output.plot:
        draw(report, output.plot)
    where = f"{begin:%Y-%m-%d %H:%M} UTC, {machine()}, load average {load:.1f} at the beginning"
    if output.json:
        about = {"on": machine(), "at": begin, "load_average": load}
        typer.echo(orjson.dumps({**about, **msgspec.to_builtins(report)}).decode())
    elif output.markdown:
        typer.echo("\n\n".join([f"## {name}", *(_markdown(table) for table in tables(report)), where]) + "\n")
    else:
        console = Console()
        for table in tables(report):
            console.print(_rich(table), *table.notes, sep="\n")
        console.print(where)


async def _stoppable(bench: Coroutine[Any, Any, Report]) -> Report:
    """Run a bench so that a SIGTERM ends the servers and the load that it has started."""
    running = asyncio.ensure_future(bench)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    try:
        return await running
    except asyncio.CancelledError:
        raise BenchError("stopped") from None


@contextmanager
def _progress(name: str) -> Iterator[Tell]:
    columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(name, total=None)
        yield lambda what: progress.update(bar, description=f"{name}: {what}")


def _rich(table: Table) -> RichTable:
    drawn = RichTable(box=SIMPLE, padding=(0, 1), title=table.title or None, title_justify="left")
    for number, column in enumerate(table.columns):
        drawn.add_column(column, justify="right" if number else "left", no_wrap=True)
    for line in table.lines:
        drawn.add_row(*({"pass": "[green]pass[/]", "fail": "[red]fail[/]"}.get(cell, cell) for cell in line))
    return drawn


def _markdown(table: Table) -> str:
    rows = [table.columns, ["---", *("---:" for _ in table.columns[1:])], *table.lines]
    drawn = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return "\n\n".join(filter(None, [table.title, drawn, *table.notes]))
