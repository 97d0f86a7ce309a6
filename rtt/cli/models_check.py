"""`rtt models check`: whether a model can be trusted with captions."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rtt.cli.machine import machine
from rtt.cli.models_found import find, read_lines
from rtt.cli.models_options import Named, PairSource, PairTarget
from rtt.cli.models_show import print_json, steps
from rtt.cli.options import Json, Models
from rtt.convert.check import Outcome
from rtt.convert.check import check as check_model
from rtt.convert.samples import samples

_COLOURS = {Outcome.GOOD: "green", Outcome.DOUBTFUL: "yellow", Outcome.BAD: "red"}


def check(
    model: Named,
    source: PairSource = None,
    target: PairTarget = None,
    text: Annotated[list[Path] | None, typer.Option(help="Sentences to translate, one a line; several times.")] = None,
    models: Models = None,
    json: Json = False,
) -> None:
    """Check a model's files, licence, vocabulary, translation, prefixes, speed and size."""
    found = find(model, models)
    pair = source or found.manifest.source, target or found.manifest.target
    sentences = read_lines(text) if text else samples(pair[0])
    with steps(found.name, quiet=json) as tell:
        tell("check")
        findings = check_model(found, sentences, pair)
    if json:
        print_json({"model": found.name, "on": machine(), "checks": msgspec.to_builtins(findings)})
    else:
        table = Table(title=found.name, title_justify="left")
        for name in ("check", "outcome", "what was found"):
            table.add_column(name, overflow="fold")
        for one in findings:
            table.add_row(one.check, Text(one.outcome.value, _COLOURS[one.outcome]), Text(one.says))
        console = Console()
        console.print(table)
        console.print(machine())
    if any(one.outcome is Outcome.BAD for one in findings):
        raise typer.Exit(1)
