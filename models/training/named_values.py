"""`name=value`, as commands take the fields of a struct."""

from typing import TypeVar

import msgspec
from msgspec import Struct

from models.training.errors import TrainingError

Fields = TypeVar("Fields", bound=Struct)


def with_value(fields: Fields, said: str, told: str) -> Fields:
    """Return a struct with one field as it is said. Raises TrainingError, which begins with what is `told` of it."""
    name, is_, value = said.partition("=")
    if name not in fields.__struct_fields__ or not is_:
        raise TrainingError(f"{told}: Expected name=value with one of {', '.join(fields.__struct_fields__)}")
    try:
        return msgspec.convert(msgspec.structs.asdict(fields) | {name: value}, type(fields), strict=False)
    except msgspec.ValidationError as error:
        raise TrainingError(f"{told}: {error}") from None
