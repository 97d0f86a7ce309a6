"""`train`: the training itself, begun or gone on with."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from models.training.cli.options import Float32, RunFolder, Threads
from models.training.errors import TrainingError
from models.training.evaluation import Figures
from models.training.hardware import choose_hardware
from models.training.journal import plot_journal, read_journal
from models.training.model import TranslationModel
from models.training.run import Run
from models.training.settings import Settings, make_settings
from models.training.shallower import shallower
from models.training.start import Trained, from_bert, from_trained, read_trained
from models.training.training import Training, describe, read_data
from rtt.cli.models_show import print_json, print_pairs
from rtt.cli.options import Json
from rtt.convert.format import TARGET_SPM

_DECODER_LAYERS = 3


def names_of(settings: Settings) -> str:
    """Return which settings there are, and how they are given."""
    return ", ".join(f"{name}={value}" for name, value in msgspec.structs.asdict(settings).items())


def train(
    folder: RunFolder,
    encoder: Annotated[Path | None, typer.Option(help="Begin with the encoder of a BERT: its folder.")] = None,
    init: Annotated[
        Path | None, typer.Option(help="Or begin with a trained model: its checkpoint, or its folder among the models.")
    ] = None,
    init_pieces: Annotated[
        Path | None, typer.Option(help="The target.spm of that model; default: that in its folder.")
    ] = None,
    init_corpus: Annotated[
        Path | None,
        typer.Option(help="Pairs of that model's language, if it was another: they tell which pieces mean the same."),
    ] = None,
    decoder_layers: Annotated[
        int | None, typer.Option(min=1, help="Layers of a new decoder (3), or that a trained one keeps (all).")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help=f"name=value; several times. {names_of(Settings())}")
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.01, help="Minutes between states that are saved.")] = 10,
    plot: Annotated[Path | None, typer.Option(help="A picture of the loss, drawn anew with each state.")] = None,
    threads: Threads = None,
    float32: Float32 = False,
    json: Json = False,
) -> None:
    """Train the run's model, or go on after an interruption: killed at any time, it loses what came after its state."""
    settings = make_settings(set_ or ())
    run = Run(folder)
    console = Console(stderr=True, quiet=json)
    start = _start(run, settings, encoder, init, init_pieces, init_corpus, decoder_layers, console.print)
    with console.status("reading the pairs"):
        data = read_data(run, settings.longest)
    console.print(describe(data))
    training = Training(run, data, settings, start, choose_hardware(float32=float32, threads=threads))
    if training.resumed:
        console.print(f"goes on at {training.tokens:,} tokens")
    with _interruptible() as stops, _bar(training, console) as advance:

        def evaluated(figures: Figures) -> None:
            console.print(_said(training.tokens, figures))
            if plot:
                plot_journal(read_journal(run.journal), plot)

        training.go_on(minutes * 60, advance, stops, evaluated)
    told = msgspec.to_builtins(read_journal(run.journal)[-1]) | {"finished": training.tokens >= settings.tokens}
    if json:
        print_json(told)
    else:
        print_pairs(told, title=str(run.average))


def _start(
    run: Run,
    settings: Settings,
    encoder: Path | None,
    init: Path | None,
    init_pieces: Path | None,
    init_corpus: Path | None,
    decoder_layers: int | None,
    tell: Callable[[str], None],
) -> Callable[[], TranslationModel]:
    if (encoder is None) == (init is None):
        raise TrainingError("Expected --encoder or --init, and not both")
    if encoder:
        return lambda: from_bert(run, encoder, settings, decoder_layers or _DECODER_LAYERS)
    pieces = init_pieces or (init / TARGET_SPM if init and init.is_dir() else None)
    if not init or not pieces:
        raise TrainingError("Expected --init-pieces: the target.spm of the model that --init is of")

    def go_on() -> TranslationModel:
        old = read_trained(init)
        old = shallower(old, decoder_layers) if decoder_layers else old
        return from_trained(run, Trained(old, pieces, init_corpus), settings, tell)

    return go_on


def _said(tokens: int, figures: Figures) -> str:
    return (
        f"{tokens / 1e6:.2f} M tokens: perplexity {figures.perplexity:.2f}, "
        f"BLEU {figures.bleu:.1f}, chrF {figures.chrf:.1f}"
    )


@contextmanager
def _bar(training: Training, console: Console) -> Iterator[Callable[[], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(show_speed=False),
        TextColumn("loss {task.fields[loss]:.3f}, {task.fields[speed]:,.0f} tokens/s, left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=console.quiet) as progress:
        task = progress.add_task(
            "train", total=training.settings.tokens, completed=training.tokens, loss=float("nan"), speed=0.0
        )

        def advance() -> None:
            speed = progress.tasks[0].speed or 0.0
            progress.update(task, completed=training.tokens, loss=training.loss, speed=speed)

        yield advance


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Tell whether somebody wants it to end; a state is saved then."""
    wanted = False

    def stop(*_: object) -> None:
        nonlocal wanted
        wanted = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: wanted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
