"""What the commands of `rtt models` share: which model is meant, where new ones go, and how it is told."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TransferSpeedColumn
from rich.table import Table

from rtt.catalog import MANIFEST, Catalog, Model
from rtt.config import make_config
from rtt.convert.bring import Wishes
from rtt.convert.licence import UNKNOWN
from rtt.convert.quantise import Quantization
from rtt.errors import ModelError

Named = Annotated[str, typer.Argument(help="A model's name, or its folder.")]
Name = Annotated[str | None, typer.Option(help="The new model's name; default: its languages, such as en-fr.")]
Source = Annotated[
    list[str] | None, typer.Option(help="A language it reads, where its files don't tell; may be given several times.")
]
Target = Annotated[list[str] | None, typer.Option(help="A language it writes; may be given several times.")]
PairSource = Annotated[
    str | None, typer.Option("--source", help="Of a model of many languages: the one to translate from.")
]
PairTarget = Annotated[str | None, typer.Option("--target", help="And the one to translate to.")]
Quantized = Annotated[
    Quantization | None, typer.Option("--quantization", help="How weights are kept; default: int8, or as they are.")
]
Licence = Annotated[str | None, typer.Option(help="Its licence, where its files don't name it.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a model of the same name.")]


def folders(models: list[Path] | None) -> tuple[Path, ...]:
    """Return the folders of models, as the server takes them."""
    return make_config({"models": models}).models


def place(models: list[Path] | None) -> Path:
    """Return the folder that new models go into: the first. Raises ModelError where that is a model itself."""
    first = folders(models)[0]
    if (first / MANIFEST).exists():
        raise ModelError(f"{first}: it is a model; name the folder that models are in with --models")
    return first


def find(named: str, models: list[Path] | None) -> Model:
    """Return the model of that name or folder. Raises ModelError."""
    if (Path(named) / MANIFEST).is_file():
        return next(iter(Catalog.find([Path(named)]).models.values()))
    there = Catalog.find(folders(models)).models
    if named not in there:
        raise ModelError(f"no model {named!r}; there are: {', '.join(sorted(there))}")
    return there[named]


def wishes(
    name: str | None,
    source: list[str] | None,
    target: list[str] | None,
    quantization: Quantization | None,
    licence: str | None,
    *,
    force: bool,
) -> Wishes:
    """Return what the options of `convert` and `pull` say."""
    return Wishes(name, tuple(source or ()), tuple(target or ()), quantization, licence, force)


def read_lines(paths: Sequence[Path]) -> list[str]:
    """Return the lines of text files that are not empty. Raises ModelError."""
    try:
        return [line for path in paths for line in path.read_text().splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{error}; Expected text, a sentence a line") from None


@contextmanager
def steps(title: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show which step of some work is done, without knowing how long it takes."""
    columns = SpinnerColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:
        task = progress.add_task(title, total=None)
        yield lambda step: progress.update(task, description=f"{title}: {step}")


@contextmanager
def bytes_bar(title: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show how many bytes have come."""
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:
        task = progress.add_task(title, total=total)
        yield lambda count: progress.advance(task, count)


def tell_new(model: Model, *, json: bool) -> None:
    """Say what a new model is, and plainly so where nobody knows its licence."""
    manifest = model.manifest
    told = {
        "name": model.name,
        "folder": str(model.folder),
        "source": manifest.source,
        "target": manifest.target,
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
        table.add_row(name, str(value))
    Console().print(table)


def megabytes(model: Model) -> float:
    """Return the size of a model's files in megabytes."""
    return round(sum(file.bytes for file in model.manifest.files.values()) / 1e6, 1)
