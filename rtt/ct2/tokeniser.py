"""A model's tokenisers, held against its vocabularies."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import sentencepiece

from rtt.catalog import Model
from rtt.errors import ModelError


def load_tokeniser(model: Model, name: str) -> Any:  # noqa: ANN401 - its types leave out the overloads used here
    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(model.folder / name))
    except (RuntimeError, OSError) as error:
        raise ModelError(f"{model.folder}: tokeniser {name} cannot be read: {error}") from error


def encoded(tokeniser: Any, text: str) -> list[str]:  # noqa: ANN401
    """Return the pieces of one text. Of a list of them SentencePiece makes threads, which take longer than the work."""
    pieces: list[str] = tokeniser.encode(text, out_type=str)
    return pieces


def written_pieces(tokeniser: Any) -> set[str]:  # noqa: ANN401
    """Return the pieces that a text can be written with: not the marks of a text's ends, nor what is left unused."""
    return {
        tokeniser.id_to_piece(index)
        for index in range(tokeniser.vocab_size())
        if not (tokeniser.is_control(index) or tokeniser.is_unknown(index) or tokeniser.is_unused(index))
    }


def reads(tokeniser: Any, text: str, pieces: Sequence[str]) -> bool:  # noqa: ANN401
    """Tell whether a model knows most of a text's characters by its pieces, and need not spell them byte by byte."""
    indices = ((piece, tokeniser.piece_to_id(piece)) for piece in pieces)
    known = (piece for piece, index in indices if not (tokeniser.is_byte(index) or tokeniser.is_unknown(index)))
    return 2 * sum(len(piece.strip("▁")) for piece in known) >= len("".join(text.split()))


def read_vocabulary(model: Model, side: str) -> tuple[dict[str, int], Path]:
    """Return the tokens of one side of a model with their numbers, and the file they are in. Raises ModelError."""
    names = (f"{side}_vocabulary.json", "shared_vocabulary.json", "vocabulary.json")
    path = next((model.folder / name for name in names if (model.folder / name).is_file()), None)
    if path is None:
        raise ModelError(f"{model.folder}: file {side}_vocabulary.json is missing")
    try:
        return {token: number for number, token in enumerate(orjson.loads(path.read_bytes()))}, path
    except (orjson.JSONDecodeError, TypeError) as error:
        raise ModelError(f"{path}: {error}") from error


def check_vocabulary(model: Model, side: str, tokeniser: Any) -> dict[str, int]:  # noqa: ANN401
    """Compare the pieces that the tokeniser writes with the model's vocabulary of that side, and return that.

    Raises ModelError.
    """
    vocabulary, path = read_vocabulary(model, side)
    if unknown := written_pieces(tokeniser) - vocabulary.keys():
        raise ModelError(
            f"{path}: {len(unknown)} of the {tokeniser.vocab_size()} pieces of the {side} tokeniser are not in the "
            f"vocabulary, such as {min(unknown)!r}: they do not belong together"
        )
    return vocabulary
