"""Says what is wrong with a value: which field, what it holds, what would be right."""

from collections.abc import Mapping
from enum import EnumType
from typing import Any, get_args

import msgspec
import orjson
from msgspec import Meta, Struct

from rtt.errors import WireError


def plainly(what: str, kind: Any) -> str:  # noqa: ANN401 - a type has no better name
    """Say in words what msgspec says of a value that should be a `kind`."""
    if isinstance(kind, EnumType):
        return f"Expected one of {', '.join(kind)}"
    if "regex" not in what:
        return what
    described = (meta.description for meta in get_args(kind) if isinstance(meta, Meta) and meta.description)
    return f"Expected {next(described, 'a language tag (BCP 47) such as en or pt-BR')}"


def convert(value: dict[str, Any], into: Any, error: type[WireError], *, strict: bool = True) -> Any:  # noqa: ANN401 - as msgspec.convert
    """Return a value as an `into`. Raises `error`, which says what is wrong with it."""
    try:
        return msgspec.convert(value, into, strict=strict)
    except msgspec.ValidationError as problem:
        raise error(_explained(problem, value, into)) from None


def _explained(problem: msgspec.ValidationError, value: Mapping[str, Any], into: type[Struct]) -> str:
    """Say which field is wrong, what it holds and what would be right."""
    fields = {field.name: field for field in msgspec.structs.fields(into)}
    if missing := [name for name, field in fields.items() if field.required and name not in value]:
        return f"field {missing[0]}: missing; the fields are: {', '.join(fields)}"
    what, _, path = str(problem).replace(" - at `key` in", " - at").rpartition(" - at `$.")
    if not what:
        return str(problem)
    path = path.removesuffix("`")
    name, _, index = path.removesuffix("]").partition("[")
    wrong = value[name][int(index)] if index.isdecimal() else value[name]
    return f"field {path}: {shown(wrong)}: {plainly(what, fields[name].type)}"


def shown(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a value as JSON, the beginning of a long one."""
    text = orjson.dumps(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."
