"""docs/asyncapi.yaml and docs/openapi.yaml, as they stand and with every reference resolved."""

from pathlib import Path
from typing import Any

import orjson
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from rtt.protocol import schema

DOCS = Path(__file__).parent.parent / "docs"
WRITTEN: dict[str, dict[str, Any]] = {
    name: yaml.safe_load((DOCS / name).read_text()) for name in ("asyncapi.yaml", "openapi.yaml")
}
_ALL = WRITTEN | {"protocol.schema.json": orjson.loads((DOCS / "protocol.schema.json").read_bytes())}
_REGISTRY: Registry[Any] = Registry().with_resources(
    (name, Resource.from_contents(document, default_specification=DRAFT202012)) for name, document in _ALL.items()
)


def resolved(name: str) -> dict[str, Any]:
    """Return a document with what each reference means in its place; what stands beside a reference is kept."""
    document: dict[str, Any] = _resolved(WRITTEN[name], _REGISTRY.resolver(name))
    return document


def protocol_part(name: str) -> dict[str, Any]:
    """Return the schema of a part of the protocol, as the code has it."""
    whole = schema()
    registry: Registry[Any] = Registry().with_resource("", Resource.from_contents(whole))
    part: dict[str, Any] = _resolved(whole["properties"][name], registry.resolver())
    return part


def _resolved(value: Any, resolver: Any) -> Any:
    match value:
        case {"$ref": reference, **beside}:
            found = resolver.lookup(reference)
            return {**_resolved(found.contents, found.resolver), **_resolved(beside, resolver)}
        case dict():
            return {name: _resolved(part, resolver) for name, part in value.items()}
        case list():
            return [_resolved(part, resolver) for part in value]
    return value
