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

    def prefills(self) -> list[str]:
        return []

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

    def __init__(
        self,
        text: str | None,
        *,
        urgent: bool = False,
        prepares: bool = False,
        private: bool = False,
        room: str = "",
        growth: int = 0,
        model: str = "m",
    ) -> None:
        self.text = text
        self.urgent = urgent
        self.prepares = prepares
        self.private = private
        self.model = model
        self.room = room
        self.growth = growth
        self.since = asyncio.get_running_loop().time()

    def waiting_since(self) -> float:
        return self.since

    def job_to_run(self) -> Job | None:
        text, self.text = self.text, None
        return None if text is None else Job(self.model, text, "", self.urgent)


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


async def test_a_batch_is_of_one_model_and_what_prepares_texts_comes_before_partials(
    scheduler: Scheduler, backend: GatedBackend
) -> None:
    first = asyncio.create_task(scheduler.translate(Source("first")))
    await turns()
    marks = [Source(f"marks{n}", prepares=True, model="marks") for n in (1, 2)]
    sources = [Source("p1"), marks[0], Source("q1", model="other"), Source("f", urgent=True), marks[1], Source("p2")]
    rest = [asyncio.create_task(scheduler.translate(source)) for source in sources]
    await turns()
    backend.open()
    await asyncio.gather(first, *rest)
    assert backend.batches == [["first"], ["f", "p1", "p2"], ["marks1", "marks2"], ["q1"]]


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


async def test_rooms_take_turns(backend: GatedBackend) -> None:
    scheduler = Scheduler(backend, workers=1, max_batch=2)
    await scheduler.start()
    first = asyncio.create_task(scheduler.translate(Source("first")))
    await turns()
    many = [Source(f"m{n}", room="many") for n in range(3)]
    finals = [Source(f"f{n}", room="many", urgent=True) for n in range(2)]
    sources = [*many, *finals, Source("one", room="one"), Source("f", room="one", urgent=True)]
    rest = [asyncio.create_task(scheduler.translate(source)) for source in sources]
    await turns()
    backend.open()
    await asyncio.gather(first, *rest)
    await scheduler.stop()
    assert backend.batches == [["first"], ["f", "f0"], ["f1", "m0"], ["one", "m1"], ["m2"]]


async def test_what_is_known_is_not_translated_again(backend: GatedBackend) -> None:
    backend.open()
    scheduler = Scheduler(backend, workers=1, max_batch=3, cache_bytes=100_000)
    await scheduler.start()
    fresh = await scheduler.translate(Source("again"))
    known = await scheduler.translate(Source("again", room="other"))
    await scheduler.stop()
    assert fresh == known == Hypothesis("AGAIN")
    assert [fresh.timing.cached, known.timing.cached] == [False, True]
    assert backend.batches == [["again"]]


async def test_what_is_private_is_neither_known_nor_remembered(backend: GatedBackend) -> None:
    backend.open()
    scheduler = Scheduler(backend, workers=1, max_batch=8, cache_bytes=100_000)
    await scheduler.start()
    for private in (True, False, True):
        await scheduler.translate(Source("a", private=private))
    assert (await scheduler.translate(Source("a"))) == Hypothesis("A")
    await scheduler.stop()
    assert backend.batches == [["a"]] * 3


async def test_without_a_cache_nothing_is_known(scheduler: Scheduler, backend: GatedBackend) -> None:
    backend.open()
    for _ in range(2):
        await scheduler.translate(Source("again"))
    assert backend.batches == [["again"], ["again"]]


async def test_a_failure_is_not_remembered(backend: GatedBackend) -> None:
    backend.open()
    scheduler = Scheduler(backend, workers=1, max_batch=3, cache_bytes=100_000)
    await scheduler.start()
    for _ in range(2):
        with pytest.raises(TranslationError):
            await scheduler.translate(Source("poison"))
    await scheduler.stop()
    assert backend.batches == [["poison"], ["poison"]]


class Skewed:
    """The loop's clock, which a test sets forward; the scheduler ticks when the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, scheduler: Scheduler) -> None:
        loop = asyncio.get_running_loop()
        real, self.skew = loop.time, 0.0
        assert scheduler._ticking
        scheduler._ticking.cancel()
        monkeypatch.setattr(loop, "time", lambda: real() + self.skew)


async def crowd(scheduler: Scheduler, backend: GatedBackend, step: Load) -> None:
    """Have texts wait for as long as it takes until the load has that step."""
    for _ in range(20):
        if load_of(scheduler) is step:
            return
        source = Source("late", urgent=True)
        source.since -= 3
        backend.open(1)
        await scheduler.translate(source)
        scheduler.tick()
    raise AssertionError(f"the load never was {step}")


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch, scheduler: Scheduler) -> Skewed:
    return Skewed(monkeypatch, scheduler)


async def test_the_load_follows_the_wait(scheduler: Scheduler, backend: GatedBackend, clock: Skewed) -> None:
    assert load_of(scheduler) is Load.NORMAL
    await crowd(scheduler, backend, Load.BUSY)
    await crowd(scheduler, backend, Load.OVERLOADED)
    for _ in range(1000):
        scheduler.tick()
    assert load_of(scheduler) is Load.NORMAL


async def test_under_load_partials_wait_until_they_say_something_new(
    scheduler: Scheduler, backend: GatedBackend, clock: Skewed
) -> None:
    await crowd(scheduler, backend, Load.BUSY)
    backend.batches.clear()
    backend.open()
    small, large = Source("small", growth=2), Source("large", growth=200)
    asked = [asyncio.create_task(scheduler.translate(source)) for source in (small, large)]
    await asked[1]
    assert backend.batches == [["large"]]
    clock.skew += 2
    scheduler.tick()
    await asked[0]
    assert backend.batches == [["large"], ["small"]]


async def test_overloaded_only_finals_are_translated(
    scheduler: Scheduler, backend: GatedBackend, clock: Skewed
) -> None:
    await crowd(scheduler, backend, Load.OVERLOADED)
    backend.batches.clear()
    backend.open()
    source = Source("partial", growth=1000)
    asked = asyncio.create_task(scheduler.translate(source))
    await turns()
    clock.skew += 100
    scheduler.tick()
    await scheduler.translate(Source("final", urgent=True))
    assert backend.batches == [["final"]]
    source.urgent = True
    scheduler.tick()
    await asked
    assert backend.batches == [["final"], ["partial"]]


async def test_a_server_that_does_not_adapt_leaves_nothing_out(
    backend: GatedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = Scheduler(backend, workers=1, max_batch=3, adapt=False)
    await scheduler.start()
    Skewed(monkeypatch, scheduler)
    await crowd(scheduler, backend, Load.OVERLOADED)
    backend.open()
    assert await scheduler.translate(Source("partial")) == Hypothesis("PARTIAL")
    await scheduler.stop()


async def test_an_answer_says_how_long_its_text_has_waited(
    scheduler: Scheduler, backend: GatedBackend, clock: Skewed
) -> None:
    first = asyncio.create_task(scheduler.translate(Source("first")))
    await turns()
    second = asyncio.create_task(scheduler.translate(Source("second")))
    await turns()
    clock.skew += 3
    backend.open()
    waits = [answer.timing.wait_s for answer in await asyncio.gather(first, second) if answer]
    assert waits[0] < 3 <= waits[1]
