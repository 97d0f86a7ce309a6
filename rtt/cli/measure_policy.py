"""`rtt measure policy`: what each part of the policy brings, beside plain baselines, on the same talks."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import msgspec
import orjson
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from rtt.catalog import Catalog
from rtt.cli.logs import configure_logs
from rtt.cli.machine import machine
from rtt.cli.measure_talk import references_of, talk_name
from rtt.cli.options import Json, Models
from rtt.config import Config, make_config
from rtt.ct2.backend import Ct2Backend
from rtt.ct2.hardware import choose_hardware
from rtt.engine import Hypothesis, Job
from rtt.errors import ConfigError
from rtt.measure.eventlog import Talk
from rtt.measure.plots import Point, plot_trade_off
from rtt.measure.report import Measures, Report, measure, report, sum_of
from rtt.measure.simulate import PUNCTUATION, Policy, run_together, simulate
from rtt.measure.variants import VARIANTS, Variant
from rtt.protocol import Stability
from rtt.trace import read_trace

_BATCH = 16


def policy(
    traces: Annotated[list[Path], typer.Argument(help="Recorded talks (.trace.jsonl) with .refs.json beside them.")],
    target: Annotated[str, typer.Option(help="Language to read.")] = "de",
    source: Annotated[str, typer.Option(help="Language of the talks.")] = "en",
    variant: Annotated[
        list[str] | None, typer.Option(help="Variant to measure, by the beginning of its name; several times.")
    ] = None,
    models: Models = None,
    workers: Annotated[int, typer.Option(min=1, help="Talks that are measured at the same time.")] = 2,
    plot: Annotated[Path | None, typer.Option(help="File for a picture of the trade-off.")] = None,
    json: Json = False,
) -> None:
    """Compare policies on talks in simulated time: flicker, lag and quality of each, and of plain baselines."""
    configure_logs(verbose=False)
    config = make_config({"models": models})
    chosen = [v for v in VARIANTS if not variant or v.name.startswith(tuple(variant))]
    if not chosen:
        raise ConfigError(f"variant: {', '.join(variant or [])}; there are: {', '.join(v.name for v in VARIANTS)}")
    reports = list(
        _measure(chosen, sorted(traces, key=_size, reverse=True), (source, target), config, workers, quiet=json)
    )
    if plot:
        plot_trade_off([Point(v.name, v.group, one) for v, one in zip(chosen, reports, strict=True)], plot)
    if json:
        typer.echo(orjson.dumps({"on": machine(), "variants": reports}, default=msgspec.to_builtins).decode())
    else:
        _print(reports)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _measure(
    chosen: Sequence[Variant],
    traces: Sequence[Path],
    langs: tuple[str, str],
    config: Config,
    workers: int,
    *,
    quiet: bool,
) -> Iterator[Report]:
    """Yield a report for each variant over all talks."""
    policies = list(dict.fromkeys(v.policy for v in chosen))
    found: dict[Policy, list[Measures]] = {one: [] for one in policies}
    with (
        Progress(console=Console(stderr=True), disable=quiet) as progress,
        ProcessPoolExecutor(workers) as pool,
    ):
        bar = progress.add_task("talks", total=len(traces) * len(policies))
        runs = [pool.submit(_perform, path, policies, langs, config) for path in traces]
        for run in as_completed(runs):
            for one, measures in run.result().items():
                found[one] += measures
                progress.advance(bar)
    for v in chosen:
        talks = [m for m in found[v.policy] if m.talk.stability is v.stability]
        yield report(sum_of(sorted(talks, key=lambda m: m.talk.name)), v.name)


class _Memory:
    """The models, and every answer they have given: policies ask for much the same."""

    def __init__(self, config: Config, langs: tuple[str, str]) -> None:
        catalog = Catalog.find(config.models)
        punctuator = catalog.punctuator(langs[0])
        self._names = {langs[1]: catalog.route(*langs), PUNCTUATION: punctuator.name if punctuator else ""}
        self._backend = Ct2Backend(catalog, choose_hardware("cpu", "auto", 1))
        self._backend.load()
        self._answers: dict[Job, Hypothesis] = {}

    def translate(self, jobs: Sequence[Job]) -> list[Hypothesis]:
        """Answer jobs, where their models are named by their languages."""
        new = [job for job in dict.fromkeys(jobs) if job not in self._answers]
        known = [job for job in new if self._names[job.model]]
        self._answers.update((job, Hypothesis(job.text)) for job in new)
        named = [replace(job, model=self._names[job.model]) for job in known]
        self._answers.update(zip(known, self._backend.translate_batch(named), strict=True))
        return [self._answers[job] for job in jobs]

    def offline(self, sentences: Sequence[str], target: str) -> tuple[str, ...]:
        """Translate finished sentences."""
        jobs = [Job(self._names[target], sentence, "", final=True) for sentence in sentences]
        batches = [jobs[start : start + _BATCH] for start in range(0, len(jobs), _BATCH)]
        return tuple(answer.text for batch in batches for answer in self._backend.translate_batch(batch))


def _perform(
    path: Path, policies: Sequence[Policy], langs: tuple[str, str], config: Config
) -> dict[Policy, list[Measures]]:
    """Measure one talk with each policy, for readers of each stability."""
    source, target = langs
    events, known = read_trace(path), references_of(talk_name(path), path, None)
    memory = _Memory(config, langs)
    offline = memory.offline(known[source], target) if source in known else ()
    talk = Talk(talk_name(path), source, target, Stability.STEADY, "", 1.0)
    logs = run_together([simulate(talk, events, one) for one in policies], memory.translate)
    return {
        one: [measure(replace(log, offline=offline), known.get(target, ())) for log in of_one]
        for one, of_one in zip(policies, logs, strict=True)
    }


def _print(reports: Sequence[Report]) -> None:
    table = Table(box=SIMPLE, padding=0)
    table.add_column("variant", min_width=30)
    for name in ("NE", "raw", "first s", "mean s", "p95 s", "burst", "BLEU", "offl.", "chrF", "lost", "twice"):
        table.add_column(name, justify="right")
    for one in reports:
        table.add_row(
            one.talk,
            *(_shown(value, "{:.2f}") for value in (one.ne, one.raw_ne)),
            *(
                _shown(None if value is None else value / 1000, "{:.2f}")
                for value in (one.first_word_p50_ms, one.finalisation_mean_ms, one.finalisation_p95_ms)
            ),
            _shown(one.burst_p95, "{:.0f}"),
            *(_shown(value, "{:.1f}") for value in (one.bleu, one.offline_bleu, one.chrf)),
            str(one.lost_segments + one.lost_utterances),
            str(one.doubled_segments + one.doubled_utterances),
        )
    console = Console()
    console.print(table)
    console.print(f"Simulated time: an answer takes 40 ms. {machine()}")


def _shown(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)
