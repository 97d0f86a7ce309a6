"""`mix`: corpora into the pairs of a run."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from models.training.cli.options import RunFolder
from models.training.corpus import write_pairs
from models.training.filters import Filters
from models.training.mix import Summary, read_corpora
from models.training.mix import mix as mix_pairs
from models.training.recipe import Recipe, read_recipe
from models.training.run import Run
from rtt.cli.models_show import print_json
from rtt.cli.options import Json


def mix(
    folder: RunFolder,
    corpora: Annotated[list[Path], typer.Argument(help="Pairs, [ORIGIN<TAB>]SOURCE<TAB>TARGET a line; .xz or plain.")],
    target: Annotated[str, typer.Option(help="The language of the targets.")],
    source: Annotated[str, typer.Option(help="The language of the sources.")] = "en",
    recipe: Annotated[Path | None, typer.Option(help="Weights, and what is left out; default: all, once.")] = None,
    identify: Annotated[bool, typer.Option(help="Leave out what is in another language.")] = True,
    seed: Annotated[int, typer.Option(help="Another one gives another mixture.")] = 1,
    json: Json = False,
) -> None:
    """Filter corpora, weigh them, hold a development set out, and write both into the run's folder."""
    chosen = read_recipe(recipe) if recipe else Recipe()
    run = Run(folder)
    run.folder.mkdir(parents=True, exist_ok=True)
    with Progress(console=Console(stderr=True), disable=json) as progress:
        reading = progress.add_task("read", total=len(corpora))
        pairs = read_corpora(corpora, lambda: progress.advance(reading))
        mixing = progress.add_task("mix", total=len(pairs))
        mixture = mix_pairs(
            pairs,
            chosen,
            Filters(source, target, pairs, identify=identify),
            seed,
            lambda count: progress.update(mixing, completed=count),
        )
        progress.update(mixing, completed=len(pairs))
    write_pairs(run.train, mixture.train)
    write_pairs(run.dev, mixture.dev)
    run.summary.write_bytes(msgspec.json.format(msgspec.json.encode(mixture.summary)))
    if json:
        print_json(msgspec.to_builtins(mixture.summary))
    else:
        _print(mixture.summary)


def _print(summary: Summary) -> None:
    columns = ("read", "kept", "held_out", "written", "words")
    table = Table("collection", "weight", title=f"{summary.source} → {summary.target}", title_justify="left")
    for name in columns:
        table.add_column(name.replace("_", " "), justify="right")
    for name, taken in summary.origins.items():
        table.add_row(name, f"{taken.weight:g}", *(f"{getattr(taken, column):,}" for column in columns))
    table.add_section()
    table.add_row("all", "", *(f"{getattr(summary.total(), column):,}" for column in columns))
    dropped = Table("dropped because", "pairs")
    for reason, count in summary.dropped.items():
        dropped.add_row(reason, f"{count:,}")
    console = Console()
    console.print(table)
    console.print(dropped)
