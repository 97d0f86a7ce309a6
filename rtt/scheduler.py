"""Batches whatever waits, over all rooms and languages, without a timer.

A batch is formed at the moment a worker is free, from the sources that wait then: finals first, oldest first. While
the workers are busy the next batch grows by itself, so a quiet server answers at once and a busy one works in batches.
The queue holds one place for each session, so its bound is the number of sessions.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from rtt.engine import Hypothesis, Job, JobSource
from rtt.errors import TranslationError
from rtt.protocol import Load

# Seconds that texts have lately waited to be drawn, from which on the server says that it is busy, or overloaded.
_BUSY_S = 0.3
_OVERLOADED_S = 1.0
_SMOOTHING = 0.2


class Backend(Protocol):
    """What does the work, in threads of the scheduler's."""

    def load(self) -> None:
        """Make ready; blocks. Raises ModelError."""
        ...

    def translate_batch(self, jobs: Sequence[Job]) -> list[Hypothesis]:
        """Answer each job, in order; blocks. Called by several threads at once. Raises TranslationError."""
        ...


@dataclass(slots=True)
class _Request:
    source: JobSource
    answer: asyncio.Future[Hypothesis | None]
    asked_at: float


class Scheduler:
    """An engine over a blocking backend and a few threads."""

    def __init__(self, backend: Backend, *, workers: int, max_batch: int) -> None:
        self._backend = backend
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="translate")
        self._free = workers
        self._max_batch = max_batch
        self._waiting: list[_Request] = []
        self._batches: set[asyncio.Task[None]] = set()
        self._planned = False
        self._wait_s = 0.0
        self.ready = False

    async def start(self) -> None:
        """Load the models; what was asked for before then waits. Raises ModelError."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._backend.load)
        self.ready = True
        self._dispatch()

    async def stop(self) -> None:
        """Wait for the batches that run and end the threads."""
        await asyncio.gather(*self._batches)
        self._threads.shutdown()

    async def translate(self, source: JobSource) -> Hypothesis | None:
        """Draw one job from `source` when a worker is free, and answer it. Raises TranslationError."""
        loop = asyncio.get_running_loop()
        request = _Request(source, loop.create_future(), loop.time())
        self._waiting.append(request)
        if not self._planned:
            # Whatever else arrives in this turn of the loop joins the same batch.
            self._planned = True
            loop.call_soon(self._dispatch)
        return await request.answer

    @property
    def load(self) -> Load:
        """How old the texts are that have lately been drawn, in words."""
        if not self._waiting and not self._batches:
            return Load.NORMAL
        if self._wait_s >= _OVERLOADED_S:
            return Load.OVERLOADED
        return Load.BUSY if self._wait_s >= _BUSY_S else Load.NORMAL

    def _dispatch(self) -> None:
        self._planned = False
        while self.ready and self._free and self._waiting:
            if batch := self._take_batch():
                self._free -= 1
                task = asyncio.create_task(self._run([request for request, _ in batch], [job for _, job in batch]))
                self._batches.add(task)
                task.add_done_callback(self._batches.discard)

    def _take_batch(self) -> list[tuple[_Request, Job]]:
        """Draw the next jobs: an even share of what waits for each free worker."""
        self._waiting.sort(key=lambda request: (not request.source.urgent, request.asked_at))
        share = min(self._max_batch, math.ceil(len(self._waiting) / self._free))
        chosen, self._waiting = self._waiting[:share], self._waiting[share:]
        now = asyncio.get_running_loop().time()
        batch: list[tuple[_Request, Job]] = []
        for request in chosen:
            if request.answer.done():
                continue
            waited_s = now - (request.source.waiting_since() or now)
            self._wait_s += _SMOOTHING * (waited_s - self._wait_s)
            if job := request.source.job_to_run():
                batch.append((request, job))
            else:
                request.answer.set_result(None)
        return batch

    async def _run(self, requests: list[_Request], jobs: list[Job]) -> None:
        try:
            answers = await self._answers(jobs)
        finally:
            self._free += 1
            self._dispatch()
        for request, answer in zip(requests, answers, strict=True):
            if request.answer.done():
                continue
            if isinstance(answer, TranslationError):
                request.answer.set_exception(answer)
            else:
                request.answer.set_result(answer)

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
