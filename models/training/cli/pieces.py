"""`pieces`: the tokenisers of a run."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from models.training.cli.options import RunFolder
from models.training.corpus import read_pairs
from models.training.errors import TrainingError
from models.training.run import Run, load_pieces
from models.training.target_pieces import train_target_pieces
from models.training.wordpieces import read_vocabulary, train_source_pieces
from rtt.cli.models_show import print_json, print_pairs, steps
from rtt.cli.options import Json


def pieces(
    folder: RunFolder,
    encoder: Annotated[Path | None, typer.Option(help="A folder with a BERT's vocab.txt, to begin with that.")] = None,
    source_pieces: Annotated[
        Path | None, typer.Option(help="Or a trained model's source.spm, to go on from that model.")
    ] = None,
    target_pieces: Annotated[
        Path | None, typer.Option(help="That model's target.spm, to go on in the same language; default: new ones.")
    ] = None,
    least: Annotated[int, typer.Option(min=1, help="How often a source piece must occur.")] = 2,
    size: Annotated[int, typer.Option(min=300, help="Target pieces.")] = 10_000,
    json: Json = False,
) -> None:
    """Make the source's tokeniser of a BERT's WordPieces, and the target's of the run's pairs."""
    if (encoder is None) == (source_pieces is None):
        raise TrainingError("Expected --encoder or --source-pieces, and not both")
    run = Run(folder)
    with steps("pieces", quiet=json) as tell:
        tell("read")
        pairs = list(read_pairs(run.train))
        if not pairs:
            raise TrainingError(f"{run.train}: no pairs")
        tell("source")
        if source_pieces:
            _copy(source_pieces, run.source_pieces)
        elif encoder:
            vocabulary = read_vocabulary(encoder / "vocab.txt")
            run.source_pieces.write_bytes(train_source_pieces(vocabulary, [pair.source for pair in pairs], least))
        tell("target")
        if target_pieces:
            _copy(target_pieces, run.target_pieces)
        else:
            run.target_pieces.write_bytes(train_target_pieces((pair.target for pair in pairs), size))
    source, target = run.tokenisers()
    told: dict[str, object] = {"source pieces": source.vocab_size(), "target pieces": target.vocab_size()}
    if json:
        print_json(told)
    else:
        print_pairs(told, title=str(folder))


def _copy(pieces: Path, place: Path) -> None:
    load_pieces(pieces)
    shutil.copyfile(pieces, place)
