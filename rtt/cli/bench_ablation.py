"""`rtt bench ablation`: what each ingredient of speed brings."""

from functools import partial
from typing import Annotated

import typer

from rtt.bench.ablation import Setup, measure, tables
from rtt.bench.plots import plot_ablation
from rtt.cli.bench_show import Markdown, Plot, Source, Target, Traces, carry_out, read_talks, show
from rtt.cli.logs import configure_logs
from rtt.cli.options import Json, Models


def ablation(
    traces: Traces = None,
    source: Source = "en",
    target: Target = "de",
    talks: Annotated[int, typer.Option(min=1, help="Talks at the same time.")] = 8,
    seconds: Annotated[float, typer.Option(min=1, help="Seconds of each talk.")] = 20.0,
    repeats: Annotated[int, typer.Option(min=1, help="Repeats of each variant.")] = 10,
    models: Models = None,
    plot: Plot = None,
    json: Json = False,
    markdown: Markdown = False,
) -> None:
    """Compare what compression, parallel work and what is known already bring, each by itself and all."""
    configure_logs(verbose=False)
    setup = Setup(source, target, talks, seconds, repeats, tuple(models or ()))
    report = carry_out("ablation", partial(measure, read_talks(traces), setup))
    if plot:
        plot_ablation(report, plot)
    show(report, tables(report), json=json, markdown=markdown)
