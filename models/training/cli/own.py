"""`own`: a model's own translations of sentences that are new to it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from models.training.cli.options import RunFolder, Threads
from models.training.corpus import read_pairs, write_pairs
from models.training.mix import read_corpora
from models.training.own_translations import own_translations, searching, unseen
from models.training.run import Run
from rtt.cli.models_show import print_json, print_pairs
from rtt.cli.options import Json


def own(
    folder: RunFolder,
    out: Annotated[Path, typer.Argument(help="What is written, for `mix`: SOURCE<TAB>TARGET a line.")],
    corpora: Annotated[list[Path], typer.Argument(help="Pairs, whose sources are translated.")],
    model: Annotated[Path, typer.Option(help="The folder of the model that translates.")],
    most: Annotated[int, typer.Option(min=1, help="Sentences to translate: those that the run's pairs lack.")] = 16_000,
    hypotheses: Annotated[int, typer.Option(min=1, max=16, help="How many the search goes on with at once.")] = 4,
    seed: Annotated[int, typer.Option(help="Another one takes other sentences.")] = 1,
    threads: Threads = None,
    json: Json = False,
) -> None:
    """Have a model translate sentences that are new to it, by a search, for another course of training."""
    translator = searching(model, hypotheses, threads or 0)
    seen = (pair.source for pair in read_pairs(Run(folder).train))
    sources = unseen((pair.source for pair in read_corpora(corpora)), seen, most, seed)
    with Progress(console=Console(stderr=True), disable=json) as progress:
        bar = progress.add_task("translate", total=len(sources))
        found = list(own_translations(translator, sources, lambda count: progress.advance(bar, count)))
    write_pairs(out, found)
    told: dict[str, object] = {"corpus": str(out), "sentences": len(sources), "pairs": len(found)}
    if json:
        print_json(told)
    else:
        print_pairs(told)
