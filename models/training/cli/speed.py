"""`speed`: how fast shapes would be."""

from typing import Annotated

import msgspec
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from models.training.shape import Shape
from models.training.speed import Speed, measure_speed
from rtt.cli.machine import machine
from rtt.cli.models_show import print_json
from rtt.cli.options import Json

_BUNDLED = Shape(source_pieces=28_000, target_pieces=10_000)


def speed(
    shapes: Annotated[
        list[str] | None, typer.Argument(help="What a shape has otherwise than the bundled models: decoder_layers=6.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Sentences to time of each.")] = 31,
    json: Json = False,
) -> None:
    """Time shapes of models on one core before one is trained: random weights, sentences of twenty words."""
    wanted = ["", *(shapes or [])]
    with Progress(console=Console(stderr=True), disable=json) as progress:
        bar = progress.add_task("speed", total=rounds * len(wanted))
        found = measure_speed(wanted, _BUNDLED, rounds, lambda: progress.advance(bar))
    if json:
        print_json({"on": machine(), "shapes": msgspec.to_builtins(found)})
    else:
        _print(found)


def _print(found: list[Speed]) -> None:
    table = Table(box=SIMPLE, padding=0)
    table.add_column("shape", min_width=20)
    for name in ("parameters", "MB", "ms", "times", "ms, four at once"):
        table.add_column(name, justify="right")
    for one in found:
        table.add_row(
            one.changes or "as bundled",
            f"{one.parameters / 1e6:.1f} M",
            f"{one.megabytes:.0f}",
            f"{one.ms:.1f}",
            f"{one.ms / found[0].ms:.2f}",
            f"{one.ms_at_once:.1f}",
        )
    console = Console()
    console.print(table)
    console.print(machine())
