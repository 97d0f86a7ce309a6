"""`rtt transcript` as a person runs it; what it prints is in the tests of the README."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from rtt.auth import Role
from tests.conftest import Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_rights import LISTEN, SECRET, SPEAK, token
from tests.test_sockets import hall
from tests.test_transcripts_http import say


def rtt(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("rtt")), "transcript", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


async def test_what_was_said_and_nothing_else_is_printed(service: Service) -> None:
    async with hall(service) as (speaker, reader):
        await say(speaker, reader, "One.")
        arguments = ("hall", "--lang", "en", "--lang", "de", "--format", "txt", "--url", service.ws)
        done = await asyncio.to_thread(rtt, *arguments)
        assert (done.returncode, done.stdout, done.stderr) == (0, "One.\nONE.\n\n", "")


async def test_a_token_and_an_earlier_talk() -> None:
    catalog = scripted_catalog(("en", "de"))
    async with serving(ScriptedEngine(shout), catalog, secrets=[SECRET]) as service:
        async with (
            service.peer(f"{SPEAK}&token={token(Role.SPEAKER)}") as speaker,
            service.peer(f"{LISTEN}lang=de&token={token(Role.READER)}") as reader,
        ):
            await say(speaker, reader, "One.")
            await speaker.send({"type": "clear"})
            await say(speaker, reader, "Two.")
            arguments = ("hall", "--talk", "1", "--format", "txt", "--url", service.ws, "--token", token(Role.READER))
            done = await asyncio.to_thread(rtt, *arguments)
            assert (done.returncode, done.stdout, done.stderr) == (0, "ONE.\n", "")


@pytest.mark.parametrize(("room", "says"), [("nowhere", "no_room: there is no room nowhere"), ("a b/", 'room: "a b/"')])
async def test_what_the_server_refuses(service: Service, room: str, says: str) -> None:
    done = await asyncio.to_thread(rtt, room, "--url", service.url)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "nonsense", "ws://"])
def test_where_no_server_is(url: str) -> None:
    done = rtt("hall", "--url", url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"rtt: url: '{url}': no rtt answers there: ")
    assert len(done.stderr.splitlines()) == 1
