"""How fast a shape would be, before anything is trained: models of random weights, side by side on one core."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import ctranslate2
from msgspec import Struct

from models.training.checkpoint import Checkpoint
from models.training.errors import TrainingError
from models.training.export import save_int8
from models.training.model import TranslationModel
from models.training.named_values import with_value
from models.training.shape import Shape
from models.training.specification import specification
from models.training.unigrams import BEGIN, END, PAD, UNKNOWN

# A sentence of twenty words: what the bundled models make of those of FLORES.
_SOURCE, _TARGET = 24, 27
# Languages of a room whose sentence may be one batch.
_AT_ONCE = 4


class Speed(Struct, frozen=True):
    """The figures of a shape: medians."""

    changes: str
    """What it has otherwise than the first one."""
    parameters: int
    megabytes: float
    """As int8."""
    ms: float
    """For a sentence of twenty words."""
    ms_at_once: float
    """For four of them in one batch: each into a language of its own, if the model knew four."""


def make_shape(changes: str, first: Shape) -> Shape:
    """Return a shape with some other sizes: `decoder_layers=6,width=512`. Raises TrainingError that names one."""
    shape = first
    for one in filter(None, changes.split(",")):
        shape = with_value(shape, one, f"shape {one!r}")
    if shape.width % shape.encoder_heads or shape.width % shape.decoder_heads:
        heads = f"{shape.encoder_heads} and {shape.decoder_heads}"
        raise TrainingError(f"shape {changes!r}: width {shape.width}: Expected a multiple of {heads}, the heads")
    return shape


def measure_speed(
    shapes: Sequence[str], first: Shape, rounds: int, told: Callable[[], None] = lambda: None
) -> list[Speed]:
    """Time shapes by turns, so that whatever else the machine does slows all of them. Raises TrainingError."""
    sizes = [make_shape(changes, first) for changes in shapes]
    models = [_random_model(shape) for shape in sizes]
    seconds: list[list[tuple[float, float]]] = [[] for _ in shapes]
    for _ in range(rounds):
        for (model, _, _), taken in zip(models, seconds, strict=True):
            # Those before it have driven it out of the processor's cache.
            _translate(model, 1)
            taken.append((_translate(model, 1), _translate(model, _AT_ONCE)))
            told()
    return [
        Speed(changes, parameters, size / 1e6, *(1000 * median(times) for times in zip(*taken, strict=True)))
        for changes, (_, parameters, size), taken in zip(shapes, models, seconds, strict=True)
    ]


def _random_model(shape: Shape) -> tuple[ctranslate2.Translator, int, int]:
    """Return a model, how many parameters it has, and how many bytes."""
    model = TranslationModel(shape, 0.0)
    pieces = (_pieces(size) for size in (shape.source_pieces, shape.target_pieces))
    with TemporaryDirectory() as folder:
        save_int8(specification(Checkpoint(model.state_dict(), shape, 0), *pieces), Path(folder))
        translator = ctranslate2.Translator(folder, compute_type="int8", inter_threads=1, intra_threads=1)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
    return translator, sum(weight.numel() for weight in model.parameters()), size


def _pieces(count: int) -> list[str]:
    symbols = {UNKNOWN: "<unk>", BEGIN: "<s>", END: "</s>", PAD: "<pad>"}
    return [symbols.get(number, str(number)) for number in range(count)]


def _translate(model: ctranslate2.Translator, sentences: int) -> float:
    """Return the seconds that some sentences take in one batch."""
    # Of the others, which are no symbols; the end is put after them.
    source = [str(number) for number in range(10, 9 + _SOURCE)]
    started = time.perf_counter()
    model.translate_batch([source] * sentences, beam_size=1, min_decoding_length=_TARGET, max_decoding_length=_TARGET)
    return time.perf_counter() - started
