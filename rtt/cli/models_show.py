"""How the commands of `rtt models` show what goes on and what came of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

from rtt.catalog import Model
from rtt.cli.models_found import megabytes
from rtt.convert.card import languages
from rtt.convert.licence import UNKNOWN


@contextmanager
def steps(title: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show which step of some work is done, without knowing how long it takes."""
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False)
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as progress:
        task = progress.add_task(title, total=None)
        yield lambda step: progress.update(task, description=f"{title}: {step}")


@contextmanager
def bytes_bar(title: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show how many bytes have come."""
    columns = TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:
        task = progress.add_task(title, total=total)
        yield lambda count: progress.advance(task, count)


def tell_new(model: Model, *, json: bool) -> None:
    """Say what a new model is, and plainly so where nobody knows its licence."""
    manifest = model.manifest
    told = {
        "name": model.name,
        "folder": str(model.folder),
        "languages": languages(manifest),
        "licence": manifest.licence,
        "megabytes": megabytes(model),
    }
    if manifest.licence == UNKNOWN:
        Console(stderr=True).print(
            "[bold]licence unknown[/]: neither its files nor the place it came from name one; --licence says it"
        )
    if json:
        print_json(told)
    else:
        print_pairs(told, title="new model")


def print_json(value: object) -> None:
    """Print JSON, for machines."""
    typer.echo(orjson.dumps(value).decode())


def print_pairs(pairs: dict[str, object], *, title: str = "") -> None:
    """Print what there is to say of one thing."""
    table = Table(title=title or None, title_justify="left", show_header=False)
    for name, value in pairs.items():
        table.add_row(name, Text(str(value)))
    Console().print(table)
