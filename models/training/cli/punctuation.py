"""`punctuation train` and `punctuation export`: the model that punctuates unpunctuated speech."""

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.training.checkpoint import save
from models.training.cli.options import Float32, Threads
from models.training.errors import TrainingError
from models.training.hardware import choose_hardware
from models.training.punctuation_examples import read_sentences, spoken_words, stretches
from models.training.punctuation_export import content
from models.training.punctuation_export import export as export_model
from models.training.punctuation_model import from_translation_model
from models.training.punctuation_training import Speech
from models.training.punctuation_training import train as train_model
from models.training.run import load_pieces
from rtt.cli.models_show import tell_new
from rtt.cli.options import Json
from rtt.convert.licence import UNKNOWN

_HELD_OUT = 4000
_EVALUATED = 1000

Pieces = Annotated[Path, typer.Option(help="The translation model's source.spm.")]

punctuation = typer.Typer(help="Train the model that punctuates speech.", no_args_is_help=True)


@punctuation.command()
def train(
    checkpoint: Annotated[Path, typer.Argument(help="What is written.")],
    corpora: Annotated[list[Path], typer.Argument(help="Pairs, whose sources are used.")],
    init: Annotated[Path, typer.Option(help="The checkpoint of a translation model.")],
    pieces: Pieces,
    minutes: Annotated[float, typer.Option(min=0.01)] = 20,
    threads: Threads = None,
    float32: Float32 = False,
) -> None:
    """Train from the encoder of a translation model. P and R are of sentence ends, by words heard after them."""
    hardware = choose_hardware(float32=float32, threads=threads)
    tokeniser = load_pieces(pieces)
    model = from_translation_model(init)
    if tokeniser.vocab_size() != model.shape.source_pieces:
        raise TrainingError(
            f"--pieces: {tokeniser.vocab_size()} pieces; the checkpoint's source has {model.shape.source_pieces}"
        )
    console = Console(stderr=True)
    sentences = [words for text in read_sentences(corpora) if (words := spoken_words(text))]
    held_out = min(_HELD_OUT, len(sentences) // 10)
    console.print(f"{len(sentences):,} sentences, {sum(map(len, sentences)):,} words")
    weights = train_model(
        model,
        Speech(
            stretches(sentences[:-held_out], tokeniser),
            list(islice(stretches(sentences[-held_out:], tokeniser), _EVALUATED)),
        ),
        minutes,
        bfloat16=hardware.bfloat16,
        tell=console.print,
    )
    save(checkpoint, content(weights, model.shape))


@punctuation.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="What `train` wrote.")],
    folder: Annotated[Path, typer.Argument(help="The model's folder.")],
    pieces: Pieces,
    licence: Annotated[str, typer.Option(help="The licence of its weights.")] = UNKNOWN,
    json: Json = False,
) -> None:
    """Write the model as CTranslate2 int8, with its manifest; a card that is there stays."""
    tell_new(export_model(checkpoint, pieces, folder, licence), json=json)
