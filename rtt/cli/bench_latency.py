"""`rtt bench latency`: from frame in to frame out."""

from functools import partial
from typing import Annotated

import typer

from rtt.bench.latency import Setup, measure, tables
from rtt.bench.plots import plot_latency
from rtt.cli.bench_show import Markdown, Output, Plot, Source, Target, Traces, carry_out, read_talks
from rtt.cli.options import Json, Models


def latency(
    traces: Traces = None,
    source: Source = "en",
    target: Target = "de",
    seconds: Annotated[float, typer.Option(min=1, help="Seconds of talk in each run.")] = 60.0,
    runs: Annotated[int, typer.Option(min=1, help="Runs, of which the medians are told.")] = 3,
    speed: Annotated[
        float, typer.Option(min=0.01, max=100, help="How many times as fast as spoken; honest at 1 only.")
    ] = 1.0,
    models: Models = None,
    plot: Plot = None,
    json: Json = False,
    markdown: Markdown = False,
) -> None:
    """Measure the time from frame in to frame out, beside a plain loop over the same texts."""
    setup = Setup(source, target, seconds, runs, speed, tuple(models or ()))
    carry_out(
        "latency", partial(measure, read_talks(traces), setup), tables, plot_latency, Output(plot, json, markdown)
    )
