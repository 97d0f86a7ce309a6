"""`rtt bench fanout`: how many readers a room holds."""

from functools import partial
from typing import Annotated

import typer

from rtt.bench.fanout import Setup, measure, tables
from rtt.bench.plots import plot_fanout
from rtt.cli.bench_show import Markdown, Output, Plot, Source, Target, Traces, carry_out, read_talks
from rtt.cli.options import Json, Models


def fanout(
    traces: Traces = None,
    source: Source = "en",
    target: Target = "de",
    seconds: Annotated[float, typer.Option(min=1, help="Seconds of talk in each probe.")] = 10.0,
    first: Annotated[int, typer.Option(min=1, help="Readers to begin with.")] = 250,
    most: Annotated[int, typer.Option(min=1, help="Readers not to go beyond.")] = 16_000,
    runs: Annotated[int, typer.Option(min=1, help="Probes at the limit, of which the medians are told.")] = 3,
    processes: Annotated[int, typer.Option(min=1, help="Processes that read.")] = 1,
    models: Models = None,
    plot: Plot = None,
    json: Json = False,
    markdown: Markdown = False,
) -> None:
    """Find how many readers one room holds until captions reach them late, beside a raw broadcast."""
    setup = Setup(source, target, seconds, first, most, runs, processes, tuple(models or ()))
    carry_out("fanout", partial(measure, read_talks(traces), setup), tables, plot_fanout, Output(plot, json, markdown))
