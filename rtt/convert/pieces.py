"""SentencePiece models that write only pieces which a model's vocabulary has."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError
from sentencepiece import sentencepiece_model_pb2

from rtt.errors import ModelError

# Made by protobuf's compiler, without types.
_ModelProto: Any = sentencepiece_model_pb2.ModelProto  # type: ignore[attr-defined]


def restrict(path: Path, vocabulary: Collection[str]) -> int:
    """Mark the pieces that the vocabulary lacks as unused; return how many.

    Text is then written with the pieces that are left; a single character that is not among them stays, and is unknown
    to the model.
    """
    proto = _ModelProto()
    try:
        proto.ParseFromString(path.read_bytes())
    except (OSError, DecodeError) as error:
        raise ModelError(f"{path}: {error}: it is no SentencePiece model") from error
    if not proto.pieces:
        raise ModelError(f"{path}: it is no SentencePiece model")
    kinds = _ModelProto.SentencePiece
    known = frozenset(vocabulary)
    left_out = [piece for piece in proto.pieces if piece.type == kinds.NORMAL and piece.piece not in known]
    for piece in left_out:
        piece.type = kinds.UNUSED
    if left_out:
        path.write_bytes(proto.SerializeToString())
    return len(left_out)
