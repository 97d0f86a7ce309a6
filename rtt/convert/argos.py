"""Argos Translate's packages: a CTranslate2 model, one SentencePiece model and `metadata.json`."""

import shutil
from pathlib import Path

import msgspec
from msgspec import Struct

from rtt.convert.format import SOURCE_SPM, TARGET_SPM, Facts, Format
from rtt.convert.quantise import Quantization
from rtt.convert.ready import copy_model
from rtt.errors import ModelError

_METADATA = "metadata.json"
_TOKENISER = "sentencepiece.model"
# What Argos names in its own way.
_CODES = {"pb": "pt-BR", "zt": "zh-Hant"}


class _Metadata(Struct):
    from_code: str
    to_code: str
    target_prefix: str = ""
    license: str = ""


def recognises(folder: Path) -> bool:
    """Tell whether a folder is such a package, unpacked."""
    return (folder / _METADATA).is_file() and (folder / "model").is_dir()


def convert(folder: Path, out: Path, quantization: Quantization | None) -> Facts:
    """Take the model out of its package. Raises ModelError."""
    try:
        metadata = msgspec.json.decode((folder / _METADATA).read_bytes(), type=_Metadata)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise ModelError(f"{folder / _METADATA}: {error}") from error
    if not (folder / _TOKENISER).is_file():
        raise ModelError(f"{folder}: no {_TOKENISER}; packages with another tokeniser (bpe.model) are not supported")
    copy_model(folder / "model", out, quantization)
    for name in (SOURCE_SPM, TARGET_SPM):
        shutil.copyfile(folder / _TOKENISER, out / name)
    pair = tuple(_CODES.get(code, code) for code in (metadata.from_code, metadata.to_code))
    return Facts((pair[0], pair[1]), metadata.target_prefix, metadata.license)


FORMAT = Format("Argos Translate", recognises, convert)
