"""The weights of a CTranslate2 model: `model.bin`, read and written, and its rows that belong to a vocabulary.

The layout is that of binary version 6, which `ctranslate2.specs.model_spec.ModelSpec` writes: little-endian; a version,
the name and revision of the specification; for each variable its name, rank, dimensions, type, size and content; then
the names that mean another variable.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from rtt.errors import ModelError

WEIGHTS = "model.bin"
VERSION = 6
# In the order of their numbers in the file; numpy has no bfloat16, whose bits are kept as they are.
_TYPES = {"float32": "<f4", "int8": "<i1", "int16": "<i2", "int32": "<i4", "float16": "<f2", "bfloat16": "<u2"}
_LONGEST_NAME = 1024
_MOST_DIMENSIONS = 8

SOURCE_ROWS = "encoder/embeddings_0/weight"
TARGET_ROWS = ("decoder/embeddings/weight", "decoder/projection/weight")
OUTPUT_BIAS = "decoder/projection/bias"


@dataclass(frozen=True, slots=True)
class Variable:
    """An array and the name of its type, which numpy may not have."""

    type: str
    array: np.ndarray


@dataclass(slots=True)
class Weights:
    """Every variable of a model, by name."""

    spec: str
    revision: int
    variables: dict[str, Variable]
    aliases: dict[str, str]

    def owner(self, name: str) -> str:
        """Return the variable that a name means."""
        return self.aliases.get(name, name)

    def flag(self, name: str) -> bool:
        """Tell whether a flag is set; one that is not there is not."""
        return name in self.variables and bool(self.variables[name].array)

    def change_rows(self, names: set[str], change: Callable[[np.ndarray, str], np.ndarray]) -> None:
        """Change the first axis of variables, of the scales of quantised ones, and of the output's bias.

        `change` is told the array and what it is: `weight`, `weight_scale` or `bias`.
        """
        owners = {self.owner(name) for name in names}
        if TARGET_ROWS[1] in names and OUTPUT_BIAS in self.variables:
            owners.add(OUTPUT_BIAS)
        for name in owners | {f"{owner}_scale" for owner in owners if f"{owner}_scale" in self.variables}:
            old = self.variables[name]
            # A scale of the whole array (int16) is none of its rows.
            if old.array.ndim:
                array = np.ascontiguousarray(change(old.array, name.rpartition("/")[2]))
                self.variables[name] = Variable(old.type, array)


def read_version(path: Path) -> int:
    """Return the binary version of a `model.bin`. Raises ModelError."""
    try:
        with path.open("rb") as file:
            return _number(file, "I")
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: {error}") from error


def read_weights(path: Path) -> Weights:
    """Read a `model.bin`. Raises ModelError where it is damaged or of another version."""
    try:
        with path.open("rb") as file:
            version = _number(file, "I")
            if version != VERSION:
                raise ModelError(
                    f"{path}: binary version {version}, not {VERSION}: it can be used as it is, but not be changed; "
                    "convert it anew with a newer CTranslate2"
                )
            spec, revision = _string(file), _number(file, "I")
            variables = dict(_variable(file) for _ in range(_number(file, "I")))
            aliases = {_string(file): _string(file) for _ in range(_number(file, "I"))}
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: {error}: it is damaged, or no model of CTranslate2") from error
    return Weights(spec, revision, variables, aliases)


def write_weights(weights: Weights, path: Path) -> None:
    """Write a `model.bin`."""
    numbers = {name: number for number, name in enumerate(_TYPES)}
    with path.open("wb") as file:
        file.write(struct.pack("<I", VERSION) + _packed(weights.spec))
        file.write(struct.pack("<II", weights.revision, len(weights.variables)))
        for name, variable in sorted(weights.variables.items()):
            array = variable.array.astype(_TYPES[variable.type], copy=False)
            file.write(_packed(name) + struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape))
            file.write(struct.pack("<BI", numbers[variable.type], array.nbytes))
            file.write(array.tobytes())
        file.write(struct.pack("<I", len(weights.aliases)))
        for alias, name in sorted(weights.aliases.items()):
            file.write(_packed(alias) + _packed(name))


def _variable(file: BinaryIO) -> tuple[str, Variable]:
    name, rank = _string(file), _number(file, "B")
    if rank > _MOST_DIMENSIONS:
        raise ValueError(f"variable {name} has {rank} dimensions")
    shape = struct.unpack(f"<{rank}I", _bytes(file, 4 * rank))
    number, size = _number(file, "B"), _number(file, "I")
    if number >= len(_TYPES):
        raise ValueError(f"variable {name} is of the unknown type {number}")
    kind = list(_TYPES)[number]
    return name, Variable(kind, np.frombuffer(_bytes(file, size), _TYPES[kind]).reshape(shape))


def _number(file: BinaryIO, kind: str) -> int:
    (number,) = struct.unpack(f"<{kind}", _bytes(file, struct.calcsize(f"<{kind}")))
    return int(number)


def _string(file: BinaryIO) -> str:
    length = _number(file, "H")
    if not 0 < length <= _LONGEST_NAME:
        raise ValueError(f"a name of {length} bytes")
    return _bytes(file, length).decode()[:-1]


def _bytes(file: BinaryIO, size: int) -> bytes:
    content = file.read(size)
    if len(content) != size:
        raise ValueError("it ends too early")
    return content


def _packed(string: str) -> bytes:
    content = string.encode() + b"\0"
    return struct.pack("<H", len(content)) + content
