"""The vocabularies of a CTranslate2 model, as files in its folder."""

from dataclasses import dataclass
from pathlib import Path

import orjson

from rtt.errors import ModelError


@dataclass(slots=True)
class Vocabularies:
    """The tokens of both sides, by their numbers; where they are shared both are the same list."""

    source: list[str]
    target: list[str]

    @property
    def shared(self) -> bool:
        """Whether both sides have one vocabulary."""
        return self.source is self.target


def read_vocabularies(folder: Path) -> Vocabularies:
    """Read a model's vocabularies, JSON or a token a line. Raises ModelError."""
    if shared := _read(folder, "shared"):
        return Vocabularies(shared, shared)
    source, target = _read(folder, "source"), _read(folder, "target")
    if source is None or target is None:
        raise ModelError(f"{folder}: no shared_vocabulary.json, and not both source_ and target_vocabulary.json")
    return Vocabularies(source, target)


def write_vocabularies(folder: Path, vocabularies: Vocabularies) -> None:
    """Write them as JSON, and nothing of what was there before remains."""
    for old in folder.glob("*_vocabulary.*"):
        old.unlink()
    sides = (
        {"shared": vocabularies.source}
        if vocabularies.shared
        else {
            "source": vocabularies.source,
            "target": vocabularies.target,
        }
    )
    for side, tokens in sides.items():
        (folder / f"{side}_vocabulary.json").write_bytes(orjson.dumps(tokens, option=orjson.OPT_INDENT_2))


def _read(folder: Path, side: str) -> list[str] | None:
    path, plain = folder / f"{side}_vocabulary.json", folder / f"{side}_vocabulary.txt"
    try:
        if path.is_file():
            tokens = orjson.loads(path.read_bytes())
            if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
                raise ModelError(f"{path}: Expected a list of tokens")
            return tokens
        return plain.read_text().removesuffix("\n").split("\n") if plain.is_file() else None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: {error}") from error
