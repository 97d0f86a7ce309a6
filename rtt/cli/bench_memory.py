"""`rtt bench memory`: what a server holds."""

from functools import partial
from typing import Annotated

import typer

from rtt.bench.memory import Setup, measure, tables
from rtt.bench.plots import plot_memory
from rtt.cli.bench_show import Markdown, Output, Plot, Source, Target, Traces, carry_out, read_talks
from rtt.cli.options import Json, Models


def memory(
    traces: Traces = None,
    source: Source = "en",
    target: Target = "de",
    readers: Annotated[int, typer.Option(min=1, help="Readers to add to one room.")] = 500,
    rooms: Annotated[int, typer.Option(min=1, help="Rooms to add, with a reader each.")] = 100,
    hours: Annotated[float, typer.Option(min=0.001, help="Hours of talk in one room.")] = 8.0,
    speed: Annotated[float, typer.Option(min=1, max=1000, help="How many times as fast it is said.")] = 100.0,
    runs: Annotated[int, typer.Option(min=1, help="Servers, of which the medians are told.")] = 3,
    models: Models = None,
    plot: Plot = None,
    json: Json = False,
    markdown: Markdown = False,
) -> None:
    """Measure what a server, a reader and a room hold, and whether hours of talk add to it."""
    setup = Setup(source, target, readers, rooms, hours, speed, runs, tuple(models or ()))
    carry_out("memory", partial(measure, read_talks(traces), setup), tables, plot_memory, Output(plot, json, markdown))
