"""What is kept of a room once everybody has left it, as whoever made it wished: real sockets."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt.auth import Role
from rtt.retention import Retention
from tests.conftest import PATIENCE_S, Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_app import get
from tests.test_rights import SECRET, post, token
from tests.test_transcripts_http import kept, say

TRANSCRIPT = "/v1/rooms/hall/transcript.txt?lang=de"
RETENTIONS = st.builds(Retention, st.none() | st.floats(0, 1e9), st.booleans(), st.booleans())


def server(**settings: Any) -> Any:
    return serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), **settings)


async def talk(service: Service, speaks: str = "", reads: str = "") -> None:
    """Say a sentence to a reader, and leave; with the tokens of both."""
    async with (
        service.peer(f"/v1/rooms/hall/speak?source=en&token={speaks}") as speaker,
        service.peer(f"/v1/rooms/hall/listen?lang=de&token={reads}") as reader,
    ):
        await say(speaker, reader, "Secret.")


async def gone(service: Service) -> None:
    """Wait until no room is left."""
    async with asyncio.timeout(PATIENCE_S):
        while len(service.app.state.rooms):
            await asyncio.sleep(0.05)


@given(RETENTIONS, RETENTIONS, st.floats(0, 1e9))
def test_of_two_wishes_both_are_fulfilled(one: Retention, other: Retention, most_s: float) -> None:
    both = one.stricter(other)
    assert both == other.stricter(one) == both.stricter(one)
    assert both.kept_s(most_s) == min(one.kept_s(most_s), other.kept_s(most_s))
    assert both.transcripts == (one.transcripts and other.transcripts)
    assert both.private == (one.private or other.private)


async def test_a_room_is_gone_when_everybody_has_left_if_whoever_made_it_wished_so() -> None:
    async with server() as service:
        made = await post(service, content='{"room":"hall","retention_s":0}')
        assert (made.json()["retention_s"], made.json()["transcripts"]) == (0, False)
        await talk(service)
        await gone(service)
        assert (await get(service, TRANSCRIPT)).json()["code"] == "no_room"


async def test_a_room_that_nobody_has_come_to_yet_waits_for_them() -> None:
    async with server() as service:
        await post(service, content='{"room":"hall","retention_s":0}')
        await post(service, content='{"room":"other"}')
        hall = service.app.state.rooms.open("hall")
        async with asyncio.timeout(PATIENCE_S):
            while hall.empty_for() < 1.5:
                await asyncio.sleep(0.05)
        assert len(service.app.state.rooms) == 2
        await talk(service)
        async with asyncio.timeout(PATIENCE_S):
            while len(service.app.state.rooms) > 1:
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("strict", [Role.SPEAKER, Role.READER])
async def test_a_token_carries_the_wish_and_the_strictest_holds(strict: Role) -> None:
    """The server has forgotten the room since it was made, and one of the tokens was made without it."""
    async with server(secrets=[SECRET]) as service:
        made = (await post(service, SECRET, '{"room":"hall","retention_s":0}')).json()["tokens"]
        service.app.state.rooms.forget(service.app.state.rooms.open("hall"))
        tokens = [made[role] if role is strict else token(role) for role in (Role.SPEAKER, Role.READER)]
        await talk(service, *tokens)
        await gone(service)


async def test_whoever_asks_for_a_transcript_has_no_more_kept_than_the_token_allows() -> None:
    strict = token(Role.READER, retention=Retention(0))
    async with server(secrets=[SECRET]) as service:
        await talk(service, token(Role.SPEAKER), token(Role.READER))
        answer = await get(service, TRANSCRIPT, Authorization=f"Bearer {strict}")
        assert answer.text == "SECRET.\n"
        await gone(service)


async def test_a_room_may_be_kept_out_of_the_files(tmp_path: Path) -> None:
    async with server(transcripts=tmp_path) as service:
        made = await post(service, content='{"room":"hall","transcripts":false,"retention_s":0}')
        assert made.json()["transcripts"] is False
        assert (await post(service, content='{"room":"other"}')).json()["transcripts"] is True
        async with (
            service.peer("/v1/rooms/other/speak?source=en") as speaker,
            service.peer("/v1/rooms/other/listen?lang=de") as reader,
        ):
            await say(speaker, reader, "Not secret.")
            await talk(service)
            await speaker.send({"type": "clear"})
            async with asyncio.timeout(PATIENCE_S):
                while len(service.app.state.rooms) > 1:
                    await asyncio.sleep(0.05)
    assert kept(tmp_path, "txt") == {"other.de.txt": "NOT SECRET.\n", "other.en.txt": "Not secret.\n"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"retention_s":-1}', "field retention_s: -1: Expected `float` >= 0.0"),
        ('{"retention_s":61}', "field retention_s: 61: Expected at most 60, the server's room_linger_s"),
        ('{"retention_s":"60"}', 'field retention_s: "60": Expected `float | null`, got `str`'),
        ('{"retention_s":true}', "field retention_s: true: Expected `float | null`, got `bool`"),
        ('{"transcripts":"no"}', 'field transcripts: "no": Expected `bool`, got `str`'),
    ],
)
async def test_a_bad_wish_is_refused(body: str, says: str) -> None:
    async with server(room_linger_s=60) as service:
        answer = await post(service, content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
        assert says in answer.json()["message"]
        assert len(service.app.state.rooms) == 0
        assert (await post(service, content='{"retention_s":60}')).json()["retention_s"] == 60
