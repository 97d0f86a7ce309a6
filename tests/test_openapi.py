"""docs/openapi.yaml is OpenAPI, and says of what is served over HTTP what the code does."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import httpx
import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from starlette.routing import Route

from rtt.app import create_app
from rtt.auth import Role
from rtt.config import make_config
from rtt.endpoints import events
from rtt.endpoints.pages import page_routes
from rtt.protocol import Query, RoomName, decode_query
from rtt.transcript.formats import Format
from tests.api_documents import DOCS, WRITTEN, protocol_part, resolved
from tests.conftest import Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_rights import SECRET, token

DOCUMENT = resolved("openapi.yaml")
OPERATIONS = {
    operation["operationId"]: (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
# Of what is said in the query, this is of no use to a file of finished sentences that goes on.
NO_USE = {"readLiveSubtitles": {"stability", "since", "log", "timing"}}


def parameters(operation: str, where: str) -> dict[str, Any]:
    _, _, said = OPERATIONS[operation]
    return {parameter["name"]: parameter for parameter in said.get("parameters", []) if parameter["in"] == where}


def test_it_is_openapi() -> None:
    validate(WRITTEN["openapi.yaml"], base_uri=(DOCS / "openapi.yaml").as_uri())
    assert DOCUMENT["info"]["version"] == version("rtt")


def test_the_paths_are_the_routes() -> None:
    app = create_app(make_config({}), scripted_catalog(), ScriptedEngine())
    pages = {route.path for route in page_routes() if isinstance(route, Route)}
    routes = {
        (route.path, method.lower())
        for route in app.routes
        if isinstance(route, Route) and route.path not in pages
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert {(path, method) for path, method, _ in OPERATIONS.values()} == routes


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_the_query_is_what_is_read(operation: str, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[type[msgspec.Struct]] = []

    def recorded(query: Mapping[str, str], into: type[Query]) -> Query:
        read.append(into)
        return decode_query(query, into)

    for module in ("streams", "transcripts"):
        monkeypatch.setattr(f"rtt.endpoints.{module}.decode_query", recorded)
    path, method, _ = OPERATIONS[operation]
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        async with client.stream(method, path.format(room="hall", format="json")):
            pass
    fields = {field.name: field.required for into in read for field in msgspec.structs.fields(into)}
    told = parameters(operation, "query")
    assert told.keys() == fields.keys() - NO_USE.get(operation, set())
    part = {"TranscriptQuery": "transcript_query", "ListenQuery": "listen_query"}
    for name, parameter in told.items():
        assert parameter.get("required", False) == fields[name]
        assert parameter["schema"] == protocol_part(part[read[0].__name__])["properties"][name]


def test_the_path_and_headers_are_what_is_read() -> None:
    room = msgspec.json.schema(RoomName)
    for operation, (path, _, _) in OPERATIONS.items():
        in_path = parameters(operation, "path")
        assert set(in_path) == set(re.findall(r"{(\w+)}", path))
        assert all(in_path[name]["required"] for name in in_path)
        if "room" in in_path:
            assert in_path["room"]["schema"] == room
    assert parameters("getTranscript", "path")["format"]["schema"] == {"enum": list(Format)}
    assert parameters("readEvents", "header")["Last-Event-ID"]["schema"]["pattern"] == f"^{events._ID.pattern}$"


@dataclass
class Case:
    """A request, and the status and code of its answer."""

    operation: str
    status: int
    code: str = ""
    query: str = ""
    room: str = "hall"
    format: str = "json"
    content: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def bearer(role: Role, room: str | None = "hall") -> dict[str, str]:
    return {"Authorization": f"Bearer {token(role, room)}"}


READER, ATTIC, KEY = bearer(Role.READER), bearer(Role.READER, "attic"), {"Authorization": f"Bearer {SECRET}"}
# In this order: the hall has the one reader that it may have, and an address may make one room.
CASES = [
    Case("makeRoom", 400, "bad_request", content='{"targets":"de"}', headers=KEY),
    Case("makeRoom", 401, "unauthorized"),
    Case("makeRoom", 403, "forbidden", headers=READER),
    Case("makeRoom", 413, "too_large", content=" " * 70_000, headers=KEY),
    Case("makeRoom", 404, "unsupported_pair", content='{"room":"hall","targets":["xx"]}', headers=KEY),
    Case("makeRoom", 201, content='{"room":"attic","source":"en","targets":["de"]}', headers=KEY),
    Case("makeRoom", 429, "quota_exceeded", headers=KEY),
    Case("readEvents", 200, query="lang=en,de&stability=final&since=0", room="attic", headers=ATTIC),
    Case("readEvents", 400, "bad_request", headers=READER | {"Last-Event-ID": "x"}),
    Case("readEvents", 401, "unauthorized"),
    Case("readEvents", 403, "forbidden", headers=ATTIC),
    Case("readEvents", 404, "unsupported_pair", query="lang=xx", room="attic", headers=ATTIC),
    Case("readLiveSubtitles", 200, query="lang=de", room="attic", headers=ATTIC),
    Case("readLiveSubtitles", 400, "bad_request", query="lang=d_e", headers=READER),
    Case("readLiveSubtitles", 401, "unauthorized", headers={"Authorization": "Bearer x"}),
    Case("readLiveSubtitles", 403, "forbidden", query="role=speaker", headers=ATTIC),
    Case("readLiveSubtitles", 404, "unsupported_pair", query="lang=xx", room="attic", headers=ATTIC),
    Case("readLiveSubtitles", 429, "quota_exceeded", headers=READER),
    *(Case("getTranscript", 200, query="lang=de,en&talk=1", format=ending, headers=READER) for ending in Format),
    Case("getTranscript", 400, "bad_request", format="pdf", headers=READER),
    Case("getTranscript", 401, "unauthorized", query="token="),
    Case("getTranscript", 403, "forbidden", headers=ATTIC),
    Case("getTranscript", 404, "unsupported_pair", query="lang=fr", headers=READER),
    Case("getTranscript", 404, "no_room", room="cellar", headers=bearer(Role.READER, "cellar")),
    *(Case(name, 200) for name in ("listModels", "getMetrics", "isLive", "isReady")),
]
# Of a server that is not ready, has its one room and writes as many transcripts as it may.
BUSY = [
    Case("makeRoom", 503, "try_again_later"),
    Case("readLiveSubtitles", 503, "try_again_later", room="attic"),
    Case("getTranscript", 503, "try_again_later"),
    Case("isReady", 503),
]
STRANGER = [Case(operation, 403, "forbidden", headers={"Origin": "https://evil.example"}) for operation in OPERATIONS]
ENDLESS = {"readEvents", "readLiveSubtitles"}


def test_every_answer_is_asked_for() -> None:
    asked = {(case.operation, case.status) for case in CASES + BUSY + STRANGER}
    told = {(name, int(status)) for name, (_, _, said) in OPERATIONS.items() for status in said["responses"]}
    assert asked == told


async def test_the_answers_are_those_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtt.invitations.address_of", lambda _: "192.0.2.1")
    limits: dict[str, Any] = {"readers_per_room": 1, "rooms_per_address": 1}
    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), secrets=[SECRET], **limits) as service:
        hall = "/v1/rooms/hall"
        async with (
            service.peer(f"{hall}/speak?source=en&token={token(Role.SPEAKER)}") as speaker,
            service.peer(f"{hall}/listen?lang=de&token={token(Role.READER)}") as reader,
        ):
            await speaker.send({"type": "final", "text": "Good morning."})
            await reader.next(final=True)
            for case in CASES:
                await check(service, case)


async def test_the_answers_of_a_busy_server_are_those_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtt.endpoints.transcripts._MOST_WAITING", 0)
    engine = ScriptedEngine(shout)
    engine.ready = False
    async with serving(engine, scripted_catalog(("en", "de")), max_rooms=1) as service:
        async with service.peer("/v1/rooms/hall/speak"):
            for case in BUSY:
                await check(service, case)


@pytest.mark.parametrize("case", STRANGER, ids=OPERATIONS)
async def test_a_page_of_others_is_answered_as_it_says(service: Service, case: Case) -> None:
    await check(service, case)


@pytest.mark.parametrize(
    "scheme", DOCUMENT["components"]["securitySchemes"].values(), ids=lambda scheme: scheme["type"]
)
async def test_a_token_is_given_as_it_says(scheme: dict[str, str]) -> None:
    given = token(Role.READER)
    headers = {"Authorization": f"{scheme['scheme']} {given}"} if scheme["type"] == "http" else {}
    query = f"{scheme['name']}={given}" if scheme.get("in") == "query" else ""
    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), secrets=[SECRET]) as service:
        await check(service, Case("readEvents", 200, query=query, headers=headers))


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/nothing", 404), ("DELETE", "/v1/models", 405)])
async def test_what_is_not_there_is_told_in_plain_text(service: Service, method: str, path: str, status: int) -> None:
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")


async def check(service: Service, case: Case) -> None:
    """Make a request, and hold the answer against the document."""
    path, method, said = OPERATIONS[case.operation]
    url = f"{path.format(room=case.room, format=case.format)}?{case.query}"
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        async with client.stream(method, url, content=case.content, headers=case.headers) as answer:
            if case.operation not in ENDLESS or answer.is_error:
                await answer.aread()
    assert answer.status_code == case.status, case
    told = said["responses"][str(case.status)]
    media_type = answer.headers["content-type"].partition(";")[0]
    content = told["content"][media_type]
    if media_type == "application/json":
        Draft202012Validator(content["schema"]).validate(answer.json())
    for name, header in told.get("headers", {}).items():
        Draft202012Validator(header["schema"]).validate(answer.headers[name])
    if case.code:
        assert answer.json()["code"] == case.code
        assert f"`{case.code}`" in told["description"]
