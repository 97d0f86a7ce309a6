"""`phrases`: sentences with slots into a corpus."""

from pathlib import Path
from typing import Annotated

import typer

from models.training.corpus import write_pairs
from models.training.phrases import expand
from rtt.cli.models_show import print_json, print_pairs
from rtt.cli.options import Json

_PHRASES = Path(__file__).parent.parent / "phrases"


def phrases(
    out: Annotated[Path, typer.Argument(help="What is written, for `mix`: SOURCE<TAB>TARGET a line.")],
    target: Annotated[str, typer.Option(help="The language of the targets: a column of both tables.")],
    source: Annotated[str, typer.Option(help="The language of the sources.")] = "en",
    sentences: Annotated[Path, typer.Option(help="A table of sentences with {slots}.")] = _PHRASES / "chairing.tsv",
    slots: Annotated[Path, typer.Option(help="A table of what may fill them.")] = _PHRASES / "slots.tsv",
    most: Annotated[int, typer.Option(min=1, help="In how many ways a sentence is filled at most.")] = 12,
    seed: Annotated[int, typer.Option(help="Another one fills them otherwise.")] = 1,
    json: Json = False,
) -> None:
    """Write what is said where people meet as pairs of two languages."""
    pairs = list(expand(sentences, slots, (source, target), most, seed))
    write_pairs(out, pairs)
    told: dict[str, object] = {"corpus": str(out), "pairs": len(pairs)}
    if json:
        print_json(told)
    else:
        print_pairs(told)
