"""What `rtt serve` says of who may come in, and `rtt token`."""

import asyncio
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rtt.auth import Auth, Role
from rtt.cli.token import token as print_token
from rtt.client import listen, speak
from rtt.errors import RttError, ServerError, Unauthorized
from rtt.protocol import Caption
from rtt.retention import Retention
from tests.conftest import PATIENCE_S, running_server

SECRET = "a secret for tests, long enough not to be guessed"


def rtt(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RTT_")}
    command = [str(Path(sys.executable).with_name("rtt")), *arguments]
    return subprocess.run(
        command, env=clean | environment, capture_output=True, text=True, timeout=60, check=False, encoding="utf-8"
    )


def made(room: str | None = None, role: Role = Role.READER, secret: str = SECRET, **options: Any) -> str:
    """Return what `rtt token` prints."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as printed:
        patch.setenv("RTT_SECRET", secret)
        print_token(room, role, **options)
    return printed.getvalue().strip()


class TestToken:
    @pytest.mark.parametrize("role", [Role.READER, Role.OPERATOR, Role.SPEAKER])
    def test_a_role_in_a_room(self, role: Role) -> None:
        grant = Auth([SECRET]).admit(made("hall", role), role, "hall")
        assert (grant.role, grant.room) == (role, "hall")

    def test_an_organiser_needs_no_room(self) -> None:
        assert Auth([SECRET]).admit(made(role=Role.ORGANISER), Role.ORGANISER, "any").room is None

    def test_it_carries_what_is_kept_of_the_room(self) -> None:
        link = made(
            "hall", Role.SPEAKER, link="https://captions.example", retention_s=60, transcripts=False, private=True
        )
        for token in parse_qs(urlsplit(link).fragment).values():
            assert Auth([SECRET]).admit(token[0], Role.READER).retention == Retention(
                60, transcripts=False, private=True
            )

    def test_it_expires(self) -> None:
        token = made("hall", hours=0.01)
        grant = Auth([SECRET]).admit(token, Role.READER, "hall")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("time.time", lambda: float(grant.expires))
            with pytest.raises(Unauthorized, match="expired"):
                Auth([SECRET]).admit(token, Role.READER, "hall")

    @pytest.mark.parametrize(("role", "page"), [(Role.SPEAKER, "speak"), (Role.OPERATOR, "operator")])
    def test_a_link_to_the_page(self, role: Role, page: str) -> None:
        link = urlsplit(made("hall", role, link="https://captions.example/"))
        assert (link.scheme, link.netloc, link.path, link.query) == ("https", "captions.example", f"/{page}/hall", "")
        tokens = parse_qs(link.fragment)
        assert tokens.keys() == {"token", "reader"}
        assert Auth([SECRET]).admit(tokens["token"][0], role, "hall").role is role
        assert Auth([SECRET]).admit(tokens["reader"][0], Role.READER, "hall").role is Role.READER

    def test_the_secret_may_be_in_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text(f"{SECRET}\n")
        token = made("hall", secret="", secret_file=tmp_path / "secret")
        assert Auth([SECRET]).admit(token, Role.READER, "hall").room == "hall"

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            ({"room": "hall", "secret": ""}, "a token needs a secret: set RTT_SECRET or --secret-file"),
            ({}, "room: None: a reader's token is for one room; name it"),
            ({"room": "a b"}, 'room: "a b"'),
        ],
        ids=str,
    )
    def test_a_bad_request_is_refused(self, options: dict[str, Any], says: str) -> None:
        with pytest.raises(RttError, match=re.escape(says)):
            made(**options)

    def test_and_told_in_a_line(self) -> None:
        done = rtt("token", "hall")
        assert done.returncode == 1
        assert done.stderr == "rtt: a token needs a secret: set RTT_SECRET or --secret-file\n"


class TestServe:
    def test_a_talk_is_replayed_and_read_with_tokens(self) -> None:
        with running_server(RTT_SECRET=SECRET) as url:
            refused = rtt("replay", "examples/welcome.trace.jsonl", "--url", url, "--speed", "100")
            assert (refused.returncode, "unauthorized" in refused.stderr) == (1, True)
            talk = ["replay", "examples/welcome.trace.jsonl", "--url", url, "--speed", "100", "--json"]
            replayed = rtt(*talk, RTT_TOKEN=made("main", Role.SPEAKER))
            assert replayed.returncode == 0, replayed.stderr
            wrong = rtt("listen", "main", "--url", url, "--token", made("attic"))
            assert "forbidden: the token is for room attic" in wrong.stderr

    async def test_tokens_are_asked_for_and_never_logged(self) -> None:
        server = running_server(RTT_SECRET=SECRET)
        with server as url:
            speaking, reading = made("hall", Role.SPEAKER), made("hall")
            with pytest.raises(ServerError, match="unauthorized"):
                await anext(listen(url, "hall", ["en"]))
            with pytest.raises(ServerError, match="forbidden"):
                async with speak(url, "hall", source="en", token=reading) as speaker:
                    speaker.final("Hello.")
            async with speak(url, "hall", source="en", token=speaking) as speaker:
                speaker.final("Hello.")
            async with asyncio.timeout(PATIENCE_S):
                async for message in listen(url, "hall", ["en"], token=reading):
                    if isinstance(message, Caption):
                        break
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", "import sys, urllib.request as u; u.urlopen(sys.argv[1]).read()"),
                f"{url}/captions/hall?token={reading}",
            )
            assert await process.wait() == 0
        assert "tokens are needed" in server.said
        assert [secret for secret in (speaking, reading, SECRET) if secret in server.said] == []

    def test_without_a_secret_it_says_who_may_come(self) -> None:
        server = running_server()
        with server:
            assert "everybody on this machine, and nobody else" in server.said

    def test_a_short_secret_is_complained_of(self) -> None:
        server = running_server(RTT_SECRET="hush")
        with server:
            assert "short enough to be guessed" in server.said

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "localhost.example"])
    def test_without_a_secret_it_serves_this_machine_only(self, host: str) -> None:
        done = rtt("serve", "--host", host, "--port", "0")
        assert done.returncode == 1
        assert f"host: '{host}': without a secret" in done.stderr
        assert "--open" in done.stderr

    def test_unless_that_is_asked_for(self) -> None:
        server = running_server("--host", "0.0.0.0", "--open")
        with server:
            assert "everybody who reaches this address" in server.said
