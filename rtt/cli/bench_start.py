"""`rtt bench start`: how long the server takes to be ready."""

from functools import partial
from typing import Annotated

import typer

from rtt.bench.plots import plot_start
from rtt.bench.start import Setup, measure, tables
from rtt.cli.bench_show import Markdown, Output, Plot, carry_out
from rtt.cli.options import Json, Models


def start(
    runs: Annotated[int, typer.Option(min=1, help="Starts, of which the medians are told.")] = 5,
    models: Models = None,
    plot: Plot = None,
    json: Json = False,
    markdown: Markdown = False,
) -> None:
    """Measure the time from the start of the server until it is ready."""
    carry_out(
        "start", partial(measure, Setup(runs, tuple(models or ()))), tables, plot_start, Output(plot, json, markdown)
    )
