"""Which model a command of `rtt models` means, and where new ones go."""

from collections.abc import Sequence
from pathlib import Path

from rtt.catalog import MANIFEST, Catalog, Model
from rtt.config import make_config
from rtt.errors import ModelError


def folders(models: list[Path] | None) -> tuple[Path, ...]:
    """Return the folders of models, as the server takes them."""
    return make_config({"models": models}).models


def place(models: list[Path] | None) -> Path:
    """Return the folder that new models go into: the first. Raises ModelError where that is a model itself."""
    first = folders(models)[0]
    if (first / MANIFEST).exists():
        raise ModelError(f"{first}: it is a model; name the folder that models are in with --models")
    return first


def find(named: str, models: list[Path] | None) -> Model:
    """Return the model of that name or folder. Raises ModelError."""
    if (Path(named) / MANIFEST).is_file():
        return next(iter(Catalog.find([Path(named)]).models.values()))
    there = Catalog.find(folders(models)).models
    if named not in there:
        raise ModelError(f"no model {named!r}; there are: {', '.join(sorted(there))}")
    return there[named]


def read_lines(paths: Sequence[Path]) -> list[str]:
    """Return the lines of text files that are not empty. Raises ModelError."""
    try:
        return [line for path in paths for line in path.read_text().splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{error}; Expected text, a sentence a line") from None


def megabytes(model: Model) -> float:
    """Return the size of a model's files in megabytes."""
    return round(sum(file.bytes for file in model.manifest.files.values()) / 1e6, 1)
