"""Batches whatever waits, over all rooms and languages, without a timer.

A batch is formed at the moment a worker is free, from the sources that wait then: finals first, each room's first
before any room's second, oldest first. It is of one model, that of the first: another model's texts would be computed
after them, and hold up their answers. While the workers are busy the next batch grows by itself, so a quiet server
answers at once and a busy one works in batches. What is known already is answered without a worker. Under load partials
that say little new are passed over (see load.py). The queue holds one place for each session, so its bound is the
number of sessions.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from rtt.cache import Cache
from rtt.engine import Hypothesis, Job, JobSource, Timing
from rtt.errors import TranslationError
from rtt.load import MEASURES, TICK_S, LoadMeter, Measure
from rtt.protocol import Load
from rtt.turns import Request, Turns

_log = structlog.get_logger(__name__)


class Backend(Protocol):
    """What does the work, in threads of the scheduler's."""

    def load(self) -> None:
        """Make ready; blocks. Raises ModelError."""
        ...

    def prefills(self) -> list[str]:
        """Return the models that run the prefix of an answer in one pass."""
        ...

    def translate_batch(self, jobs: Sequence[Job]) -> list[Hypothesis]:
        """Answer each job, in order; blocks. Called by several threads at once. Raises TranslationError."""
        ...


@dataclass(frozen=True, slots=True)
class _Drawn:
    request: Request
    job: Job
    wait_s: float


class Scheduler:
    """An engine over a blocking backend and a few threads."""

    def __init__(
        self, backend: Backend, *, workers: int, max_batch: int, cache_bytes: int = 0, adapt: bool = True
    ) -> None:
        """`adapt`: whether anything is left out under load."""
        self._backend = backend
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="translate")
        self._workers = self._free = workers
        self._max_batch = max_batch
        self._cache = Cache(cache_bytes)
        self._adapt = adapt
        self._meter = LoadMeter()
        self._turns = Turns()
        self._batches: set[asyncio.Task[None]] = set()
        self._ticking: asyncio.Task[None] | None = None
        self._planned = False
        self._waits: list[float] = []
        self._spent_s = self._counted_at = 0.0
        self.ready = False

    async def start(self) -> None:
        """Load the models; what was asked for before then waits. Raises ModelError."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._backend.load)
        self.ready = True
        self._counted_at = loop.time()
        self._turns.begin(self._counted_at)
        self._ticking = asyncio.create_task(self._tick_on())
        self._dispatch()

    async def stop(self) -> None:
        """Wait for the batches that run and end the threads."""
        if self._ticking:
            self._ticking.cancel()
        await asyncio.gather(*self._batches)
        self._threads.shutdown()

    async def translate(self, source: JobSource) -> Hypothesis | None:
        """Draw one job from `source` when a worker is free, and answer it. Raises TranslationError."""
        loop = asyncio.get_running_loop()
        request = Request(source, loop.create_future(), loop.time())
        self._turns.add(request)
        if not self._planned:
            # Whatever else arrives in this turn of the loop joins the same batch.
            self._planned = True
            loop.call_soon(self._dispatch)
        return await request.answer

    @property
    def load(self) -> Load:
        """The step that the last waits and costs call for."""
        return self._meter.step

    @property
    def _measure(self) -> Measure:
        return MEASURES[self.load if self._adapt else Load.NORMAL]

    def prefills(self) -> list[str]:
        """Return the models that run the prefix of an answer in one pass."""
        return self._backend.prefills()

    def tick(self) -> None:
        """Look at the load; called every TICK_S."""
        now = asyncio.get_running_loop().time()
        oldest = self._turns.oldest(now)
        waits = self._waits if oldest is None else [*self._waits, oldest]
        self._count(now)
        before, busy = self.load, min(1.0, self._spent_s / (self._workers * TICK_S))
        step = self._meter.tick(sum(waits) / len(waits) if waits else 0.0, busy)
        self._waits, self._spent_s = [], 0.0
        if step is not before:
            _log.warning("load changed", before=before, now=step, waiting=len(self._turns))
        self._dispatch()

    async def _tick_on(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self.tick()

    def _count(self, now: float) -> None:
        """Count the workers' time up to now."""
        self._spent_s += (self._workers - self._free) * (now - self._counted_at)
        self._counted_at = now

    def _dispatch(self) -> None:
        self._planned = False
        now = asyncio.get_running_loop().time()
        while self.ready and self._free and (due := self._turns.due(self._measure, now)):
            if batch := self._take_batch(due, now):
                self._count(now)
                self._free -= 1
                task = asyncio.create_task(self._run(batch))
                self._batches.add(task)
                task.add_done_callback(self._batches.discard)

    def _take_batch(self, due: list[Request], now: float) -> list[_Drawn]:
        """Draw the next jobs of one model: an even share of what is due for each free worker."""
        due = [request for request in due if request.source.model == due[0].source.model]
        share = min(self._max_batch * self._measure.batch, math.ceil(len(due) / self._free))
        batch: list[_Drawn] = []
        for request in due:
            if len(batch) == share:
                break
            self._turns.remove(request)
            if request.answer.done():
                continue
            wait_s = request.waited_s(now)
            job = request.source.job_to_run()
            if job is None:
                request.answer.set_result(None)
                continue
            self._waits.append(wait_s)
            if not request.source.private and (known := self._cache.get(job)) is not None:
                request.answer.set_result(replace(known, timing=Timing(wait_s, cached=True)))
            else:
                batch.append(_Drawn(request, job, wait_s))
        return batch

    async def _run(self, batch: list[_Drawn]) -> None:
        try:
            answers = await self._answers([drawn.job for drawn in batch])
        finally:
            self._count(asyncio.get_running_loop().time())
            self._free += 1
            self._dispatch()
        for drawn, answer in zip(batch, answers, strict=True):
            if isinstance(answer, Hypothesis) and not drawn.request.source.private:
                self._cache.put(drawn.job, answer)
            if drawn.request.answer.done():
                continue
            if isinstance(answer, TranslationError):
                drawn.request.answer.set_exception(answer)
            else:
                timing = replace(answer.timing, wait_s=drawn.wait_s)
                drawn.request.answer.set_result(replace(answer, timing=timing))

    async def _answers(self, jobs: list[Job]) -> Sequence[Hypothesis | TranslationError]:
        """Answer a batch; where it fails, each of its jobs alone, so that one bad job harms no other."""
        run = asyncio.get_running_loop().run_in_executor
        call: Callable[[Sequence[Job]], list[Hypothesis]] = self._backend.translate_batch
        try:
            return await run(self._threads, call, jobs)
        except Exception as error:  # noqa: BLE001 - whatever a backend raises is the failure of this batch
            if len(jobs) == 1:
                return [error if isinstance(error, TranslationError) else TranslationError(repr(error))]
        return [answer for job in jobs for answer in await self._answers([job])]
