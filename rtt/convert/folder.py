"""The folder that a model becomes: written aside, checked, and put in its place in one step."""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from rtt.catalog import MANIFEST, File, Manifest, Model, read_model
from rtt.errors import ModelError

CARD = "MODEL.md"
# A level deeper than a catalogue looks.
_ASIDE = ".new"


@contextmanager
def aside(models: Path) -> Iterator[Path]:
    """Give a folder on the same disk that no catalogue sees, and remove what is left of it."""
    parent = models / _ASIDE
    parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=parent) as name:
            yield Path(name)
    finally:
        with suppress(OSError):  # other work is under way there
            parent.rmdir()


def downloads(models: Path, name: str) -> Path:
    """Return the folder of a download, which is kept until the model is in its place."""
    return models / _ASIDE / re.sub(r"[^A-Za-z0-9._-]+", "--", name)


def forget_download(folder: Path) -> None:
    """Remove a download, of which nothing is needed any more."""
    shutil.rmtree(folder)
    with suppress(OSError):  # other work is under way there
        folder.parent.rmdir()


def seal(folder: Path, manifest: Manifest, card: str) -> Model:
    """Write the card, and last the manifest with the checksums of all that is there."""
    (folder / CARD).write_text(card)
    files = {path.name: _file(path) for path in sorted(folder.iterdir()) if path.name not in {MANIFEST, CARD}}
    manifest = msgspec.structs.replace(manifest, files=files)
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    (folder / MANIFEST).write_bytes(content + b"\n")
    return read_model(folder)


def put_in_place(model: Model, models: Path, *, replace: bool) -> Model:
    """Move a finished folder to where its catalogue finds it. Raises ModelError where the name is taken."""
    place = models / model.name
    require_free(place, replace=replace)
    with aside(models) as old:
        if place.exists():
            place.rename(old / "replaced")
        try:
            model.folder.rename(place)
        except OSError:
            if (old / "replaced").exists():
                (old / "replaced").rename(place)
            raise
    return read_model(place)


def require_free(place: Path, *, replace: bool) -> None:
    """Raise ModelError where a model may not be put."""
    if place.exists() and not replace:
        raise ModelError(f"{place}: there is such a model already; give another --name, or --force to replace it")


def remove(model: Model) -> None:
    """Remove a model's folder: it is out of the catalogue at once. Raises ModelError where it is no plain folder."""
    if model.folder.is_symlink():
        raise ModelError(f"{model.folder}: it is a link; remove it yourself")
    with aside(model.folder.parent) as old:
        model.folder.rename(old / model.name)


def _file(path: Path) -> File:
    with path.open("rb") as file:
        return File(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
