"""`rtt measure model`: what a model can do."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import orjson
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from rtt.cli.logs import configure_logs
from rtt.cli.machine import machine
from rtt.cli.options import Json
from rtt.ct2.trial import Trial
from rtt.measure.meaning import MeaningReport, meaning, read_meanings
from rtt.measure.model import ModelReport, SetReport, prefix_behaviour, prefixes, read_test_set
from rtt.measure.quality import score
from rtt.measure.screen import words


def model(
    folder: Annotated[Path, typer.Argument(help="A model (a folder with model.json).")],
    sets: Annotated[list[Path] | None, typer.Option(help="Test set, source<TAB>reference; several times.")] = None,
    sentences: Annotated[
        Path | None, typer.Option(help="Sentences with the words that their translations must have.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Sentences to take of each test set; default: all.")] = None,
    json: Json = False,
) -> None:
    """Report a model's quality, speed on one core, size, and what it makes of unfinished sentences."""
    configure_logs(verbose=False)
    pairs = {path: read_test_set(path)[:limit] for path in sets or []}
    result = measure_model(folder, pairs, sentences, quiet=json)
    if json:
        typer.echo(orjson.dumps({"on": machine(), **msgspec.to_builtins(result)}).decode())
    else:
        _print_model(result)


def measure_model(
    folder: Path, sets: dict[Path, list[tuple[str, str]]], sentences: Path | None = None, *, quiet: bool
) -> ModelReport:
    """Measure a model on test sets and sentences, with a bar on stderr. Raises ModelError and TraceError."""
    trial = Trial(folder)
    manifest = trial.model.manifest
    asked = read_meanings(sentences, manifest.target) if sentences else []
    with Progress(console=Console(stderr=True), disable=quiet) as progress:

        def translate(texts: Sequence[str], name: str) -> tuple[list[str], float]:
            bar = progress.add_task(name, total=len(texts))
            return trial.translate(texts, lambda count: progress.advance(bar, count))

        results = [_measure_set(path, pairs, manifest.target, translate) for path, pairs in sets.items()]
        answers, _ = translate([one.text for one in asked], "sentences") if asked else ([], 0)
    size = sum(file.bytes for file in manifest.files.values())
    return ModelReport(manifest.name, size / 1e6, results, meaning(asked, answers) if asked else None)


def _measure_set(
    path: Path,
    pairs: Sequence[tuple[str, str]],
    target: str,
    translate: Callable[[Sequence[str], str], tuple[list[str], float]],
) -> SetReport:
    sources = [source for source, _ in pairs]
    finished, seconds = translate(sources, path.name)
    cut = prefixes(sources)
    answers, _ = translate([prefix.text for prefix in cut], f"{path.name}, prefixes")
    quality = score(finished, [reference for _, reference in pairs], target)
    behaviour = prefix_behaviour(cut, answers, finished)
    return SetReport(
        test_set=path.name,
        sentences=len(pairs),
        bleu=quality.bleu,
        chrf=quality.chrf,
        words_per_second=sum(len(words(source)) for source in sources) / seconds,
        prefixes=behaviour.prefixes,
        too_long_prefixes=behaviour.too_long,
        repeating_prefixes=behaviour.repeating,
        bad_prefix_share=behaviour.bad_share,
    )


def _print_model(result: ModelReport) -> None:
    title = f"{result.model}, {result.megabytes:.1f} MB; words a second on one core; shares of prefixes"
    table = Table(box=SIMPLE, padding=0, title=title, title_justify="left")
    table.add_column("test set", min_width=20)
    for name in ("lines", "BLEU", "chrF", "words/s", "prefixes", "long", "repeated", "bad"):
        table.add_column(name, justify="right")
    for one in result.sets:
        table.add_row(
            one.test_set,
            str(one.sentences),
            f"{one.bleu:.1f}",
            f"{one.chrf:.1f}",
            f"{one.words_per_second:.0f}",
            str(one.prefixes),
            f"{one.too_long_prefixes / one.prefixes:.1%}" if one.prefixes else "–",
            f"{one.repeating_prefixes / one.prefixes:.1%}" if one.prefixes else "–",
            f"{one.bad_prefix_share:.1%}",
        )
    console = Console()
    if result.sets:
        console.print(table)
    if result.meaning:
        _print_meaning(result.meaning, console)
    console.print(machine())


def _print_meaning(report: MeaningReport, console: Console) -> None:
    title = f"{report.kept} of {report.sentences} sentences keep their meaning; the others, and what is wrong"
    table = Table(box=SIMPLE, padding=0, title=title, title_justify="left", show_header=False)
    for one in report.blunders:
        table.add_row(Text(one.text), Text(one.translation), Text(", ".join(one.faults)))
    console.print(table)
