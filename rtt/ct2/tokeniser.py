"""A model's tokenisers, held against its vocabularies."""

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


def check_vocabulary(model: Model, side: str, tokeniser: Any) -> set[str]:  # noqa: ANN401
    """Compare the tokeniser's pieces with the model's vocabulary of that side, and return that. Raises ModelError."""
    names = (f"{side}_vocabulary.json", "shared_vocabulary.json", "vocabulary.json")
    path = next((model.folder / name for name in names if (model.folder / name).is_file()), None)
    if path is None:
        raise ModelError(f"{model.folder}: file {side}_vocabulary.json is missing")
    try:
        vocabulary: set[str] = set(orjson.loads(path.read_bytes()))
    except (orjson.JSONDecodeError, TypeError) as error:
        raise ModelError(f"{path}: {error}") from error
    pieces = {tokeniser.id_to_piece(index) for index in range(tokeniser.vocab_size())}
    if unknown := pieces - vocabulary:
        raise ModelError(
            f"{path}: {len(unknown)} of the {len(pieces)} pieces of the {side} tokeniser are not in the vocabulary, "
            f"such as {min(unknown)!r}: they do not belong together"
        )
    return vocabulary
