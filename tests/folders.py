"""Copies of the bundled model, or of another, to be damaged."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

BUNDLED = Path(__file__).parent.parent / "models" / "en-de"


class ModelFolder:
    """A model in a folder of its own: links, until a file is written."""

    def __init__(self, path: Path, origin: Path = BUNDLED) -> None:
        path.mkdir(parents=True)
        self.path = path
        for file in origin.iterdir():
            (path / file.name).symlink_to(file)

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Write a file anew, and leave the manifest as it is."""
        (self.path / name).unlink(missing_ok=True)
        (self.path / name).write_bytes(content)

    def remove(self, name: str) -> None:
        (self.path / name).unlink()

    def edit(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the manifest."""
        manifest = orjson.loads(self.read("model.json"))
        change(manifest)
        self.write("model.json", orjson.dumps(manifest))

    def replace(self, name: str, content: bytes) -> None:
        """Write a file anew, with its size and checksum in the manifest."""
        self.write(name, content)
        listed = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        self.edit(lambda manifest: manifest["files"].update({name: listed}))
