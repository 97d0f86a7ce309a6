"""What the server tells of itself: over HTTP, and in captions where a reader asks for it."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect

from rtt.auth import Role
from rtt.energy import Energy, EnergyCollector
from rtt.protocol import Load
from tests.conftest import Peer, Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_app import get
from tests.test_rights import SECRET, token

SAID = "Nobody knows the troubles."


async def metrics(url: str) -> dict[str, float]:
    """Return every sample, by its name and labels."""
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{url}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "troubles" not in answer.text.lower()
    assert "hall" not in answer.text
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_what_happens_is_counted(service: Service) -> None:
    before = await metrics(service.url)
    assert before["rtt_captions_total final"] == before["rtt_rooms"] == 0
    async with service.peer("/v1/rooms/hall/speak?source=en") as speaker:
        async with service.peer("/v1/rooms/hall/listen?lang=de&stability=final") as reader:
            await reader.next(type="ready")
            await speaker.send({"type": "final", "text": SAID})
            await reader.next(type="caption", final=True)
            await speaker.send("no JSON")
            await speaker.next(type="error")
            after = await metrics(service.url)
    # German, and the speaker's own language.
    assert after["rtt_captions_total final"] == 2
    assert after["rtt_caption_lag_seconds_count"] == 2
    assert after["rtt_answers_total miss"] == 1
    assert (after["rtt_rooms"], after["rtt_readers"]) == (1, 1)
    assert (after["rtt_sockets listen"], after["rtt_sockets speak"]) == (1, 1)
    assert after["rtt_errors_total bad_message"] == 1
    assert after["rtt_stage_seconds_count decode"] == 1
    assert after["rtt_stage_seconds_count encode"] == 1
    assert after["rtt_stage_seconds_count wait"] == 1
    assert after["rtt_stage_seconds_count send"] >= 4
    assert after["process_cpu_seconds_total"] > 0
    assert (await metrics(service.url))["rtt_readers"] == 0


async def test_refusals_are_counted_by_their_code(service: Service) -> None:
    async with service.peer("/v1/rooms/hall/listen?lang=xx") as reader:
        assert await reader.closed() == 4404
    assert (await metrics(service.url))["rtt_errors_total unsupported_pair"] == 1


async def test_failures_are_counted() -> None:
    engine = ScriptedEngine()
    async with serving(engine, scripted_catalog(("en", "de"))) as service:
        async with service.peer("/v1/translate?source=en&target=de") as peer:
            await peer.next(type="ready")
            await peer.send({"type": "final", "text": SAID})
            await engine.fail()
            await engine.answer("Niemand.")
            await peer.next(final=True)
            assert (await metrics(service.url))["rtt_failed_translations_total"] == 1


async def test_the_load_is_shown() -> None:
    engine = ScriptedEngine(shout)
    async with serving(engine, scripted_catalog(("en", "de"))) as service:
        engine.load = Load.BUSY
        shown = await metrics(service.url)
    assert [shown[f"rtt_load {load}"] for load in Load] == [0, 1, 0]


async def test_two_servers_in_a_process_do_not_share_their_metrics(service: Service) -> None:
    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de"))) as other:
        async with service.peer("/v1/rooms/hall/listen?lang=de") as reader:
            await reader.next(type="ready")
            assert (await metrics(service.url))["rtt_rooms"] == 1
            assert (await metrics(other.url))["rtt_rooms"] == 0


@pytest.mark.parametrize(
    ("address", "given", "status"),
    [
        ("", "", 200),
        ("203.0.113.7", "", 401),
        ("203.0.113.7", "wrong", 401),
        ("203.0.113.7", token(Role.READER), 403),
        ("203.0.113.7", token(Role.OPERATOR), 200),
        ("203.0.113.7", SECRET, 200),
    ],
)
async def test_where_there_is_a_secret_not_everybody_is_told(address: str, given: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {given}"} if given else {}
    headers |= {"X-Forwarded-For": address} if address else {}
    async with serving(ScriptedEngine(shout), scripted_catalog(), secrets=[SECRET]) as service:
        assert (await get(service, "/metrics", **headers)).status_code == status
    for secrets in ([SECRET], []):
        options: dict[str, Any] = {"secrets": secrets, "public_metrics": bool(secrets)}
        async with serving(ScriptedEngine(shout), scripted_catalog(), **options) as service:
            assert (await get(service, "/metrics", **headers)).status_code == 200


async def test_captions_say_where_their_time_went_if_asked(real_server: str) -> None:
    path = real_server.replace("http", "ws", 1) + "/v1/translate?source=en&target=de&stability=final"
    for number, asked in enumerate(("&timing=true", "", "&timing=true")):
        async with connect(path + asked, proxy=None) as connection:
            peer = Peer(connection)
            await peer.send({"type": "final", "text": "We counted seven swans on the lake."})
            caption = await peer.next(type="caption")
        assert ("timing" in caption) is bool(asked)
        if asked:
            timing = caption["timing"]
            # The same sentence is known the next time.
            assert timing["cached"] is bool(number)
            assert (timing["translate_ms"] > 0, timing["tokenise_ms"] > 0) == (number == 0, number == 0)
            assert timing["wait_ms"] + timing["translate_ms"] <= caption["lag_ms"] + 1
    shown = await metrics(real_server)
    assert shown["rtt_answers_total hit"] >= 2
    assert shown["rtt_stage_seconds_count translate"] == shown["rtt_batch_texts_count"] > 0


async def test_a_private_room_shares_no_answers(real_server: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        made = await client.post(f"{real_server}/v1/rooms", json={"room": "board", "private": True})
    assert made.json()["private"]
    sockets = real_server.replace("http", "ws", 1) + "/v1/rooms"

    async def is_known(room: str) -> bool:
        async with (
            connect(f"{sockets}/{room}/listen?lang=de&stability=final&timing=true", proxy=None) as listening,
            connect(f"{sockets}/{room}/speak?source=en", proxy=None) as speaking,
        ):
            await Peer(speaking).send({"type": "final", "text": "Nobody hears of our eleven geese."})
            caption = await Peer(listening).next(type="caption")
            return bool(caption["timing"]["cached"])

    rooms = ("board", "hall", "board", "attic")
    assert [await is_known(room) for room in rooms] == [False, False, False, True]


def package(root: Path, name: str, energy_uj: int, most_uj: int) -> Path:
    """Write a package's folder as Linux shows it."""
    folder = root / name
    folder.mkdir()
    (folder / "max_energy_range_uj").write_text(f"{most_uj}\n")
    (folder / "energy_uj").write_text(f"{energy_uj}\n")
    return folder


def shown(energy: Energy) -> float | None:
    registry = CollectorRegistry()
    registry.register(EnergyCollector(energy))
    return registry.get_sample_value("rtt_energy_joules_total")


def test_energy_is_counted_from_the_start_on_over_all_packages(tmp_path: Path) -> None:
    first = package(tmp_path, "intel-rapl:0", 5_000_000, 9_999_999)
    second = package(tmp_path, "intel-rapl:1", 0, 9_999_999)
    package(tmp_path, "intel-rapl:0:0", 7, 9)
    energy = Energy(tmp_path)
    assert shown(energy) == energy.joules() == 0
    (first / "energy_uj").write_text("8000000\n")
    (second / "energy_uj").write_text("500000\n")
    assert energy.joules() == 3.5
    # It begins anew.
    (first / "energy_uj").write_text("1000000\n")
    assert shown(energy) == energy.joules() == 6.5
    (second / "energy_uj").unlink()
    assert shown(energy) is energy.joules() is None


def test_where_no_energy_can_be_read_none_is_shown(tmp_path: Path) -> None:
    (package(tmp_path, "intel-rapl:0", 1, 9) / "energy_uj").unlink()
    assert shown(Energy(tmp_path)) is None
    assert shown(Energy(tmp_path / "nowhere")) is None
