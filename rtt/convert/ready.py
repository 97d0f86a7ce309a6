"""CTranslate2 models with SentencePiece, as OpenNMT and many others publish them."""

import shutil
from pathlib import Path

import msgspec
from msgspec import Struct

from rtt.catalog import MANIFEST
from rtt.convert.format import Facts, Format, copy_tokenisers
from rtt.convert.quantise import Quantization, quantise
from rtt.convert.weights import WEIGHTS, read_weights, write_weights
from rtt.errors import ModelError

_CONFIG = "config.json"


class _Own(Struct):
    source: str
    target: str
    licence: str


def recognises(folder: Path) -> bool:
    """Tell whether a folder holds a CTranslate2 model of two sides."""
    return (folder / WEIGHTS).is_file() and any(folder.glob("*_vocabulary.*"))


def convert(folder: Path, out: Path, quantization: Quantization | None) -> Facts:
    """Copy the model, with its numbers in fewer bits where that is asked for. Raises ModelError."""
    copy_model(folder, out, quantization)
    copy_tokenisers(folder, out)
    return _facts(folder / MANIFEST)


def _facts(path: Path) -> Facts:
    """Return what a model of rtt's own says of itself; of others there is no such file."""
    if not path.is_file():
        return Facts()
    try:
        own = msgspec.json.decode(path.read_bytes(), type=_Own)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise ModelError(f"{path}: {error}") from error
    return Facts((own.source, own.target), licence=own.licence)


def copy_model(folder: Path, out: Path, quantization: Quantization | None) -> None:
    """Copy the weights, the vocabularies and the configuration. Raises ModelError."""
    vocabularies = [*folder.glob("*_vocabulary.json"), *folder.glob("*_vocabulary.txt")]
    if not (folder / WEIGHTS).is_file() or not vocabularies:
        raise ModelError(f"{folder}: no {WEIGHTS} with its vocabularies")
    if quantization:
        weights = read_weights(folder / WEIGHTS)
        quantise(weights, quantization)
        write_weights(weights, out / WEIGHTS)
    else:
        shutil.copyfile(folder / WEIGHTS, out / WEIGHTS)
    for path in (*vocabularies, *folder.glob(_CONFIG)):
        shutil.copyfile(path, out / path.name)


FORMAT = Format("CTranslate2", recognises, convert)
