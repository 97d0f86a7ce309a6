"""`rtt bench ablation`: what each ingredient of speed brings."""

from functools import partial
from typing import Annotated

import typer

from rtt.bench.ablation import Setup, measure, tables
from rtt.bench.plots import plot_ablation
from rtt.catalog import Catalog
from rtt.cli.bench_show import Markdown, Output, Plot, Source, Target, Traces, carry_out, read_talks
from rtt.cli.engine import build_engine
from rtt.cli.logs import configure_logs
from rtt.cli.options import Json, Models
from rtt.config import Config
from rtt.residency.engine import ResidentEngine


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
    setup = Setup(source, target, talks, seconds, repeats, tuple(models or ()))
    carry_out(
        "ablation",
        partial(measure, _build, read_talks(traces), setup),
        tables,
        plot_ablation,
        Output(plot, json, markdown),
    )


def _build(config: Config) -> tuple[Catalog, ResidentEngine]:
    """Build the engine in a process of its own, whose logs go where the bench's do."""
    configure_logs(verbose=False)
    return build_engine(config)
