"""What is taken of each collection: a TOML file of weights, and of what is left out and why."""

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from models.training.errors import TrainingError

OTHER = "other"
"""The register, and the held-out share, of whatever is not named."""

Weight = Annotated[float, Meta(ge=0, le=100)]
Share = Annotated[float, Meta(ge=0, le=1)]


class Recipe(Struct, frozen=True, forbid_unknown_fields=True):
    """How often each pair is seen in an epoch, by the collection it is from."""

    registers: dict[str, Weight] = field(default_factory=lambda: {OTHER: 1.0})
    """The weight of each register: 2 is twice an epoch, 0.3 three pairs of ten."""
    origins: dict[str, str | Weight] = {}
    """A collection's register, or a weight of its own."""
    left_out: dict[str, dict[str, str]] = {}
    """By target language, or for `any`: collections that are not used, each with the reason."""
    licences: dict[str, str] = {}
    """A collection's licence, for the model's card."""
    held_out: dict[str, Share] = field(default_factory=lambda: {OTHER: 0.003})
    """The share of a collection that is kept for the development set."""

    def weight(self, origin: str) -> float:
        """Return the weight of a collection."""
        known = self.origins.get(origin, OTHER)
        return self.registers[known] if isinstance(known, str) else known

    def reason_against(self, origin: str, target: str) -> str | None:
        """Return why a collection is left out, if it is."""
        return next(
            (self.left_out[key][origin] for key in ("any", target) if origin in self.left_out.get(key, {})), None
        )

    def held_out_share(self, origin: str) -> float:
        """Return the share of a collection that is not trained on."""
        return self.held_out.get(origin, self.held_out.get(OTHER, 0.0))


def read_recipe(path: Path) -> Recipe:
    """Read a recipe. Raises TrainingError that names the field."""
    try:
        recipe = msgspec.convert(tomllib.loads(path.read_text()), Recipe)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise TrainingError(f"{path}: {error}") from error
    registers = {OTHER, *(known for known in recipe.origins.values() if isinstance(known, str))}
    if missing := registers - recipe.registers.keys():
        raise TrainingError(f"{path}: field registers: no weight for {', '.join(sorted(missing))}")
    return recipe
