"""What a server tells of its health, and to whom."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest

from rtt.auth import Role
from tests.conftest import Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_metrics import metrics
from tests.test_rights import SECRET, token

VERSION = {"version": version("rtt")}


async def health(service: Service, key: str = "", path: str = "/health/ready") -> tuple[int, dict[str, Any]]:
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        answer = await client.get(path, headers={"Authorization": f"Bearer {key}"} if key else {})
    return answer.status_code, answer.json()


async def test_it_is_ready_once_its_engine_is() -> None:
    engine = ScriptedEngine(shout)
    engine.ready = False
    async with serving(engine, scripted_catalog()) as service:
        assert await health(service, path="/health/live") == (200, {"status": "live"})
        assert await health(service) == (503, {"status": "loading", "transcripts": None} | VERSION)
        engine.ready = True
        assert await health(service) == (200, {"status": "ready", "transcripts": None} | VERSION)


@pytest.mark.parametrize("key", ["", "x", token(Role.READER), token(Role.OPERATOR, expires=1)])
async def test_where_there_is_a_secret_operators_alone_are_told_more(key: str) -> None:
    async with serving(ScriptedEngine(shout), scripted_catalog(), secrets=[SECRET]) as service:
        assert await health(service, key) == (200, {"status": "ready"})
        assert (await health(service, token(Role.OPERATOR)))[1].keys() == {"status", "version", "transcripts"}


async def test_the_room_there_is_for_transcripts(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    async with serving(ScriptedEngine(shout), scripted_catalog(), transcripts=folder) as service:
        assert (await health(service))[1]["transcripts"]["free_bytes"] > 0
        assert (await metrics(service.url))["rtt_transcripts_free_bytes"] > 0
        folder.rmdir()
        assert (await health(service))[1]["transcripts"] == {"free_bytes": 0}
        assert (await metrics(service.url))["rtt_transcripts_free_bytes"] == 0


async def test_without_transcripts_there_is_no_metric_of_them(service: Service) -> None:
    assert "rtt_transcripts_free_bytes" not in await metrics(service.url)


async def test_a_relay_says_nothing_of_files_that_others_write() -> None:
    async with serving(ScriptedEngine(shout), scripted_catalog(), relay=True) as service:
        assert await health(service) == (200, {"status": "ready"} | VERSION)
