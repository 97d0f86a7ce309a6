"""`together`: several target languages trained at once over one encoder, on a GPU."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from models.training.checkpoint import save_checkpoint
from models.training.cli.options import Float32, Threads
from models.training.cli.train import names_of
from models.training.corpus import read_pairs
from models.training.errors import TrainingError
from models.training.evaluation import translation_quality
from models.training.hardware import choose_hardware
from models.training.journal import Entry, Journal, plot_journal, read_journal
from models.training.run import Run
from models.training.settings import make_settings
from models.training.start import from_bert
from models.training.together.course import SETTINGS, Course, Plan, Small, Told
from models.training.together.pairs import read_corpus
from rtt.cli.models_show import print_json, steps
from rtt.cli.options import Json


class Result(Struct, frozen=True):
    """What has become of a language."""

    language: str
    tokens: int
    translations: int
    """Of the large model, which the small one has learnt from."""
    perplexity: float
    bleu: float
    chrf: float


def together(
    folders: Annotated[list[Path], typer.Argument(help="The languages' runs, whose source pieces must be the same.")],
    encoder: Annotated[Path, typer.Option(help="Begin with the encoder of a BERT: its folder.")],
    minutes: Annotated[float, typer.Option(min=0.01, help="How long it may take; only reading comes before.")] = 9,
    large_layers: Annotated[int, typer.Option(min=1, help="Layers of the decoders that are learnt from.")] = 6,
    decoder_layers: Annotated[int, typer.Option(min=1, help="Layers of the decoders that are made.")] = 3,
    beam: Annotated[int, typer.Option(min=1, help="Hypotheses that the large models weigh.")] = 2,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help=f"name=value; several times. {names_of(SETTINGS)}")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="A picture of the loss, and of the first language's figures.")
    ] = None,
    threads: Threads = None,
    float32: Float32 = False,
    json: Json = False,
) -> None:
    """Train the models of several languages from the beginning, and write the averaged weights of each into its run.

    Large models are trained first; small ones, begun with their layers, learn their translations beside the pairs. It
    cannot be gone on with: killed before its end, it leaves nothing.
    """
    settings = make_settings(set_ or (), SETTINGS)
    runs = _by_language(folders)
    with steps("pairs", quiet=json) as tell:
        corpus = read_corpus(runs, settings.longest, tell)
        large = {code: from_bert(run, encoder, settings, large_layers) for code, run in runs.items()}
    plan = Plan(minutes=minutes, layers=decoder_layers, beam=beam)
    journals = {code: Journal(run.journal, 0) for code, run in runs.items()}
    with _bar(minutes, journals, Console(stderr=True, quiet=json)) as told:
        hardware = choose_hardware(float32=float32, threads=threads)
        small = Course(corpus, plan, settings, hardware, told).run(large)
    for code, run in runs.items():
        save_checkpoint(run.average, small[code].checkpoint)
    if plot:
        plot_journal(read_journal(next(iter(runs.values())).journal), plot)
    results = [_result(code, run, small[code]) for code, run in runs.items()]
    if json:
        print_json(msgspec.to_builtins(results))
    else:
        _print(results)


def _by_language(folders: list[Path]) -> dict[str, Run]:
    runs = {run.read_summary().target: run for run in map(Run, folders)}
    if len(runs) < len(folders):
        raise TrainingError(f"Expected a run of each language: {', '.join(map(str, folders))} are of {', '.join(runs)}")
    return runs


def _result(code: str, run: Run, small: Small) -> Result:
    languages = run.read_summary().source, code
    quality = translation_quality(small.checkpoint, run, languages, list(read_pairs(run.dev)))
    bleu, chrf = (round(figure, 1) for figure in quality)
    return Result(code, small.checkpoint.tokens, small.translations, small.perplexity, bleu, chrf)


def _print(results: list[Result]) -> None:
    names = ("tokens", "translations", "perplexity", "bleu", "chrf")
    table = Table("language", title="what is held out, after all", title_justify="left")
    for name in names:
        table.add_column(name, justify="right")
    for one in results:
        table.add_row(one.language, *(f"{getattr(one, name):,}" for name in names))
    Console().print(table)


@contextmanager
def _bar(minutes: float, journals: dict[str, Journal], console: Console) -> Iterator[Told]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("loss {task.fields[loss]:.3f}, {task.fields[speed]:,.0f} tokens/s"),
    )
    began = time.monotonic()
    with Progress(*columns, console=console, disable=console.quiet) as progress:
        task = progress.add_task("", total=minutes * 60, loss=float("nan"), speed=0.0)

        def phase(name: str) -> None:
            progress.update(task, description=name, completed=time.monotonic() - began)

        def entry(one: Entry) -> None:
            progress.update(task, completed=time.monotonic() - began, loss=one.loss, speed=one.tokens_per_second)
            for journal in journals.values():
                journal.write(one)

        def figure(code: str, one: Entry) -> None:
            console.print(f"{code}: {one.tokens / 1e6:.1f} M tokens of all languages, perplexity {one.perplexity:.2f}")
            journals[code].write(one)

        yield Told(phase, entry, figure)
