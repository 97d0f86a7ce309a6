"""`rtt bench capacity`: how many rooms a machine holds."""

from functools import partial
from typing import Annotated

import typer

from rtt.bench.capacity import Setup, measure, tables
from rtt.bench.plots import plot_capacity
from rtt.cli.bench_show import Markdown, Output, Plot, Source, Target, Traces, carry_out, read_talks
from rtt.cli.options import Json, Models


def capacity(
    traces: Traces = None,
    source: Source = "en",
    target: Target = "de",
    seconds: Annotated[float, typer.Option(min=1, help="Seconds that count in each probe.")] = 15.0,
    settle: Annotated[float, typer.Option(min=0, help="Seconds before, in which all rooms begin.")] = 5.0,
    first: Annotated[int, typer.Option(min=1, help="Rooms to begin with.")] = 8,
    most: Annotated[int, typer.Option(min=1, help="Rooms not to go beyond.")] = 512,
    runs: Annotated[int, typer.Option(min=1, help="Probes at the limit, of which the medians are told.")] = 3,
    models: Models = None,
    plot: Plot = None,
    json: Json = False,
    markdown: Markdown = False,
) -> None:
    """Find how many rooms talk at the same time until answers are late, beside a plain server."""
    setup = Setup(source, target, seconds, settle, first, most, runs, tuple(models or ()))
    carry_out(
        "capacity", partial(measure, read_talks(traces), setup), tables, plot_capacity, Output(plot, json, markdown)
    )
