"""One language of one room: the place where the pure policy meets `await`."""

import asyncio
from collections.abc import Callable, Iterable

import structlog

from rtt.engine import Translator
from rtt.errors import TranslationError
from rtt.policy import Stream, Update
from rtt.segmenter import Change, Withdrawal

_log = structlog.get_logger(__name__)


class Session:
    """Feeds a stream, has its jobs run one at a time, and hands its updates to `publish`."""

    def __init__(
        self, lang: str, stream: Stream, engine: Translator, publish: Callable[[str, Update | Withdrawal], None]
    ) -> None:
        self.lang = lang
        self._stream = stream
        self._engine = engine
        self._publish = publish
        self._work: asyncio.Task[None] | None = None

    def receive(self, changes: Iterable[Change]) -> None:
        """Take what the segmenter says; never waits."""
        for change in changes:
            self._stream.receive(change)
        self._send_updates()
        if self._work is None and not self._stream.idle:
            self._work = asyncio.create_task(self._translate(), name=f"translate {self.lang}")
            self._work.add_done_callback(self._rest)

    def waiting_since(self) -> float | None:
        """Return when the oldest text came that no answer was shown for, on the loop's clock."""
        return self._stream.waiting_since()

    async def caught_up(self) -> None:
        """Wait until nothing is left to translate."""
        while self._work:
            await asyncio.wait([self._work])

    def close(self) -> None:
        """Stop at once."""
        if self._work:
            self._work.cancel()

    async def _translate(self) -> None:
        while not self._stream.idle:
            try:
                hypothesis = await self._engine.translate(self._stream)
            except TranslationError as error:
                _log.error("translation failed", lang=self.lang, reason=str(error))
                self._stream.receive_failure()
            else:
                if hypothesis is not None:
                    self._stream.receive_hypothesis(hypothesis)
            self._send_updates()

    def _send_updates(self) -> None:
        for update in self._stream.updates_to_send():
            self._publish(self.lang, update)

    def _rest(self, work: asyncio.Task[None]) -> None:
        self._work = None
        if not work.cancelled() and (error := work.exception()):
            _log.error("session stopped", lang=self.lang, exc_info=error)
