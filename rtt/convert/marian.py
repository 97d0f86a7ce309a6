"""Models that Marian trained, as OPUS-MT publishes them: `decoder.yml`, weights in `.npz`, vocabularies in `.yml`."""

from pathlib import Path

import yaml
from ctranslate2.converters import MarianConverter

from rtt.convert.converter import run_converter
from rtt.convert.format import Facts, Format, copy_tokenisers
from rtt.convert.quantise import Quantization
from rtt.errors import ModelError

_DECODER = "decoder.yml"


def recognises(folder: Path) -> bool:
    """Tell whether a folder holds such a model."""
    return (folder / _DECODER).is_file()


def convert(folder: Path, out: Path, quantization: Quantization | None) -> Facts:
    """Convert the model. Raises ModelError."""
    copy_tokenisers(folder, out)
    models, vocabularies = _listed(folder, "models"), _listed(folder, "vocabs")
    converter = MarianConverter(str(models[0]), [str(path) for path in vocabularies])
    run_converter(converter, folder, out, quantization)
    return Facts()


def _listed(folder: Path, field: str) -> list[Path]:
    """Return the files that `decoder.yml` lists under a field."""
    path = folder / _DECODER
    try:
        content = yaml.safe_load(path.read_bytes())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelError(f"{path}: {error}") from error
    names = content.get(field) if isinstance(content, dict) else None
    if not isinstance(names, list) or not names:
        raise ModelError(f"{path}: field {field}: Expected a list of files")
    paths = [folder / str(name) for name in names]
    for name, listed in zip(names, paths, strict=True):
        if listed.parent != folder or not listed.is_file():
            raise ModelError(f"{path}: field {field}: {name!r} is no file of this folder")
    return paths


FORMAT = Format("Marian", recognises, convert)
