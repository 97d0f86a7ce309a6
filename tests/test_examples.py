"""The examples in JavaScript run, and lose nothing where they are cut off."""

import asyncio
from pathlib import Path

import pytest

from tests.conftest import PATIENCE_S, serving
from tests.proxy import proxying
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_rights import SECRET

EXAMPLES = Path(__file__).parent.parent / "examples"
SAID = [f"Sentence {number}." for number in range(12)]


async def node(example: str, *arguments: str) -> asyncio.subprocess.Process:
    command = ["node", "--experimental-websocket", "--no-warnings", str(EXAMPLES / example), *arguments]
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)


async def test_whatever_is_said_is_read_once() -> None:
    async with (
        serving(ScriptedEngine(shout), scripted_catalog(("en", "de"))) as service,
        proxying(service.url) as proxy,
    ):
        url = f"ws://127.0.0.1:{proxy.port}"
        listening, speaking = await node("listen.mjs", url), await node("speak.mjs", url)
        assert listening.stdout
        assert speaking.stdin
        async with asyncio.timeout(PATIENCE_S):
            for number, text in enumerate(SAID, 1):
                speaking.stdin.write(f"{text}\n".encode())
                if number % 3 == 0:
                    proxy.cut()
                assert (await listening.stdout.readline()).decode() == f"{number}: {text.upper()}\n"
            speaking.stdin.close()
            assert await speaking.wait() == 0
        listening.kill()
        assert await listening.communicate() == (b"", b"")


@pytest.mark.parametrize("example", ["listen.mjs", "speak.mjs"])
async def test_a_refusal_is_the_end(example: str) -> None:
    async with serving(ScriptedEngine(shout), scripted_catalog(), secrets=[SECRET]) as service:
        refused = await node(example, service.ws)
        _, complaints = await asyncio.wait_for(refused.communicate(), 20)
        assert complaints.startswith(b"unauthorized: a token is needed")
