"""The examples in JavaScript run, and lose nothing where they are cut off."""

import asyncio
from pathlib import Path

import pytest

from tests.conftest import serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_rights import SECRET

EXAMPLES = Path(__file__).parent.parent / "examples"
SAID = [f"Sentence {number}." for number in range(12)]


async def node(example: str, *arguments: str) -> asyncio.subprocess.Process:
    command = ["node", "--experimental-websocket", "--no-warnings", str(EXAMPLES / example), *arguments]
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)


async def test_whatever_is_said_is_read_once() -> None:
    # Every connection ends after a moment, and all of them come back.
    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), max_age_s=0.3) as service:
        listening, speaking = await node("listen.mjs", service.ws), await node("speak.mjs", service.ws)
        assert listening.stdout
        assert speaking.stdin
        for text in SAID:
            speaking.stdin.write(f"{text}\n".encode())
            await asyncio.sleep(0.1)
        speaking.stdin.close()
        _, complaints = await asyncio.wait_for(speaking.communicate(), 20)
        assert speaking.returncode == 0
        assert b"try_again_later" in complaints
        async with asyncio.timeout(20):
            heard = [(await listening.stdout.readline()).decode() for _ in SAID]
        assert heard == [f"{number}: {text.upper()}\n" for number, text in enumerate(SAID, 1)]
        listening.kill()
        _, complaints = await listening.communicate()
        assert b"try_again_later" in complaints


@pytest.mark.parametrize("example", ["listen.mjs", "speak.mjs"])
async def test_a_refusal_is_the_end(example: str) -> None:
    async with serving(ScriptedEngine(shout), scripted_catalog(), secrets=[SECRET]) as service:
        refused = await node(example, service.ws)
        _, complaints = await asyncio.wait_for(refused.communicate(), 20)
        assert complaints.startswith(b"unauthorized: a token is needed")
