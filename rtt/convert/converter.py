"""CTranslate2's own converters, run into a folder that is being made."""

from pathlib import Path
from zipfile import BadZipFile

import yaml
from ctranslate2.converters.converter import Converter

from rtt.convert.quantise import Quantization
from rtt.errors import ModelError

# What converters raise where a model is not as they expect it.
_REFUSALS = (OSError, LookupError, ValueError, TypeError, AttributeError, RuntimeError, BadZipFile, yaml.YAMLError)


def run_converter(converter: Converter, folder: Path, out: Path, quantization: Quantization | None) -> None:
    """Convert the model of `folder` into `out`, as int8 where nothing else is asked for. Raises ModelError."""
    staged = out / "converted"
    try:
        converter.convert(str(staged), quantization=(quantization or Quantization.INT8).value)
    except _REFUSALS as error:
        raise ModelError(f"{folder}: CTranslate2 cannot convert it: {error}") from error
    for path in staged.iterdir():
        path.rename(out / path.name)
    staged.rmdir()
