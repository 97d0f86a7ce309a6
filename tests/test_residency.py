"""Models are loaded when they are needed, unloaded when they are not, and replaced while they are used."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from rtt.catalog import Catalog, read_model
from rtt.cli.engine import build_engine
from rtt.config import make_config
from rtt.convert.bring import Wishes, convert
from rtt.convert.folder import remove
from rtt.ct2.backend import Ct2Backend
from rtt.ct2.hardware import Hardware
from rtt.ct2.memory import machine_memory
from rtt.engine import Job
from rtt.errors import ConfigError, ModelError
from rtt.residency import engine as engine_module
from rtt.residency import models as residency
from rtt.residency import residents
from rtt.residency.engine import ResidentEngine
from tests import small_models as small
from tests.conftest import PATIENCE_S, Service, serving
from tests.folders import BUNDLED, ModelFolder
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_metrics import metrics

MORNING = "Good morning."
GREETING = "Guten Morgen."
ENDED = {"type": "caption", "final": True}


@pytest.fixture(scope="session")
def little(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that is loaded in no time, and makes no sense."""
    folder = tmp_path_factory.mktemp("little")
    return convert(
        small.ready(folder / "origin", seed=2), folder / "models", Wishes(sources=("en",), targets=("de",)), print
    ).folder


def model(models: Path, origin: Path, target: str, source: str = "en") -> ModelFolder:
    """Offer a model as one of another pair."""
    folder = ModelFolder(models / f"{source}-{target}", origin)
    folder.edit(lambda manifest: manifest.update(name=f"{source}-{target}", source=source, target=target))
    return folder


def three(models: Path, origin: Path) -> Path:
    for target in ("de", "es", "fr"):
        model(models, origin, target)
    return models


@pytest.fixture
def models(tmp_path: Path, little: Path) -> Path:
    return three(tmp_path / "models", little)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Models that take megabytes."""
    return three(tmp_path / "large", BUNDLED)


class Source:
    """A source of one job."""

    room = ""
    growth = 0
    urgent = True
    prepares = private = False

    def __init__(self, model: str, text: str = MORNING, since: float | None = None) -> None:
        self.model = model
        self.text = text
        self.since = since

    def waiting_since(self) -> float | None:
        return self.since

    def job_to_run(self) -> Job | None:
        return Job(self.model, self.text, "", final=True)


@asynccontextmanager
async def started(models: Path, *routes: str, **settings: Any) -> AsyncIterator[ResidentEngine]:
    _, engine = build_engine(make_config({"models": [models], "workers": 1} | settings))
    await engine.start(*routes)
    yield engine
    await engine.stop()


@asynccontextmanager
async def served(models: Path, **settings: Any) -> AsyncIterator[tuple[Service, ResidentEngine]]:
    config: dict[str, Any] = {"models": [models], "workers": 1, "adapt": False} | settings
    catalog, engine = build_engine(make_config(config))
    await engine.start()
    async with serving(engine, catalog, **config) as service:
        yield service, engine
    await engine.stop()


@pytest.fixture(autouse=True)
def no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine looks and unloads when the test says so."""
    monkeypatch.setattr(engine_module, "_TICK_S", 1000.0)
    monkeypatch.setattr(engine_module, "_LOOK_S", 1000.0)


@pytest.fixture
def idle_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that nobody uses at the moment is not open."""
    monkeypatch.setattr(residents, "OPEN_S", 0.0)


def megabytes(models: Path, count: int) -> int:
    """Return what some of the models take together."""
    return math.ceil(count * Catalog.find([models]).models["en-de"].size / 1e6)


def loaded(engine: ResidentEngine) -> set[str]:
    return {*engine.memory().sizes}


async def said(engine: ResidentEngine, route: str, text: str = MORNING) -> str:
    answer = await engine.translate(Source(route, text))
    assert answer
    return answer.text


async def offered(service: Service) -> dict[str, bool]:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = (await client.get(f"{service.url}/v1/models")).json()
    return {one["name"]: one["loaded"] for one in answer["models"]}


# When models are loaded.


async def test_a_model_is_loaded_when_a_room_asks_for_it(models: Path, little: Path) -> None:
    model(models, little, "en", "de")
    async with served(models) as (service, engine):
        assert await offered(service) == {
            "de-en": False,
            "en-de": True,
            "en-es": False,
            "en-fr": False,
            "de-en+en-es": False,
            "de-en+en-fr": False,
        }
        async with service.peer("/v1/rooms/hall/speak?source=en") as speaker:
            async with service.peer("/v1/rooms/hall/listen?lang=fr") as reader:
                await speaker.send({"type": "final", "text": MORNING})
                await reader.next(**ENDED)
        assert loaded(engine) == {"en-de", "en-fr"}
        shown = await metrics(service.url)
        async with service.peer("/v1/translate?source=de&target=es") as peer:
            await peer.send({"type": "final", "text": MORNING})
            await peer.next(**ENDED)
        assert await offered(service) == dict.fromkeys(await offered(service), True)
    assert shown["rtt_models_loaded"] == shown["rtt_model_load_seconds_count"] == 2
    assert shown["rtt_model_bytes en-fr"] == Catalog.find([models]).models["en-fr"].size
    assert shown["rtt_model_load_seconds_sum"] > 0
    assert shown["rtt_model_budget_bytes"] == machine_memory() // 2


async def test_it_is_loaded_before_anything_is_said(models: Path) -> None:
    async with served(models) as (service, engine):
        async with service.peer("/v1/rooms/hall/listen?lang=fr") as reader:
            await reader.next(type="ready")
            await said(engine, "en-fr")
            assert engine.memory().loads == 2


async def test_the_partials_of_a_speaker_wait_for_a_model_and_the_newest_wins(models: Path) -> None:
    async with served(models, model_idle_s=0) as (service, engine):
        async with service.peer("/v1/rooms/hall/speak?source=en&target=fr") as speaker:
            async with service.peer("/v1/rooms/hall/listen?lang=fr&stability=fast") as reader:
                await reader.next(type="ready")
                words = ["the", "cat", "sat", "on", "the", "mat"]
                for count in range(1, 7):
                    await speaker.send({"type": "partial", "text": " ".join(words[:count])})
                await speaker.send({"type": "final", "text": "The cat sat on the mat."})
                await speaker.send({"type": "final", "text": MORNING})
                first, second = [await reader.next(**ENDED) for _ in range(2)]
    assert (first["segment"], second["segment"]) == (1, 2)
    assert engine.memory().loads == 2


async def test_what_is_asked_for_twice_is_loaded_once(models: Path) -> None:
    _, engine = build_engine(make_config({"models": [models]}))
    assert engine.keep(["en-de", "en-fr"]) == {"en-de": False, "en-fr": False}
    await engine.start()
    await asyncio.gather(*(said(engine, "en-fr", text) for text in ("one", "two", "three")))
    assert engine.keep(["en-de", "en-fr"]) == {}
    assert engine.memory().loads == 2
    await engine.stop()


async def test_what_was_said_before_its_model_was_there_is_no_load(models: Path) -> None:
    now = asyncio.get_running_loop().time()
    async with started(models) as engine:
        answer = await engine.translate(Source("en-fr", since=now - 1000))
        assert answer
        assert answer.timing.wait_s < 500
        waited = await engine.translate(Source("en-fr", "another text", since=asyncio.get_running_loop().time()))
        assert waited
        assert waited.timing.wait_s > 0


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"en-de"}),
        ({"preload": ["en-fr", "en-es"]}, {"en-fr", "en-es"}),
        ({"source": "de"}, {"de-en"}),
        ({"source": "xx"}, {"de-en"}),
    ],
)
async def test_the_first_models_are_there_at_once(
    models: Path, little: Path, settings: dict[str, Any], expected: set[str]
) -> None:
    model(models, little, "en", "de")
    async with started(models, **settings) as engine:
        assert engine.ready
        assert loaded(engine) == expected


def test_a_model_to_preload_that_is_not_there_is_refused(models: Path) -> None:
    with pytest.raises(ConfigError, match="preload: en-xx: there are: en-de, en-es, en-fr"):
        build_engine(make_config({"models": [models], "preload": ["en-xx"]}))


async def test_without_its_first_model_a_server_does_not_start(models: Path) -> None:
    (models / "en-de" / "source.spm").unlink()
    _, engine = build_engine(make_config({"models": [models]}))
    with pytest.raises(ModelError, match=r"file source\.spm is missing"):
        await engine.start()
    await engine.stop()


# When models are unloaded.


async def test_the_model_that_was_not_used_for_the_longest_makes_room(large: Path, idle_at_once: None) -> None:
    async with started(large, model_memory=megabytes(large, 3)) as engine:
        for route in ("en-fr", "en-es", "en-fr"):
            await said(engine, route)
        model(large, BUNDLED, "it")
        await engine.look()
        await said(engine, "en-it")
        # The first one stays whatever comes.
        assert loaded(engine) == {"en-de", "en-fr", "en-it"}
        await said(engine, "en-es")
        assert loaded(engine) == {"en-de", "en-it", "en-es"}
        assert engine.memory().unloads == 2


async def test_a_model_that_a_room_has_open_is_not_unloaded_for_another(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(residents, "OPEN_S", 1000.0)
    async with started(large, model_memory=megabytes(large, 2)) as engine:
        await said(engine, "en-fr")
        await said(engine, "en-es")
        assert loaded(engine) == {"en-de", "en-fr", "en-es"}
        assert sum(engine.memory().sizes.values()) > engine.memory().budget
        # As soon as nobody has it open, the budget is kept again.
        monkeypatch.setattr(residents, "OPEN_S", 0.0)
        engine.keep(["en-es"])
        engine.tick()
        assert loaded(engine) == {"en-de", "en-es"}


async def test_a_model_that_is_idle_is_unloaded_and_comes_back(models: Path, idle_at_once: None) -> None:
    async with started(models, model_idle_s=1e-6) as engine:
        await said(engine, "en-fr")
        engine.tick()
        assert loaded(engine) == {"en-de"}
        assert engine.keep(["en-fr"]) == {"en-fr": False}
        await said(engine, "en-fr", "another text")
        assert (engine.memory().loads, engine.memory().unloads) == (3, 1)


async def test_without_an_idle_time_models_stay(models: Path, idle_at_once: None) -> None:
    async with started(models, model_idle_s=0) as engine:
        await said(engine, "en-fr")
        engine.tick()
        assert loaded(engine) == {"en-de", "en-fr"}


async def test_a_room_keeps_its_models_as_long_as_somebody_is_there() -> None:
    engine = ScriptedEngine(shout)
    async with serving(engine, scripted_catalog(("en", "fr"))) as service:
        async with service.peer("/v1/rooms/hall/listen?lang=en,fr") as reader:
            await reader.next(type="ready")
            room = await service.app.state.rooms.find("hall")
            engine.kept.clear()
            room.tell_status()
            assert engine.kept == ["en-fr"]
        while not room.empty_for():
            await asyncio.sleep(0.01)
        engine.kept.clear()
        room.tell_status()
        assert engine.kept == []


# When a model changes on the disk.


def other_version(models: Path, aside: Path) -> None:
    """Put another model into the place of en-de, with answers of its own, as `rtt models convert --force` does."""
    convert(small.ready(aside), models, Wishes(name="en-de", sources=("en",), targets=("de",), replace=True), print)


def touch(folder: Path) -> None:
    """Make another version of a model, which is as good."""
    manifest = folder / "model.json"
    manifest.write_bytes(manifest.read_bytes() + b"\n")


async def test_a_model_is_replaced_and_no_answer_of_the_old_one_is_given_again(large: Path, tmp_path: Path) -> None:
    async with started(large) as engine:
        assert await said(engine, "en-de") == await said(engine, "en-de") == GREETING
        await asyncio.to_thread(other_version, large, tmp_path / "small")
        await engine.look()
        answer = await said(engine, "en-de")
        assert answer != GREETING
        assert await said(engine, "en-de") == answer
        memory = engine.memory()
        assert memory.sizes["en-de"] < 1_000_000
        assert (memory.loads, memory.unloads) == (2, 0)


async def test_the_old_version_is_dropped(large: Path) -> None:
    async with started(large) as engine:
        assert engine.prefills() == ["en-de"]
        touch(large / "en-de")
        await engine.look()
        async with asyncio.timeout(PATIENCE_S):
            while len(engine.prefills()) > 1:
                await asyncio.sleep(0.01)
        assert engine.memory().loads == 2


async def test_nothing_is_lost_of_a_talk_whose_model_is_replaced(large: Path, tmp_path: Path) -> None:
    count = 40
    async with served(large) as (service, engine):
        async with service.peer("/v1/rooms/hall/speak?source=en&target=de") as speaker:
            async with service.peer("/v1/rooms/hall/listen?lang=de&stability=final") as reader:
                await reader.next(type="ready")
                replacing = asyncio.create_task(asyncio.to_thread(other_version, large, tmp_path / "small"))
                for number in range(count):
                    if number == count // 2:
                        await replacing
                        replacing = asyncio.create_task(engine.look())
                    await speaker.send({"type": "partial", "text": f"we have {number} apples"})
                    await speaker.send({"type": "final", "text": f"We have {number} apples and {number} pears."})
                    await asyncio.sleep(0.02)
                finals = [await reader.next(**ENDED) for _ in range(count)]
                await replacing
                await speaker.send({"type": "final", "text": MORNING})
                assert (await reader.next(**ENDED))["stable"] != GREETING
        assert [final["segment"] for final in finals] == list(range(1, count + 1))
        assert engine.memory().loads == 2
        assert "Äpfel" in finals[0]["stable"]
        assert (await metrics(service.url))["rtt_failed_translations_total"] == 0


async def test_a_broken_version_is_refused_and_what_is_in_memory_stays(models: Path, idle_at_once: None) -> None:
    async with started(models, "en-de", model_idle_s=1e-6, preload=["en-es"]) as engine:
        await said(engine, "en-fr")
        folder = models / "en-fr"
        weights = (folder / "model.bin").readlink()
        (folder / "model.bin").unlink()
        (folder / "model.bin").write_bytes(b"no weights")
        manifest = (folder / "model.json").read_bytes()
        (folder / "model.json").write_bytes(manifest + b"\n")
        await engine.look()
        engine.tick()
        await said(engine, "en-fr", "another text")
        (folder / "model.json").write_bytes(b"{")
        await engine.look()
        engine.tick()
        await said(engine, "en-fr", "and another")
        assert engine.memory().refusals == 1
        (folder / "model.bin").unlink()
        (folder / "model.bin").symlink_to(weights)
        (folder / "model.json").write_bytes(manifest)
        await engine.look()
        engine.tick()
        # It can be had from the disk again.
        assert "en-fr" not in loaded(engine)


async def test_a_new_model_is_offered_and_one_that_is_removed_is_not(models: Path, little: Path) -> None:
    async with served(models) as (service, engine):
        async with service.peer("/v1/rooms/hall/listen?lang=it") as reader:
            assert await reader.closed() == 4404
        model(models, little, "it")
        model(models, little, "taken").edit(lambda manifest: manifest.update(name="en-fr"))
        await engine.look()
        assert (await offered(service)).keys() == {"en-de", "en-es", "en-fr", "en-it"}
        async with service.peer("/v1/rooms/hall/listen?lang=it") as reader:
            async with service.peer("/v1/rooms/hall/speak?source=en") as speaker:
                await speaker.send({"type": "final", "text": MORNING})
                await reader.next(**ENDED)
                remove(read_model(models / "en-it"))
                await engine.look()
                # One that is replaced may be away for a moment.
                assert "en-it" in await offered(service)
                await engine.look()
                assert "en-it" not in await offered(service)
                # Who has it open keeps it.
                await speaker.send({"type": "final", "text": MORNING})
                await reader.next(**ENDED)


async def test_a_disk_that_is_away_takes_nothing_away(models: Path) -> None:
    async with served(models) as (service, engine):
        there = await offered(service)
        await asyncio.to_thread(models.rename, models.with_name("away"))
        for _ in range(3):
            await engine.look()
        assert await offered(service) == there
        await said(engine, "en-de")
        await asyncio.to_thread(models.with_name("away").rename, models)


# When a model cannot be loaded.


async def test_a_room_is_told_of_a_model_that_cannot_be_loaded_and_loses_nothing(models: Path) -> None:
    folder = models / "en-fr"
    weights = (folder / "model.bin").readlink()
    (folder / "model.bin").unlink()
    (folder / "model.bin").write_bytes(b"no weights")
    async with served(models) as (service, engine):
        async with (
            service.peer("/v1/rooms/hall/speak?source=en&target=fr") as speaker,
            service.peer("/v1/rooms/hall/listen?lang=fr") as french,
            service.peer("/v1/rooms/hall/listen?lang=de") as german,
        ):
            for number in (1, 2, 3):
                await speaker.send({"type": "final", "text": f"We have {number} apples."})
            error = await french.next(type="error")
            assert (error["code"], error["retryable"]) == ("model_unavailable", True)
            assert "in fr" in error["message"]
            assert str(models) not in error["message"]
            assert (await speaker.next(type="error"))["code"] == "model_unavailable"
            assert (await speaker.next(type="status"))["loading"] == ["fr"]
            async with service.peer("/v1/rooms/hall/listen?lang=fr") as late:
                await late.next(type="error", code="model_unavailable")
            for _ in range(3):
                await german.next(**ENDED)
            assert not any(message["type"] == "error" for message in german.seen)
            shown = await metrics(service.url)
            assert shown["rtt_model_load_failures_total"] >= 1
            assert shown["rtt_errors_total model_unavailable"] == 1
            (folder / "model.bin").unlink()
            (folder / "model.bin").symlink_to(weights)
            await engine.look()
            assert [(await french.next(**ENDED))["segment"] for _ in range(3)] == [1, 2, 3]
            while "loading" in await speaker.next(type="status"):
                pass
        assert engine.memory().sizes.keys() == {"en-de", "en-fr"}


async def test_a_load_that_failed_is_tried_again(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(residency, "_RETRY_S", 0.05)
    tokeniser = models / "en-fr" / "source.spm"
    tokeniser.rename(models / "away.spm")
    async with started(models) as engine:
        waiting = asyncio.create_task(said(engine, "en-fr"))
        async with asyncio.timeout(PATIENCE_S):
            while engine.memory().refusals < 3:
                await asyncio.sleep(0.01)
        assert engine.keep(["en-fr"]) == {"en-fr": True}
        assert await said(engine, "en-de")
        (models / "away.spm").rename(tokeniser)
        assert await waiting
        assert engine.keep(["en-fr"]) == {}


async def test_a_room_says_that_a_model_is_being_loaded() -> None:
    engine = ScriptedEngine(shout)
    engine.missing = {"en-fr": False}
    async with serving(engine, scripted_catalog(("en", "de"), ("en", "fr"))) as service:
        async with service.peer("/v1/rooms/hall/listen?lang=de,fr") as reader:
            assert (await reader.next(type="status", loading=["fr"]))["behind_ms"] == 0
            engine.missing = {"en-fr": True}
            await reader.next(type="error", code="model_unavailable")
            engine.missing = {}
            while "loading" in await reader.next(type="status"):
                pass
            engine.missing = {"en-de": True}
            assert "in de" in (await reader.next(type="error"))["message"]


# What memory there is.


def test_the_memory_of_a_model_that_is_dropped_is_given_back() -> None:
    bundled = read_model(BUNDLED)
    backend = Ct2Backend(Catalog(()), Hardware("cpu", "int8", 1))
    backend.add("kept", bundled)
    backend.add("dropped", bundled)
    process = psutil.Process()
    before = process.memory_info().rss
    backend.drop("dropped")
    assert before - process.memory_info().rss > bundled.size / 2
    assert backend.translate_batch([Job("kept", MORNING, "", final=True)])[0].text == GREETING


@pytest.mark.parametrize(("limit", "expected"), [("1000000\n", 1_000_000), ("max\n", None), (None, None)])
def test_a_container_has_what_it_may_take(tmp_path: Path, limit: str | None, expected: int | None) -> None:
    if limit:
        (tmp_path / "memory.max").write_text(limit)
    whole = machine_memory([])
    assert whole > 100_000_000
    assert machine_memory([tmp_path / "memory.max"]) == (expected or whole)
