"""docs/asyncapi.yaml is AsyncAPI, and says of the sockets what the code does."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator
from starlette.routing import WebSocketRoute

from rtt.app import create_app
from rtt.config import make_config
from rtt.protocol import Query, decode_query
from tests.api_documents import DOCS, WRITTEN, protocol_part, resolved
from tests.conftest import Service
from tests.scripted import ScriptedEngine, scripted_catalog
from tests.test_errors import WIRE

OFFICIAL = DOCS.parent / "web" / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
DOCUMENT = resolved("asyncapi.yaml")
CHANNELS = DOCUMENT["channels"]


def said(channel: str, action: str) -> list[dict[str, Any]]:
    """Return what may be sent on a channel, from the server's side: each message once."""
    operations = [op for op in DOCUMENT["operations"].values() if op["channel"] == CHANNELS[channel]]
    messages = [message for op in operations if op["action"] == action for message in op["messages"]]
    return [message for n, message in enumerate(messages) if message not in messages[:n]]


def by_name(messages: list[dict[str, Any]]) -> dict[str, Any]:
    assert len({message["name"] for message in messages}) == len(messages)
    return {message["name"]: message["payload"] for message in messages}


def in_code(direction: str) -> dict[str, Any]:
    """Return the schemas of the messages of a direction by their type."""
    part = protocol_part(direction)
    return {schema["properties"]["type"]["enum"][0]: schema for schema in part.get("anyOf", [part])}


def test_it_is_asyncapi() -> None:
    errors = Draft7Validator(orjson.loads(OFFICIAL.read_bytes())).iter_errors(WRITTEN["asyncapi.yaml"])
    assert [(list(error.path), error.message) for error in errors] == []


def test_the_channels_are_the_sockets() -> None:
    app = create_app(make_config({}), scripted_catalog(), ScriptedEngine())
    sockets = {route.path for route in app.routes if isinstance(route, WebSocketRoute)}
    assert sockets == {channel["address"] for channel in CHANNELS.values()}
    assert DOCUMENT["info"]["version"] == version("rtt")


def test_the_messages_are_those_of_the_protocol() -> None:
    assert by_name(said("translate", "receive")) == in_code("from_speaker")
    assert by_name(said("speak", "receive")) == in_code("from_speaker")
    assert by_name(said("listen", "receive")) == in_code("from_reader")
    told = [message for channel in CHANNELS for message in said(channel, "send")]
    assert {message["name"]: message["payload"] for message in told} == in_code("to_everybody")


@pytest.mark.parametrize("name", CHANNELS)
def test_each_message_of_a_channel_is_of_an_operation(name: str) -> None:
    messages = CHANNELS[name]["messages"].values()
    assert all(message in said(name, "receive") + said(name, "send") for message in messages)
    for operation in DOCUMENT["operations"].values():
        if operation["channel"] == CHANNELS[name]:
            assert all(message in messages for message in operation["messages"])


async def test_an_operator_may_send_what_it_says(service: Service) -> None:
    fields = {"text": "Hello.", "segment": 1, "terms": [], "t": 1}
    may = {message["name"] for message in DOCUMENT["operations"]["operate"]["messages"]}
    async with service.peer("/v1/rooms/hall/speak?role=operator") as operator:
        for kind in in_code("from_speaker"):
            await operator.send({"type": kind} | fields)
            await operator.send({"type": "ping", "t": 1})
            await operator.next(type="pong")
            refused = [message for message in operator.seen if message.get("code") == "forbidden"]
            assert bool(refused) == (kind not in may), kind
            operator.seen.clear()


@pytest.mark.parametrize("name", CHANNELS)
async def test_the_query_is_what_is_read(name: str, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def recorded(query: Mapping[str, str], into: type[Query]) -> Query:
        read.append(into.__name__)
        return decode_query(query, into)

    monkeypatch.setattr("rtt.endpoints.sockets.decode_query", recorded)
    async with service.peer(CHANNELS[name]["address"].replace("{room}", "hall")) as peer:
        await peer.next()
    known = protocol_part(f"{name}_query")
    assert read == [known["title"]]
    query = CHANNELS[name]["bindings"]["ws"]["query"]
    assert query["properties"] == known["properties"]
    assert query.get("required", []) == known["required"]


def test_the_close_codes_are_those_of_the_errors() -> None:
    told = {code: (said["close"], said["retryable"]) for code, said in DOCUMENT["x-close-codes"].items()}
    assert told == {error.code: (error.close, error.retryable) for error in WIRE}
