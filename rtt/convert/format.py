"""What a format of models is to the conversion."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtt.convert.quantise import Quantization
from rtt.errors import ModelError

SOURCE_SPM, TARGET_SPM = "source.spm", "target.spm"
_OF_SOURCE = (SOURCE_SPM, "source.model")
_OF_TARGET = (TARGET_SPM, "target.model")
_OF_BOTH = ("sentencepiece.bpe.model", "sentencepiece.model", "spm.model", "spiece.model", "tokenizer.model")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a model's own files tell of it."""

    pair: tuple[str, str] | None = None
    """The codes of its languages."""
    output_token: str = ""
    """A token that every output begins with."""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """A way in which others keep models."""

    name: str
    recognises: Callable[[Path], bool]
    convert: Callable[[Path, Path, Quantization | None], Facts]
    """Make of a folder one with a CTranslate2 model, its vocabularies, `source.spm` and `target.spm`."""


def copy_tokenisers(folder: Path, out: Path) -> None:
    """Copy the SentencePiece models of a folder, under the names that rtt gives them. Raises ModelError."""
    both = _first(folder, _OF_BOTH)
    source, target = _first(folder, _OF_SOURCE) or both, _first(folder, _OF_TARGET) or both
    if source is None or target is None:
        names = ", ".join((*_OF_SOURCE, *_OF_TARGET, *_OF_BOTH))
        raise ModelError(f"{folder}: no SentencePiece models ({names}); other tokenisers are not supported")
    shutil.copyfile(source, out / SOURCE_SPM)
    shutil.copyfile(target, out / TARGET_SPM)


def _first(folder: Path, names: Sequence[str]) -> Path | None:
    return next((folder / name for name in names if (folder / name).is_file()), None)
