"""One language of one room, or its punctuation: the place where the pure policy meets `await`."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

import structlog

from rtt.engine import Hypothesis, Job, Timing, Translator
from rtt.errors import TranslationError
from rtt.segmenter import Change, Withdrawal

_log = structlog.get_logger(__name__)

News = TypeVar("News")


class Stream(Protocol[News]):
    """What is fed with changes and answers, and makes jobs and news of them."""

    @property
    def model(self) -> str:
        """What its jobs name as their model."""
        ...

    @property
    def urgent(self) -> bool:
        """Whether a final waits here."""
        ...

    @property
    def prepares(self) -> bool:
        """Whether its answers, which take hardly any time, are texts for other streams."""
        ...

    @property
    def idle(self) -> bool:
        """Whether nothing waits for an answer."""
        ...

    def waiting_since(self) -> float | None:
        """Return when the oldest text came that waits for an answer, on the loop's clock."""
        ...

    def job_to_run(self) -> Job | None:
        """Return the next job, or None if nothing is left to do. One at a time is in flight."""
        ...

    def receive(self, change: Change) -> None:
        """Take what the segmenter says of one segment."""
        ...

    def receive_hypothesis(self, hypothesis: Hypothesis) -> None:
        """Take the answer to the job that runs."""
        ...

    def receive_failure(self) -> None:
        """Take it that the job that runs has failed."""
        ...

    def updates_to_send(self) -> list[News]:
        """Return what is news, once."""
        ...


class Owner(Protocol):
    """The room that a session is of."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def private(self) -> bool:
        """Whether answers for what is said in it are kept for nobody."""
        ...


class Session(Generic[News]):
    """Feeds a stream, has its jobs run one at a time, and hands its updates to `publish`.

    It is the source that the engine draws the jobs from.
    """

    def __init__(
        self,
        owner: Owner,
        lang: str,
        stream: Stream[News],
        engine: Translator,
        publish: Callable[[str, News, Timing | None], None],
    ) -> None:
        self.room = owner.name
        self.lang = lang
        self.growth = 0
        self._owner = owner
        self._lengths: dict[int, int] = {}
        self._stream = stream
        self._engine = engine
        self._publish = publish
        self._work: asyncio.Task[None] | None = None

    def receive(self, changes: Iterable[Change]) -> None:
        """Take what the segmenter says; never waits."""
        for change in changes:
            self._measure(change)
            self._stream.receive(change)
        self._send_updates()
        if self._work is None and not self._stream.idle:
            self._work = asyncio.create_task(self._translate(), name=f"translate {self.lang}")

    @property
    def model(self) -> str:
        """What the stream's jobs name as their model."""
        return self._stream.model

    @property
    def urgent(self) -> bool:
        """Whether a final waits here."""
        return self._stream.urgent

    @property
    def prepares(self) -> bool:
        """Whether its answers, which take hardly any time, are texts for other sources."""
        return self._stream.prepares

    @property
    def private(self) -> bool:
        """Whether its answers are kept for nobody."""
        return self._owner.private

    def waiting_since(self) -> float | None:
        """Return when the oldest text came that no answer was shown for, on the loop's clock."""
        return self._stream.waiting_since()

    def job_to_run(self) -> Job | None:
        """Return the stream's next job."""
        self.growth = 0
        return self._stream.job_to_run()

    async def caught_up(self) -> None:
        """Wait until nothing is left to translate."""
        while self._work:
            await asyncio.wait([self._work])

    def close(self) -> None:
        """Stop at once."""
        if self._work:
            self._work.cancel()
            self._work = None

    async def _translate(self) -> None:
        try:
            while not self._stream.idle:
                self._send_updates(await self._translate_one())
        finally:
            # Here and not when the task is seen to be done: what comes in between would be left lying.
            self._work = None

    async def _translate_one(self) -> Timing | None:
        try:
            hypothesis = await self._engine.translate(self)
        except TranslationError as error:
            _log.error("translation failed", lang=self.lang, reason=str(error))
            self._stream.receive_failure()
            return None
        if hypothesis is None:
            return None
        self._stream.receive_hypothesis(hypothesis)
        return hypothesis.timing

    def _measure(self, change: Change) -> None:
        """Count the characters that an open segment has grown by."""
        if isinstance(change, Withdrawal) or change.final:
            self._lengths.pop(change.id, None)
            return
        length = len(change.text)
        self.growth += max(0, length - self._lengths.get(change.id, 0))
        self._lengths[change.id] = length

    def _send_updates(self, timing: Timing | None = None) -> None:
        for update in self._stream.updates_to_send():
            self._publish(self.lang, update, timing)
