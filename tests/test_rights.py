"""Who may do what in a room, over real sockets: tokens, roles, pages of others."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from websockets.asyncio.client import connect
from websockets.typing import Origin

from rtt import protocol
from rtt.auth import Auth, Grant, Role
from tests.conftest import Peer, Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout

SECRET = "a secret for tests, long enough not to be guessed"
LATER = int(time.time()) + 3600
SPEAK, LISTEN, TRANSLATE = (
    "/v1/rooms/hall/speak?source=en",
    "/v1/rooms/hall/listen?",
    "/v1/translate?source=en&target=de",
)


def token(role: Role, room: str | None = "hall", **claims: Any) -> str:
    return Auth([SECRET]).issue(Grant(role, claims.pop("expires", LATER), room, **claims))


@pytest.fixture
async def guarded() -> AsyncIterator[Service]:
    """A server that has a secret."""
    catalog = scripted_catalog(("en", "de"), ("en", "fr"))
    async with serving(ScriptedEngine(shout), catalog, secrets=[SECRET]) as it:
        yield it


async def post(service: Service, key: str | None = None, content: str = "{}", **headers: str) -> httpx.Response:
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        return await client.post("/v1/rooms", content=content, headers=headers)


class TestTokens:
    @pytest.mark.parametrize("path", [SPEAK, LISTEN, TRANSLATE])
    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ("", "a token is needed"),
            ("&token=x", "not one of this server's"),
            (f"&token={token(Role.SPEAKER, expires=1)}", "expired"),
        ],
        ids=["missing", "wrong", "expired"],
    )
    async def test_without_a_good_one_nobody_comes_in(self, guarded: Service, path: str, given: str, says: str) -> None:
        async with guarded.peer(path + given) as peer:
            assert await peer.closed() == 4401
            assert peer.last_error["code"] == "unauthorized"
            assert says in peer.last_error["message"]
        assert len(guarded.app.state.rooms) == 0

    @pytest.mark.parametrize(
        ("path", "given", "says"),
        [
            (SPEAK, token(Role.READER), "role is reader"),
            (TRANSLATE, token(Role.OPERATOR), "role is operator"),
            (SPEAK, token(Role.SPEAKER, "attic"), "the token is for room attic"),
            (LISTEN, token(Role.SPEAKER, "attic"), "the token is for room attic"),
            (SPEAK + "&role=speaker", token(Role.OPERATOR), "role is operator"),
        ],
    )
    async def test_one_of_another_role_or_room_is_refused(
        self, guarded: Service, path: str, given: str, says: str
    ) -> None:
        async with guarded.peer(f"{path}&token={given}") as peer:
            assert await peer.closed() == 4403
            assert peer.last_error["code"] == "forbidden"
            assert says in peer.last_error["message"]

    @pytest.mark.parametrize(
        ("path", "role"), [(LISTEN, role) for role in Role] + [(SPEAK, Role.SPEAKER), (TRANSLATE, Role.SPEAKER)]
    )
    @pytest.mark.parametrize("header", [True, False], ids=["header", "query"])
    async def test_a_good_one_lets_in(self, guarded: Service, path: str, role: Role, *, header: bool) -> None:
        options = {"additional_headers": {"Authorization": f"Bearer {token(role)}"}} if header else {}
        async with guarded.peer(path if header else f"{path}&token={token(role)}", **options) as peer:
            assert (await peer.next())["type"] == "ready"

    async def test_a_talk_outlasts_its_token(self, guarded: Service) -> None:
        soon = int(time.time()) + 2
        short = f"{SPEAK}&token={token(Role.SPEAKER, expires=soon)}"
        async with (
            guarded.peer(short) as speaker,
            guarded.peer(f"{LISTEN}token={token(Role.READER)}&lang=de") as reader,
        ):
            await speaker.next(type="ready")
            await reader.next(type="status", speaker="connected")
            while time.time() < soon:
                await asyncio.sleep(0.1)
            await speaker.send({"type": "final", "text": "Still here."})
            assert (await reader.next(type="caption"))["stable"] == "STILL HERE."
            async with guarded.peer(short) as again:
                assert await again.closed() == 4401


class TestMakingRooms:
    async def test_an_organiser_gets_a_token_for_each_role(self, guarded: Service) -> None:
        answer = await post(guarded, SECRET, '{"room":"hall","source":"en","targets":["de"]}')
        made = answer.json()
        schema = protocol.schema()
        Draft202012Validator({"$defs": schema["$defs"]} | schema["properties"]["room_made"]).validate(made)
        assert (answer.status_code, made["room"], set(made["tokens"])) == (
            201,
            "hall",
            {"speaker", "operator", "reader"},
        )
        assert datetime.fromisoformat(made["expires_at"]).timestamp() == pytest.approx(time.time() + 7 * 86400, abs=60)
        async with (
            guarded.peer(f"/v1/rooms/hall/speak?token={made['tokens']['speaker']}") as speaker,
            guarded.peer(f"/v1/rooms/hall/listen?token={made['tokens']['reader']}") as reader,
            guarded.peer(f"/v1/rooms/hall/speak?token={made['tokens']['operator']}") as operator,
        ):
            assert (await speaker.next(type="ready"))["targets"] == ["de"]
            await operator.next(type="ready")
            await reader.next(type="status", speaker="connected")
            await speaker.send({"type": "final", "text": "Hello."})
            assert (await reader.next(type="caption"))["lang"] == "de"

    async def test_everything_is_optional(self, guarded: Service) -> None:
        one, two = await post(guarded, SECRET, ""), await post(guarded, token(Role.ORGANISER, None))
        assert one.status_code == two.status_code == 201
        assert one.json()["room"] != two.json()["room"]

    async def test_the_tokens_remember_what_the_room_is_like(self, guarded: Service) -> None:
        made = (await post(guarded, SECRET, '{"room":"hall","source":"fr","targets":["fr"]}')).json()
        rooms = guarded.app.state.rooms
        rooms.forget(rooms.open("hall"))
        async with guarded.peer(f"/v1/rooms/hall/listen?token={made['tokens']['reader']}") as reader:
            assert (await reader.next(type="ready"))["source"] == "fr"
        async with guarded.peer(f"/v1/rooms/hall/speak?token={made['tokens']['speaker']}") as speaker:
            assert (await speaker.next(type="ready"))["source"] == "fr"

    @pytest.mark.parametrize(
        ("key", "status", "code"),
        [
            (None, 401, "unauthorized"),
            ("wrong", 401, "unauthorized"),
            (token(Role.SPEAKER), 403, "forbidden"),
            (token(Role.ORGANISER, "attic"), 403, "forbidden"),
        ],
    )
    async def test_a_stranger_makes_none(self, guarded: Service, key: str | None, status: int, code: str) -> None:
        answer = await post(guarded, key, '{"room":"hall"}')
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert ("www-authenticate" in answer.headers) == (status == 401)
        assert len(guarded.app.state.rooms) == 0

    async def test_anybody_may_where_the_organiser_says_so(self) -> None:
        catalog = scripted_catalog(("en", "de"))
        async with serving(ScriptedEngine(shout), catalog, secrets=[SECRET], public_rooms=True) as service:
            made = (await post(service)).json()
            path = f"/v1/rooms/{made['room']}/listen?token="
            async with service.peer(path + made["tokens"]["reader"]) as reader, service.peer(path) as stranger:
                await reader.next(type="ready")
                assert await stranger.closed() == 4401

    async def test_without_a_secret_there_are_no_tokens(self, service: Service) -> None:
        answer = await post(service, content='{"room":"hall"}')
        assert answer.status_code == 201
        assert answer.json() == {
            "room": "hall", "tokens": {"speaker": "", "operator": "", "reader": ""}, "expires_at": None,
            "retention_s": 600.0, "transcripts": False, "private": False,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("content", "status", "says"),
        [
            ("{", 400, "not JSON"),
            ("[]", 400, "not a JSON object"),
            ('{"room":"a b"}', 400, "field room"),
            ('{"source":"e_n"}', 400, "field source"),
            ('{"targets":"de"}', 400, "field targets"),
            ('{"targets":["xx"]}', 404, "no model from en to xx"),
            ('{"room":"' + "x" * 70_000 + '"}', 413, "65536"),
        ],
    )
    async def test_a_bad_request(self, guarded: Service, content: str, status: int, says: str) -> None:
        answer = await post(guarded, SECRET, content)
        assert answer.status_code == status
        assert says in answer.json()["message"]


class TestOperators:
    @pytest.mark.parametrize("query", [f"token={token(Role.OPERATOR)}", f"role=operator&token={token(Role.SPEAKER)}"])
    async def test_several_correct_in_every_language_and_replace_nobody(self, guarded: Service, query: str) -> None:
        operating = f"/v1/rooms/hall/speak?{query}"
        async with (
            guarded.peer(f"{SPEAK}&token={token(Role.SPEAKER)}") as speaker,
            guarded.peer(f"{LISTEN}lang=en,de,fr&token={token(Role.READER)}") as reader,
            guarded.peer(operating) as one,
            guarded.peer(operating) as other,
        ):
            for operator in (one, other):
                await operator.next(type="ready", room="hall", source="en")
                await operator.next(type="status", speaker="connected")
            for text in ("The hat sat.", "The dog ran.", "The end."):
                await speaker.send({"type": "final", "text": text})
            for lang in ("en", "de", "fr"):
                await reader.next(lang=lang, segment=3)
            for operator, segment, text in (
                (one, 1, "The cat sat."),
                (other, 2, "The fox ran."),
                (one, 1, "A cat sat."),
            ):
                await operator.send({"type": "correct", "segment": segment, "text": text})
                for lang, expected in (("en", text), ("de", text.upper()), ("fr", text.upper())):
                    caption = await reader.next(type="caption", lang=lang, segment=segment, stable=expected)
                    assert caption["final"]
                    assert caption["revision"] == (3 if text.startswith("A ") else 2)
            await speaker.send({"type": "final", "text": "Still speaking."})
            await reader.next(stable="STILL SPEAKING.")

    async def test_every_remembered_sentence_can_be_corrected(self, guarded: Service) -> None:
        async with (
            guarded.peer(f"{SPEAK}&token={token(Role.SPEAKER)}") as speaker,
            guarded.peer(f"{LISTEN}lang=de,fr&token={token(Role.READER)}") as reader,
            guarded.peer(f"{SPEAK}&token={token(Role.OPERATOR)}") as operator,
        ):
            for number in range(1, 202):
                await speaker.send({"type": "final", "text": f"Number {number}."})
            await reader.next(lang="de", stable="NUMBER 201.")
            for segment in range(2, 202):
                await operator.send({"type": "correct", "segment": segment, "text": f"Sentence {segment}."})
            corrected = [await reader.next(type="caption", revision=2) for _ in range(400)]
            for lang in ("de", "fr"):
                assert [m["stable"] for m in corrected if m["lang"] == lang] == [
                    f"SENTENCE {n}." for n in range(2, 202)
                ]
            await operator.send({"type": "correct", "segment": 1, "text": "Too late."})
            assert "segment: 1" in (await operator.next(type="error"))["message"]

    async def test_an_operator_cancels(self, guarded: Service) -> None:
        async with (
            guarded.peer(f"{SPEAK}&token={token(Role.SPEAKER)}") as speaker,
            guarded.peer(f"{LISTEN}lang=de&token={token(Role.READER)}") as reader,
            guarded.peer(f"{SPEAK}&token={token(Role.OPERATOR)}") as operator,
        ):
            await reader.next(type="status", speaker="connected")
            await speaker.send({"type": "final", "text": "Oops.", "utterance": 7})
            segment = (await reader.next(type="caption"))["segment"]
            await operator.send({"type": "cancel", "utterance": 7})
            assert (await reader.next(type="cancel"))["segment"] == segment

    @pytest.mark.parametrize("kind", ["partial", "final"])
    async def test_an_operator_does_not_speak(self, guarded: Service, kind: str) -> None:
        async with guarded.peer(f"{SPEAK}&token={token(Role.OPERATOR)}") as operator:
            await operator.send({"type": kind, "text": "Listen to me!"})
            error = await operator.next(type="error")
            assert (error["code"], error["retryable"]) == ("forbidden", False)
            assert "correct, glossary, cancel and ping" in error["message"]
            await operator.send({"type": "ping", "t": 1})
            await operator.next(type="pong", t=1)
            for _ in range(10):
                await operator.send({"type": kind, "text": "Listen to me!"})
            assert await operator.closed() == 4403

    async def test_an_operator_alone_speaks_for_nobody(self, guarded: Service) -> None:
        async with (
            guarded.peer(f"{SPEAK}&token={token(Role.OPERATOR)}") as operator,
            guarded.peer(f"{LISTEN}token={token(Role.READER)}") as reader,
        ):
            await operator.next(type="status", speaker="disconnected")
            await reader.next(type="status", speaker="disconnected")

    async def test_an_operator_is_told_of_the_end(self, guarded: Service) -> None:
        async with guarded.peer(f"{SPEAK}&token={token(Role.OPERATOR)}") as operator:
            await operator.next(type="ready")
            guarded.server.should_exit = True
            assert await operator.closed() == 1012
            assert operator.last_error["code"] == "restarting"


class TestLookingOn:
    """Speakers and operators who read along."""

    async def test_operators_are_told_who_reads_what(self, guarded: Service) -> None:
        reading = f"{LISTEN}token={token(Role.READER)}&lang="
        async with (
            guarded.peer(f"{SPEAK}&token={token(Role.OPERATOR)}") as operator,
            guarded.peer(f"{reading}de") as one,
            guarded.peer(f"{reading}de,fr") as other,
        ):
            told = await operator.next(type="status", readers=2)
            assert told["languages"] == {"de": 2, "fr": 1}
            for reader in (one, other):
                assert "languages" not in await reader.next(type="status", readers=2)
        async with guarded.peer(f"{SPEAK}&token={token(Role.SPEAKER)}") as speaker:
            assert "languages" not in await speaker.next(type="status", readers=0)

    @pytest.mark.parametrize("role", [Role.OPERATOR, Role.SPEAKER])
    async def test_they_are_not_counted_as_readers(self, guarded: Service, role: Role) -> None:
        async with (
            guarded.peer(f"{LISTEN}lang=de&role={role}&token={token(role)}") as watcher,
            guarded.peer(f"{SPEAK}&token={token(Role.SPEAKER)}") as speaker,
        ):
            status = await speaker.next(type="status")
            assert (status["readers"], "languages" in status) == (0, False)
            await speaker.send({"type": "final", "text": "Hello."})
            await watcher.next(type="caption", stable="HELLO.")

    @pytest.mark.parametrize(
        ("role", "part"), [(Role.READER, "operator"), (Role.READER, "speaker"), (Role.OPERATOR, "speaker")]
    )
    async def test_others_are_no_onlookers(self, guarded: Service, role: Role, part: str) -> None:
        async with guarded.peer(f"{LISTEN}role={part}&token={token(role)}") as peer:
            assert await peer.closed() == 4403
            assert f"field role: {part} needs {part}" in peer.last_error["message"]

    async def test_an_operator_rehearses_where_nobody_reads(self, guarded: Service) -> None:
        async with guarded.peer(f"{TRANSLATE}&role=operator&token={token(Role.OPERATOR)}") as operator:
            await operator.send({"type": "final", "text": "One, two."})
            await operator.next(type="caption", lang="de", stable="ONE, TWO.")
        async with guarded.peer(f"{TRANSLATE}&role=operator&token={token(Role.READER)}") as reader:
            assert await reader.closed() == 4403

    async def test_the_glossary_is_told_to_those_who_may_set_it(self, guarded: Service) -> None:
        operating = f"{SPEAK}&token={token(Role.OPERATOR)}"
        terms = [{"source": "rtt", "keep": True}]
        async with (
            guarded.peer(operating) as one,
            guarded.peer(f"{SPEAK}&token={token(Role.SPEAKER)}") as speaker,
            guarded.peer(f"{LISTEN}token={token(Role.READER)}") as reader,
        ):
            await speaker.next(type="ready")
            await one.send({"type": "glossary", "terms": terms})
            for peer in (one, speaker):
                assert (await peer.next(type="glossary"))["terms"] == terms
            async with guarded.peer(operating) as late:
                assert (await late.next(type="glossary"))["terms"] == terms
            await one.send({"type": "glossary", "terms": []})
            assert (await speaker.next(type="glossary"))["terms"] == []
            await reader.send({"type": "ping", "t": 1})
            await reader.next(type="pong")
            assert "glossary" not in {message["type"] for message in reader.seen}


class TestPagesOfOthers:
    @pytest.mark.parametrize(
        ("host", "welcome"),
        [
            ("localhost:8000", True),
            ("LOCALHOST", True),
            ("localhost.", True),
            ("127.0.0.1", True),
            ("192.168.1.7:9000", True),
            ("[::1]:8000", True),
            ("evil.example", False),
            ("evil.example:8000", False),
            ("localhost.evil.example", False),
            ("127.0.0.1.evil.example", False),
            ("[", False),
        ],
    )
    async def test_a_name_that_is_not_the_servers_is_refused(
        self, service: Service, host: str, *, welcome: bool
    ) -> None:
        async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
            answer = await client.get("/health/live", headers={"Host": host})
        assert answer.status_code == (200 if welcome else 403)
        if not welcome:
            assert answer.json()["code"] == "forbidden"

    async def test_a_page_under_such_a_name_may_not_connect(self, service: Service) -> None:
        host, _, port = service.url.removeprefix("http://").partition(":")
        path, origin = "ws://evil.example/v1/rooms/hall/listen", "http://evil.example"
        async with connect(path, host=host, port=int(port), origin=Origin(origin), proxy=None) as connection:
            peer = Peer(connection)
            assert await peer.closed() == 4403
            assert "hosts" in peer.last_error["message"]

    @pytest.mark.parametrize(("secrets", "hosts", "status"), [
        ([], ["captions.example"], 200), ([SECRET], [], 200), ([SECRET], ["other.example"], 403),
    ])  # fmt: skip
    async def test_names_are_a_setting(self, secrets: list[str], hosts: list[str], status: int) -> None:
        catalog = scripted_catalog(("en", "de"))
        async with serving(ScriptedEngine(shout), catalog, secrets=secrets, hosts=hosts) as service:
            async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
                answer = await client.get("/", headers={"Host": "captions.example"})
        assert answer.status_code == status

    async def test_a_page_of_an_origin_that_is_allowed_reads_the_answer(self) -> None:
        origin, catalog = "https://good.example", scripted_catalog(("en", "de"))
        async with serving(ScriptedEngine(shout), catalog, secrets=[SECRET], origins=[origin]) as service:
            async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
                asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "Authorization"}
                preflight = await client.options("/v1/rooms", headers={"Origin": origin} | asked)
            assert preflight.headers["access-control-allow-origin"] == origin
            answer = await post(service, SECRET, Origin=origin)
            assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (201, origin)

    async def test_a_health_check_need_not_name_the_host(self, service: Service) -> None:
        host, _, port = service.url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /health/live HTTP/1.0\r\n\r\n")
        assert b" 200 " in await reader.readline()
        writer.close()

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://["])
    async def test_a_page_of_others_makes_no_rooms(self, service: Service, origin: str) -> None:
        answer = await post(service, Origin=origin)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert (await post(service, Origin=service.url)).status_code == 201
