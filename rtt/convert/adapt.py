"""What every converted model needs before rtt can serve it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from rtt.convert.format import SOURCE_SPM, TARGET_SPM
from rtt.convert.languages import language_tokens
from rtt.convert.pieces import restrict
from rtt.convert.quantise import quantization_of
from rtt.convert.start import FLAG, give_start_token
from rtt.convert.vocabulary import Vocabularies, read_vocabularies, write_vocabularies
from rtt.convert.weights import (
    SOURCE_ROWS,
    TARGET_ROWS,
    VERSION,
    WEIGHTS,
    Weights,
    read_version,
    read_weights,
    write_weights,
)
from rtt.errors import ModelError

_SPEC = "TransformerSpec"
_CONFIG = "config.json"
_READ, _WRITTEN = "encoder/position_encodings/encodings", "decoder/position_encodings/encodings"
# Other pairs and other pieces differ more in length than English and German do.
MAX_OUTPUT_RATIO = 2.0
# What an answer may be longer than that, its tag and its end.
_ALLOWANCE = 12
# Longer inputs are rare in training, so that more positions than these are of little use.
_MOST_POSITIONS = 256


@dataclass(frozen=True, slots=True)
class Adapted:
    """What was found out, and done."""

    vocabulary: list[str]
    """Of the target side."""
    positions: int
    """Tokens that an input may have, its end included."""
    quantization: str
    start_token: bool
    """Whether a start token took the place of a zero embedding."""
    unused_pieces: tuple[int, int]
    """Pieces of the source's and the target's tokeniser that the model does not know."""


def adapt(folder: Path) -> Adapted:
    """Make a CTranslate2 model fit, in place: its start, its end of input, its tokenisers. Raises ModelError."""
    vocabularies = read_vocabularies(folder)
    many = language_tokens(vocabularies.target)[0] is not None
    config = _read_config(folder)
    positions, quantization, started = _MOST_POSITIONS, "as it was", False
    if read_version(folder / WEIGHTS) == VERSION:
        weights = read_weights(folder / WEIGHTS)
        if weights.spec != _SPEC:
            raise ModelError(f"{folder}: it is a {weights.spec}, and no {_SPEC}: no model that translates")
        quantization = quantization_of(weights)
        _check_sizes(folder, weights, vocabularies)
        positions = _positions(weights)
        if many or weights.flag(FLAG):
            # All of these expect the end of the input, which the converters for Transformers leave to the caller.
            config["add_source_eos"] = True
        if started := give_start_token(weights, vocabularies, config):
            write_weights(weights, folder / WEIGHTS)
    unused = _restrict(folder / SOURCE_SPM, vocabularies.source), _restrict(folder / TARGET_SPM, vocabularies.target)
    write_vocabularies(folder, vocabularies)
    if config:
        (folder / _CONFIG).write_bytes(orjson.dumps(config, option=orjson.OPT_INDENT_2))
    return Adapted(vocabularies.target, positions, quantization, started, unused)


def _positions(weights: Weights) -> int:
    """Return how many tokens an input may have, so that neither it nor its answer is too long for the model."""
    read, written = (
        len(weights.variables[name].array) if name in weights.variables else None for name in (_READ, _WRITTEN)
    )
    answer = _MOST_POSITIONS if written is None else int((written - _ALLOWANCE) / MAX_OUTPUT_RATIO)
    return min(_MOST_POSITIONS, answer, _MOST_POSITIONS if read is None else read)


def _check_sizes(folder: Path, weights: Weights, vocabularies: Vocabularies) -> None:
    for side, tokens, name in (
        ("source", vocabularies.source, SOURCE_ROWS),
        ("target", vocabularies.target, TARGET_ROWS[0]),
    ):
        rows = len(weights.variables[weights.owner(name)].array)
        if rows != len(tokens):
            raise ModelError(f"{folder}: the {side} vocabulary has {len(tokens)} tokens, and the model {rows}")


def _restrict(path: Path, vocabulary: Sequence[str]) -> int:
    left_out, pieces = restrict(path, vocabulary)
    if 2 * left_out > pieces:
        raise ModelError(
            f"{path}: {left_out} of its {pieces} pieces are not in the vocabulary: they don't belong together"
        )
    return left_out


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / _CONFIG
    try:
        config = orjson.loads(path.read_bytes()) if path.is_file() else {}
    except (OSError, orjson.JSONDecodeError) as error:
        raise ModelError(f"{path}: {error}") from error
    if not isinstance(config, dict):
        raise ModelError(f"{path}: Expected a JSON object")
    return config
