"""SentencePiece models that write only pieces which a model's vocabulary has."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from rtt.errors import ModelError

NORMAL = 1
"""The type of a piece of text, beside which there are control symbols, single bytes and the unknown."""
# The numbers of `sentencepiece_model.proto`. SentencePiece brings its messages as generated code, which works with the
# version of protobuf only that it was made with; whatever of a file is not named here stays as it is.
_UNUSED = 5


def restrict(path: Path, vocabulary: Collection[str]) -> tuple[int, int]:
    """Mark the pieces that the vocabulary lacks as unused; return how many, and how many there are.

    Text is then written with the pieces that are left; a character that none of them has is unknown to the model.
    Raises ModelError.
    """
    model = model_message()()
    try:
        model.ParseFromString(path.read_bytes())
    except (OSError, DecodeError) as error:
        raise ModelError(f"{path}: {error}: it is no SentencePiece model") from error
    if not model.pieces:
        raise ModelError(f"{path}: it is no SentencePiece model")
    known = frozenset(vocabulary)
    pieces = [piece for piece in model.pieces if piece.type == NORMAL]
    left_out = [piece for piece in pieces if piece.piece not in known]
    for piece in left_out:
        piece.type = _UNUSED
    if left_out:
        path.write_bytes(model.SerializeToString())
    return len(left_out), len(pieces)


def model_message() -> Any:  # noqa: ANN401 - a class that is made from its description
    """Return the message of a SentencePiece model: its `pieces`, each with `piece`, `score` and `type`."""
    kind = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="pieces.proto", package="rtt", syntax="proto2")
    piece = file.message_type.add(name="Piece")
    piece.field.add(name="piece", number=1, type=kind.TYPE_STRING, label=kind.LABEL_OPTIONAL)
    piece.field.add(name="score", number=2, type=kind.TYPE_FLOAT, label=kind.LABEL_OPTIONAL)
    piece.field.add(name="type", number=3, type=kind.TYPE_INT32, label=kind.LABEL_OPTIONAL, default_value=str(NORMAL))
    model = file.message_type.add(name="Model")
    model.field.add(name="pieces", number=1, type=kind.TYPE_MESSAGE, label=kind.LABEL_REPEATED, type_name=".rtt.Piece")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("rtt.Model"))
