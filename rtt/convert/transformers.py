"""Models of Hugging Face Transformers: OPUS-MT, NLLB and M2M-100, by way of PyTorch."""

from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import msgspec
from ctranslate2.converters import TransformersConverter
from msgspec import Struct

from rtt.convert.converter import run_converter
from rtt.convert.format import Facts, Format, copy_tokenisers
from rtt.convert.quantise import Quantization
from rtt.errors import ModelError

_T = TypeVar("_T", bound=Struct)
_TYPES = ("marian", "m2m_100")


class _Config(Struct):
    model_type: str = ""


class _TokeniserConfig(Struct):
    source_lang: str | None = None
    target_lang: str | None = None


def recognises(folder: Path) -> bool:
    """Tell whether a folder holds a model with the configuration of Transformers."""
    return bool(_read(folder / "config.json", _Config).model_type)


def convert(folder: Path, out: Path, quantization: Quantization | None) -> Facts:
    """Convert the model. Raises ModelError."""
    kind = _read(folder / "config.json", _Config).model_type
    if kind not in _TYPES:
        raise ModelError(f"{folder}: models of the type {kind} are not supported; those are: {', '.join(_TYPES)}")
    if missing := [name for name in ("torch", "transformers") if find_spec(name) is None]:
        raise ModelError(
            f"{folder}: {' and '.join(missing)} must be there to convert a model of Transformers: "
            "pip install 'rtt[convert]', or take the same model converted to CTranslate2"
        )
    copy_tokenisers(folder, out)
    run_converter(TransformersConverter(str(folder)), folder, out, quantization)
    languages = _read(folder / "tokenizer_config.json", _TokeniserConfig)
    if languages.source_lang and languages.target_lang:
        return Facts((languages.source_lang, languages.target_lang))
    return Facts()


def _read(path: Path, kind: type[_T]) -> _T:
    """Read what of a JSON file is of interest; one that is not there says nothing. Raises ModelError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind) if path.is_file() else kind()
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise ModelError(f"{path}: {error}") from error


FORMAT = Format("Transformers", recognises, convert)
