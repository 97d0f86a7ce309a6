"""Batches, order, errors and load, with a backend whose threads wait for the test."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence

import pytest

from rtt.engine import Hypothesis, Job
from rtt.errors import ModelError, TranslationError
from rtt.protocol import Load
from rtt.scheduler import Scheduler


class GatedBackend:
    """Records its batches; each waits for `gate`."""

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        self.batches: list[list[str]] = []
        self.loaded = False

    def load(self) -> None:
        self.loaded = True

    def translate_batch(self, jobs: Sequence[Job]) -> list[Hypothesis]:
        texts = [job.text for job in jobs]
        self.batches.append(texts)
        self.gate.acquire()
        if "poison" in texts:
            raise TranslationError("poisoned")
        if "bug" in texts:
            raise ZeroDivisionError
        return [Hypothesis(text.upper()) for text in texts]

    def open(self, times: int = 100) -> None:
        self.gate.release(times)


class Source:
    """A source with texts in a row; the newest wins."""

    def __init__(self, text: str | None, *, urgent: bool = False) -> None:
        self.text = text
        self.urgent = urgent
        self.since = asyncio.get_running_loop().time()

    def waiting_since(self) -> float:
        return self.since

    def job_to_run(self) -> Job | None:
        text, self.text = self.text, None
        return None if text is None else Job("m", text, "", self.urgent)


@pytest.fixture
def backend() -> GatedBackend:
    return GatedBackend()


@pytest.fixture
async def scheduler(backend: GatedBackend) -> AsyncIterator[Scheduler]:
    it = Scheduler(backend, workers=1, max_batch=3)
    await it.start()
    yield it
    backend.open()
    await it.stop()


def is_ready(scheduler: Scheduler) -> bool:
    return scheduler.ready


def load_of(scheduler: Scheduler) -> Load:
    return scheduler.load


async def turns(count: int = 10) -> None:
    """Let the loop run its ready callbacks."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_what_waits_becomes_one_batch(scheduler: Scheduler, backend: GatedBackend) -> None:
    asked = [asyncio.create_task(scheduler.translate(Source(text))) for text in "abcde"]
    backend.open()
    assert [answer and answer.text for answer in await asyncio.gather(*asked)] == ["A", "B", "C", "D", "E"]
    assert backend.batches == [["a", "b", "c"], ["d", "e"]]


async def test_free_workers_share_what_waits(backend: GatedBackend) -> None:
    scheduler = Scheduler(backend, workers=2, max_batch=8)
    await scheduler.start()
    asked = [asyncio.create_task(scheduler.translate(Source(text))) for text in "abcd"]
    backend.open()
    await asyncio.gather(*asked)
    await scheduler.stop()
    assert sorted(backend.batches) == [["a", "b"], ["c", "d"]]


async def test_finals_come_before_partials_and_the_oldest_first(scheduler: Scheduler, backend: GatedBackend) -> None:
    first = asyncio.create_task(scheduler.translate(Source("first")))
    await turns()
    sources = [Source("p1"), Source("p2"), Source("f1", urgent=True), Source("p3"), Source("f2", urgent=True)]
    rest = [asyncio.create_task(scheduler.translate(source)) for source in sources]
    await turns()
    backend.open()
    await asyncio.gather(first, *rest)
    assert backend.batches == [["first"], ["f1", "f2", "p1"], ["p2", "p3"]]


async def test_a_job_is_drawn_at_the_last_moment(scheduler: Scheduler, backend: GatedBackend) -> None:
    first = asyncio.create_task(scheduler.translate(Source("first")))
    await turns()
    source = Source("old")
    late = asyncio.create_task(scheduler.translate(source))
    await turns()
    source.text = "newest"
    backend.open()
    assert await late == Hypothesis("NEWEST")
    await first
    assert ["old"] not in backend.batches


async def test_a_source_with_nothing_left_gets_nothing(scheduler: Scheduler) -> None:
    assert await scheduler.translate(Source(None)) is None


async def test_a_poisoned_job_harms_no_other(scheduler: Scheduler, backend: GatedBackend) -> None:
    asked = [asyncio.create_task(scheduler.translate(Source(text))) for text in ("a", "poison", "b")]
    backend.open()
    a, poison, b = await asyncio.gather(*asked, return_exceptions=True)
    assert (a, b) == (Hypothesis("A"), Hypothesis("B"))
    assert isinstance(poison, TranslationError)
    assert await scheduler.translate(Source("after")) == Hypothesis("AFTER")


async def test_whatever_a_backend_raises_is_a_failed_translation(scheduler: Scheduler, backend: GatedBackend) -> None:
    backend.open()
    with pytest.raises(TranslationError, match="ZeroDivisionError"):
        await scheduler.translate(Source("bug"))
    assert await scheduler.translate(Source("after")) == Hypothesis("AFTER")


async def test_one_who_gave_up_is_not_worked_for(scheduler: Scheduler, backend: GatedBackend) -> None:
    first = asyncio.create_task(scheduler.translate(Source("first")))
    await turns()
    leaver = asyncio.create_task(scheduler.translate(Source("leaver")))
    await turns()
    leaver.cancel()
    await turns()
    backend.open()
    await first
    assert await scheduler.translate(Source("next")) == Hypothesis("NEXT")
    assert backend.batches == [["first"], ["next"]]


async def test_the_loop_is_never_blocked(scheduler: Scheduler, backend: GatedBackend) -> None:
    asked = asyncio.create_task(scheduler.translate(Source("slow")))
    await turns(100)
    assert not asked.done()
    backend.open()
    await asked


async def test_before_the_models_are_loaded_jobs_wait(backend: GatedBackend) -> None:
    scheduler = Scheduler(backend, workers=1, max_batch=1)
    asked = asyncio.create_task(scheduler.translate(Source("early")))
    await turns()
    assert not is_ready(scheduler)
    assert not backend.batches
    await scheduler.start()
    backend.open()
    assert await asked == Hypothesis("EARLY")
    assert is_ready(scheduler)
    await scheduler.stop()


async def test_a_model_that_cannot_be_loaded_is_told() -> None:
    class Broken(GatedBackend):
        def load(self) -> None:
            raise ModelError("broken")

    scheduler = Scheduler(Broken(), workers=1, max_batch=1)
    with pytest.raises(ModelError, match="broken"):
        await scheduler.start()
    assert not scheduler.ready
    await scheduler.stop()


async def test_load_follows_the_wait(
    scheduler: Scheduler, backend: GatedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    skew = 0.0
    real = loop.time
    monkeypatch.setattr(loop, "time", lambda: real() + skew)
    running = asyncio.create_task(scheduler.translate(Source("first")))
    await turns()
    waiting = [asyncio.create_task(scheduler.translate(Source(f"w{n}"))) for n in range(8)]
    await turns()
    assert load_of(scheduler) is Load.NORMAL
    skew = 2.0
    backend.open(1)
    await running
    assert load_of(scheduler) is Load.BUSY
    backend.open(1)
    await asyncio.gather(*waiting[:3])
    backend.open(1)
    await asyncio.gather(*waiting[3:6])
    assert load_of(scheduler) is Load.OVERLOADED
    backend.open()
    await asyncio.gather(*waiting)
    assert load_of(scheduler) is Load.NORMAL
