"""`rtt models prune`: a model with a smaller vocabulary."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from rtt.cli.machine import machine
from rtt.cli.models_found import find, read_lines
from rtt.cli.models_options import Force, Named, PairSource, PairTarget
from rtt.cli.models_show import print_json, steps
from rtt.cli.options import Json, Models
from rtt.convert.prune import Plan
from rtt.convert.prune import prune as prune_model
from rtt.convert.prune_report import PruneReport
from rtt.convert.samples import samples
from rtt.errors import ModelError


def prune(
    model: Named,
    text: Annotated[list[Path], typer.Option(help="Text of the kind it will translate, a sentence a line.")],
    name: Annotated[
        str | None, typer.Option(help="The smaller model's name; default: the model's with -pruned.")
    ] = None,
    source: PairSource = None,
    target: PairTarget = None,
    keep: Annotated[int, typer.Option(min=0, help="The most frequent pieces, which stay whatever the text is.")] = 8000,
    force: Force = False,
    models: Models = None,
    json: Json = False,
) -> None:
    """Leave out of a model's vocabulary what a text does not use, where names and numbers survive it."""
    found = find(model, models)
    pair = source or found.manifest.source, target or found.manifest.target
    plan = Plan(name or f"{found.name}-pruned", pair, keep, force)
    with steps(found.name, quiet=json) as tell:
        report, smaller = prune_model(found, plan, read_lines(text), samples(plan.pair[0]), tell)
    if json:
        folder = str(smaller.folder) if smaller else None
        print_json({"on": machine(), "folder": folder, **msgspec.to_builtins(report)})
    else:
        _print(report)
    if smaller is None:
        raise ModelError(
            f"{found.name} stays as it is: the smaller vocabulary loses {', '.join(report.lost[:5])}; "
            "give more --text, or --keep more"
        )
    if not json:
        Console().print(f"new model: {smaller.folder}")


def _print(report: PruneReport) -> None:
    rows = {
        "source tokens": report.source_tokens,
        "target tokens": report.target_tokens,
        "MB": report.megabytes,
        "words a second on one core": report.words_per_second,
        "names kept": report.names,
        "numbers kept": report.numbers,
    }
    title = f"{report.alike} of {report.sentences} sentences are translated as before"
    table = Table(title=title, title_justify="left")
    for column in ("", "before", "after"):
        table.add_column(column, justify="right" if column else "left")
    for row, (before, after) in rows.items():
        table.add_row(row, f"{before:.5g}", f"{after:.5g}")
    console = Console()
    console.print(table)
    console.print(machine())
