"""`average`: the mean of several checkpoints."""

from pathlib import Path
from typing import Annotated

import typer

from models.training.averaging import mean_of
from models.training.checkpoint import save_checkpoint
from models.training.errors import TrainingError
from models.training.start import read_trained
from rtt.cli.models_show import print_json, print_pairs
from rtt.cli.options import Json


def average(
    out: Annotated[Path, typer.Argument(help="What is written, for `export --checkpoint`.")],
    checkpoints: Annotated[
        list[Path],
        typer.Argument(help="At least two, of trainings that began with the same model; or that model's folder."),
    ],
    keep_pieces: Annotated[
        bool,
        typer.Option("--keep-pieces", help="Of what stands for each target piece take the first one's, not the mean."),
    ] = False,
    json: Json = False,
) -> None:
    """Write the mean of the weights of several checkpoints."""
    if len(checkpoints) < 2:
        raise TrainingError("Expected two checkpoints or more")
    save_checkpoint(out, mean_of([read_trained(path) for path in checkpoints], keep_pieces=keep_pieces))
    told: dict[str, object] = {"checkpoint": str(out), "mean of": len(checkpoints)}
    if json:
        print_json(told)
    else:
        print_pairs(told)
