"""The Python client: speak into a room, or listen to one. Both reconnect by themselves and lose nothing.

async with speak("ws://127.0.0.1:8000", "hall", source="en") as speaker:
    speaker.partial("the cat sat on")
    speaker.final("The cat sat on the mat.")

async for message in listen("ws://127.0.0.1:8000", "hall", ["de"]):
    print(message)
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import structlog
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from rtt.connection import connected, messages
from rtt.errors import Unreachable, WireError
from rtt.protocol import (
    SPEAKER_TYPES,
    Cancel,
    CancelUtterance,
    Caption,
    Clear,
    ClearRoom,
    Correct,
    Error,
    Final,
    Glossary,
    Partial,
    Ping,
    Pong,
    Ready,
    Stability,
    Status,
    Term,
    decode,
    encode,
)

_log = structlog.get_logger(__name__)

_FIRST_DELAY_S = 0.25
_LONGEST_DELAY_S = 10.0
# Long enough for a server to be started anew by hand.
PATIENCE_S = 300.0


async def listen(  # noqa: PLR0913 - a reader's own choices
    url: str,
    room: str,
    langs: Sequence[str] = (),
    *,
    stability: Stability = Stability.STEADY,
    since: int | None = None,
    token: str = "",
    patience_s: float = PATIENCE_S,
) -> AsyncGenerator[Ready | Caption | Cancel | Clear | Status, None]:
    """Yield what readers of a room are told, for ever; after a dropped connection it resumes where it was.

    A `Ready` with `gap` means that captions were missed which the server no longer has. Raises ServerError where trying
    again would not help, and Unreachable where no server answers for `patience_s` (`math.inf`: never).
    """
    delays = _delays(patience_s)
    log = ""
    while True:
        query = {"lang": ",".join(langs), "stability": stability.value, "log": log}
        if since is not None:
            query["since"] = str(since)
        try:
            async with connected(url, f"/v1/rooms/{room}/listen", query, token) as connection:
                async for message in messages(connection):
                    match message:
                        case Ready():
                            delays = _delays(patience_s)
                            # In another log our place means nothing.
                            since = since if log in {"", message.log} else None
                            log = message.log
                            yield message
                        case Caption() | Cancel() | Clear():
                            since = message.seq
                            yield message
                        case Status():
                            yield message
        except (OSError, WebSocketException) as error:
            _log.warning("no connection; trying again", url=url, room=room, reason=str(error))
        await asyncio.sleep(next(delays))


class Speaker:
    """The speaker of a room. Its methods never wait; what is sent while disconnected is sent later.

    They raise ValueError on what no server would take, such as a text over 4,000 characters, and ServerError once the
    server has refused this speaker for good.

    Finals, cancels, corrections, glossaries and clears are kept until the server has acknowledged them (a pong to a
    ping sent after them) and sent again after a reconnect; the server knows a repeated final by its utterance and text.
    """

    def __init__(self) -> None:
        self._utterance = time.time_ns() // 1_000_000
        """Counts on from the time, so that a speaker who starts again never reuses a number."""
        self._serial = 0
        self._unacknowledged: deque[tuple[int, str]] = deque()
        self._sent = 0
        self._partial: str | None = None
        self._partial_sent = False
        self._news = asyncio.Event()
        self._acknowledged = asyncio.Event()
        self.rejected: list[Error] = []
        """What the server could not read of what was sent, and what it cannot translate into for now."""
        self.reconnects = 0
        self._running: asyncio.Task[None] | None = None

    def partial(
        self, text: str, *, utterance: int | None = None, start_ms: int | None = None, end_ms: int | None = None
    ) -> None:
        """Send the whole text of the open utterance so far; it replaces an unsent earlier one."""
        self._check()
        number = self._utterance if utterance is None else utterance
        self._partial, self._partial_sent = _checked(Partial(text, number, start_ms, end_ms)), False
        self._news.set()

    def final(
        self, text: str, *, utterance: int | None = None, start_ms: int | None = None, end_ms: int | None = None
    ) -> None:
        """Send the finished text of the utterance, and open the next."""
        self._keep(Final(text, self._utterance if utterance is None else utterance, start_ms, end_ms))
        self._utterance += utterance is None

    def cancel(self, utterance: int | None = None) -> None:
        """Withdraw an utterance; without a number, the open one."""
        self._keep(CancelUtterance(self._utterance if utterance is None else utterance))
        self._utterance += utterance is None

    def correct(self, segment: int, text: str) -> None:
        """Change the source text of a finished segment."""
        self._keep(Correct(segment, text))

    def glossary(self, terms: Sequence[Term]) -> None:
        """Have these terms kept, or translated as they say, from the next sentence on; they replace those before."""
        self._keep(Glossary(list(terms)))

    def clear(self, title: str = "", speaker: str = "") -> None:
        """Begin another talk: what was said is taken off every screen, and transcripts begin anew."""
        self._keep(ClearRoom(title, speaker))

    async def acknowledged(self) -> None:
        """Wait until the server has received everything."""
        while self._unacknowledged or (self._partial and not self._partial_sent):
            self._acknowledged.clear()
            await self._acknowledged.wait()

    def _keep(self, message: Final | CancelUtterance | Correct | Glossary | ClearRoom) -> None:
        self._check()
        self._serial += 1
        self._unacknowledged.append((self._serial, _checked(message)))
        if isinstance(message, Final | CancelUtterance):
            self._partial = None
        self._news.set()

    def _check(self) -> None:
        if self._running and self._running.done():
            self._running.result()

    async def _send(self, connection: ClientConnection) -> None:
        self._sent, self._partial_sent = 0, False
        while True:
            while self._sent < len(self._unacknowledged):
                serial, frame = self._unacknowledged[self._sent]
                self._sent += 1
                await connection.send(frame)
                await connection.send(encode(Ping(serial)))
            if self._partial and not self._partial_sent:
                self._partial_sent = True
                await connection.send(self._partial)
                self._acknowledged.set()
            else:
                self._news.clear()
                await self._news.wait()

    def _acknowledge(self, serial: float) -> None:
        while self._unacknowledged and self._unacknowledged[0][0] <= serial:
            self._unacknowledged.popleft()
            self._sent -= 1
        self._acknowledged.set()

    async def _run(self, url: str, room: str, query: dict[str, str], token: str, patience_s: float) -> None:
        delays = _delays(patience_s)
        while True:
            try:
                async with connected(url, f"/v1/rooms/{room}/speak", query, token) as connection:
                    sending = asyncio.create_task(self._send(connection))
                    try:
                        async for message in messages(connection):
                            match message:
                                case Ready():
                                    delays = _delays(patience_s)
                                case Pong():
                                    self._acknowledge(message.t)
                                case Error():
                                    self.rejected.append(message)
                    finally:
                        sending.cancel()
                        await asyncio.gather(sending, return_exceptions=True)
            except (OSError, WebSocketException) as error:
                _log.warning("no connection; trying again", url=url, room=room, reason=str(error))
            await asyncio.sleep(next(delays))
            self.reconnects += 1


@asynccontextmanager
async def speak(  # noqa: PLR0913 - a speaker's own choices
    url: str, room: str, *, source: str, targets: Sequence[str] = (), token: str = "", patience_s: float = PATIENCE_S
) -> AsyncIterator[Speaker]:
    """Speak into a room; on leaving, everything sent has been received.

    Raises ServerError, and Unreachable where no server answers for `patience_s` (`math.inf`: never).
    """
    speaker = Speaker()
    query = {"source": source, "target": ",".join(targets)}
    run = speaker._run(url, room, query, token, patience_s)  # noqa: SLF001 - its own class
    speaker._running = running = asyncio.create_task(run)  # noqa: SLF001 - its own class
    tasks = [running]
    try:
        yield speaker
        tasks.append(asyncio.create_task(speaker.acknowledged()))
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _checked(message: Partial | Final | CancelUtterance | Correct | Glossary | ClearRoom) -> str:
    """Encode a message that the server will be able to read."""
    frame = encode(message)
    try:
        decode(frame, SPEAKER_TYPES)
    except WireError as error:
        raise ValueError(str(error)) from None
    return frame


def _delays(patience_s: float) -> Iterator[float]:
    """Yield how long to wait before each further attempt: exponential backoff with full jitter.

    Raises Unreachable where the first attempt was so long ago.
    """
    longest = _FIRST_DELAY_S
    began = time.monotonic()
    while time.monotonic() - began < patience_s:
        yield random.uniform(0, longest)  # noqa: S311 - no secret
        longest = min(2 * longest, _LONGEST_DELAY_S)
    raise Unreachable(f"no connection for {patience_s:g} s")
