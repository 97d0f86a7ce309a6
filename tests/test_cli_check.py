"""`rtt check` against servers as an organiser meets them: good ones, wrong tokens, bad certificates, full disks."""

import asyncio
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
import trustme

from rtt.auth import Role
from rtt.engine import Hypothesis, JobSource
from rtt.protocol import Term
from rtt.rehearsal.findings import Finding, Grade
from rtt.rehearsal.place import find_place
from rtt.rehearsal.rehearsal import Rehearsal, Wanted
from rtt.rehearsal.samples import spoken
from rtt.rehearsal.visit import look_into
from tests.conftest import Service, running_server, serving
from tests.proxy import proxying
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_rights import LISTEN, SECRET, SPEAK, token

HOUR = timedelta(hours=1)
MOVED = b"HTTP/1.0 301 Moved\r\nLocation: https://captions.example.org/health/ready\r\n\r\n"
ROWS_WITHOUT_A_SERVER = ["certificate", "server", "microphone"]


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rehearse with a short and hasty sentence: the whole sample is spoken for the README's command."""
    said = [msgspec.structs.replace(one, at_ms=one.at_ms // 10) for one in spoken("Good morning to all of you.")]
    monkeypatch.setattr("rtt.rehearsal.rehearsal.sample_in", lambda lang: said if lang in {"en", "de"} else [])


async def rehearse(url: str, **wanted: Any) -> dict[str, Finding]:
    """Return what a rehearsal finds, by its check, and language where it has one."""
    rehearsal = Rehearsal(Wanted(find_place(url), "hall", **{"talk_s": 60, **wanted}), lambda _step, _share: None)
    await rehearsal.run()
    return {f"{one.lang} {one.check}".strip(): one for one in rehearsal.findings}


def graded(found: dict[str, Finding], grade: Grade) -> list[str]:
    return [name for name, one in found.items() if one.grade is grade]


def run(*arguments: str) -> tuple[int, dict[str, Any]]:
    command = [str(Path(sys.executable).with_name("rtt")), "check", "hall", "--json", *arguments]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.stderr == b""
    return done.returncode, orjson.loads(done.stdout)


@asynccontextmanager
async def guarded(engine: ScriptedEngine | None = None) -> AsyncIterator[Service]:
    catalog = scripted_catalog(("en", "de"), ("de", "en"), ("en", "fr"), ("pl", "en"))
    async with serving(engine or ScriptedEngine(shout), catalog, secrets=[SECRET]) as service:
        yield service


class TestRoom:
    async def test_one_that_can_go_live(self) -> None:
        async with guarded() as service, service.peer(f"{SPEAK}&token={token(Role.SPEAKER)}") as speaker:
            await speaker.next(type="ready")
            async with service.peer(f"{LISTEN}lang=de&token={token(Role.READER)}") as reader:
                await reader.next(type="ready")
                found = await rehearse(service.url, token=token(Role.OPERATOR))
                # Nobody noticed.
                await speaker.send({"type": "final", "text": "One."})
                await reader.next(stable="ONE.", final=True)
                assert {message["readers"] for message in reader.seen if message["type"] == "status"} == {1}
        assert list(found) == [
            *("certificate", "server", "token", "version", "room", "de model", "de first words", "de captions"),
            *("de words rewritten", "de unfinished", "load", "disk", "microphone"),
        ]
        assert graded(found, Grade.OK) == list(found)[:-1]
        assert found["room"].found == "hall: in en, 1 reading, the speaker is here"
        assert found["de model"].found == "en-de, direct, none"
        assert found["microphone"].found.endswith(f"{service.url}/speak/hall")

    async def test_languages_that_there_are_and_are_not(self) -> None:
        async with guarded() as service:
            found = await rehearse(service.url, token=token(Role.SPEAKER), source="de", langs=("fr", "xx", "de"))
        assert found["de model"].found == "none is needed: it is what is spoken"
        assert found["fr model"].found == "de-en+en-fr, through English, none"
        assert found["fr unfinished"].grade is Grade.OK
        assert found["xx model"].grade is Grade.BAD
        assert "no model from de to xx" in found["xx model"].found
        assert graded(found, Grade.BAD) == ["xx model"]

    async def test_nobody_there_yet(self, service: Service) -> None:
        found = await rehearse(service.url)
        assert graded(found, Grade.LOOK) == ["room", "model", "microphone"]

    async def test_a_language_without_a_sample(self) -> None:
        async with guarded() as service:
            found = await rehearse(service.url, token=token(Role.SPEAKER), source="pl", langs=("en",))
        assert found["en model"].grade is Grade.OK
        assert (found["rehearsal"].grade, found["rehearsal"].found) == (Grade.LOOK, "there is no sample in pl")

    async def test_translations_that_fail(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("rtt.rehearsal.trial.PATIENCE_S", 0.2)
        engine = ScriptedEngine()
        failing = asyncio.create_task(_fail(engine))
        async with guarded(engine) as service:
            found = await rehearse(service.url, token=token(Role.SPEAKER), langs=("de",))
        failing.cancel()
        assert graded(found, Grade.BAD) == ["de captions"]

    async def test_the_last_sentence_is_waited_for(self) -> None:
        async with guarded(_Slow(shout)) as service:
            found = await rehearse(service.url, token=token(Role.SPEAKER), langs=("de",))
        assert found["de unfinished"].grade is Grade.OK

    async def test_the_glossary_is_that_of_the_room(self, service: Service) -> None:
        term = {"source": "rtt", "keep": True}
        async with service.peer("/v1/rooms/hall/speak?role=operator") as operator:
            await operator.send({"type": "glossary", "terms": [term]})
            await operator.next(type="glossary")
            visit = await look_into(service.url, "/v1/rooms/hall/speak", {"role": "operator"}, "")
        assert visit.terms == (Term("rtt", keep=True),)


class _Slow(ScriptedEngine):
    async def translate(self, source: JobSource) -> Hypothesis | None:
        await asyncio.sleep(0.2)
        return await super().translate(source)


async def _fail(engine: ScriptedEngine) -> None:
    while True:
        await engine.fail()


class TestToken:
    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ("", "a token is needed"),
            ("x", "not one of this server's"),
            (token(Role.OPERATOR, expires=1), "expired"),
            (token(Role.OPERATOR, room="attic"), "for room attic"),
        ],
        ids=["none", "wrong", "expired", "of another room"],
    )
    async def test_one_that_is_refused(self, given: str, says: str) -> None:
        async with guarded() as service:
            found = await rehearse(service.ws, token=given)
        assert graded(found, Grade.BAD) == ["token"]
        assert says in found["token"].found
        assert "version" not in found

    async def test_a_wrong_one_is_told_without_being_shown(self) -> None:
        async with guarded() as service:
            code, told = await asyncio.to_thread(run, "--url", service.ws, "--token", "swordfish")
        assert (code, told["grade"]) == (1, "bad")
        assert "swordfish" not in str(told)

    async def test_a_readers_shows_the_room_only(self) -> None:
        async with guarded() as service:
            found = await rehearse(service.url, token=token(Role.READER), langs=("de",))
        assert graded(found, Grade.BAD) == []
        assert graded(found, Grade.LOOK) == ["token", "room", "disk", "microphone"]
        assert "de model" not in found

    async def test_the_secret_itself(self) -> None:
        async with guarded() as service:
            found = await rehearse(service.url, token=SECRET, langs=("de",))
        assert found["token"].grade is Grade.LOOK
        assert found["de unfinished"].grade is Grade.OK


class TestServer:
    def test_one_that_does_not_answer(self) -> None:
        code, told = run("--url", "http://127.0.0.1:9")
        assert (code, told["grade"]) == (1, "bad")
        assert [one["check"] for one in told["findings"]] == ROWS_WITHOUT_A_SERVER
        assert "Connection refused" in told["findings"][1]["found"]

    @pytest.mark.parametrize(
        "answer", [b"HTTP/1.0 200 OK\r\n\r\n<p>Hello.", b"HTTP/1.0 404 Gone\r\n\r\n", MOVED, b"SSH-2.0\r\n", b""]
    )
    async def test_one_that_is_something_else(self, answer: bytes) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            found = await rehearse(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        assert list(found) == ROWS_WITHOUT_A_SERVER
        assert graded(found, Grade.BAD) == ["server"]
        assert ("moved to https://captions.example.org" in found["server"].found) is (answer == MOVED)

    async def test_one_that_is_not_known_by_that_name(self, service: Service) -> None:
        found = await rehearse(service.url.replace("127.0.0.1", "127.1"))
        assert list(found) == ROWS_WITHOUT_A_SERVER
        assert "this server is not known as 127.1" in found["server"].found

    async def test_one_that_is_not_ready(self) -> None:
        engine = ScriptedEngine(shout)
        engine.ready = False
        async with guarded(engine) as service:
            found = await rehearse(service.url)
        assert found["server"].grade is Grade.BAD
        assert "models are loading" in found["server"].found

    def test_a_disk_that_is_full(self, tmp_path: Path) -> None:
        mount = f'mount -t tmpfs -o size=64k none {tmp_path} && exec "$@"'
        inside = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh")
        if subprocess.run([*inside, "true"], check=False, capture_output=True).returncode:
            pytest.skip("needs user namespaces")
        server = running_server("--transcripts", str(tmp_path), inside=inside)
        with server as url:
            folder = Path(f"/proc/{server.process.pid}/root{tmp_path}")
            with pytest.raises(OSError, match="No space left"):
                (folder / "rest").write_bytes(bytes(100_000))
            found = asyncio.run(rehearse(url))
        assert found["disk"].grade is Grade.BAD
        assert found["disk"].value == 0


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority that this machine trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


@asynccontextmanager
async def encrypted(service: Service, authority: trustme.CA, name: str, lasts: timedelta) -> AsyncIterator[str]:
    """Put a proxy with TLS before a server, and give its address."""
    now = datetime.now(UTC)
    certificate = authority.issue_cert(name, not_before=now - 365 * 24 * HOUR, not_after=now + lasts)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    async with proxying(service.url, tls=context) as proxy:
        yield f"https://localhost:{proxy.port}"


class TestCertificate:
    async def test_a_good_one(self, authority: trustme.CA) -> None:
        async with guarded() as service, encrypted(service, authority, "localhost", 61.5 * 24 * HOUR) as url:
            found = await rehearse(url, token=token(Role.SPEAKER), langs=("de",))
        assert found["certificate"].found == "valid for localhost, 61 days left"
        assert found["certificate"].grade is found["de unfinished"].grade is found["token"].grade is Grade.OK

    @pytest.mark.parametrize(("lasts", "grade"), [(13 * 24 * HOUR, Grade.LOOK), (1 * HOUR, Grade.BAD)])
    async def test_one_that_ends_soon(self, authority: trustme.CA, lasts: timedelta, grade: Grade) -> None:
        async with guarded() as service, encrypted(service, authority, "localhost", lasts) as url:
            found = await rehearse(url, token=token(Role.SPEAKER), talk_s=2 * 3600)
        assert found["certificate"].grade is grade
        assert found["server"].grade is Grade.OK

    @pytest.mark.parametrize(
        ("name", "lasts", "says"),
        [("captions.example.org", HOUR, "not valid for 'localhost'"), ("localhost", -HOUR, "expired")],
    )
    async def test_one_that_browsers_refuse(
        self, authority: trustme.CA, name: str, lasts: timedelta, says: str
    ) -> None:
        async with guarded() as service, encrypted(service, authority, name, lasts) as url:
            found = await rehearse(url, token=token(Role.SPEAKER))
        assert found["certificate"].grade is Grade.BAD
        assert says in found["certificate"].found
        # No token goes to whoever that is.
        assert list(found) == ["certificate", "microphone"]

    async def test_one_that_the_server_has_signed_itself(self) -> None:
        async with guarded() as service, encrypted(service, trustme.CA(), "localhost", HOUR) as url:
            code, told = await asyncio.to_thread(run, "--url", url)
        assert (code, [one["check"] for one in told["findings"]]) == (1, ["certificate", "microphone"])
        assert "certificate" in told["findings"][0]["found"]

    async def test_a_port_without_tls(self) -> None:
        async with guarded() as service:
            found = await rehearse(service.url.replace("http", "https", 1))
        assert graded(found, Grade.BAD) == ["certificate"]
