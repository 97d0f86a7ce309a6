"""Load in processes of its own, so that it neither takes the server's time unseen nor waits for the bench itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import uvloop

from rtt.errors import BenchError, RttError

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# Forked children would share the bench's event loop and threads.
_CONTEXT = get_context("spawn")


class Link:
    """What the work in the other process has to do with the bench: it says when it is ready, and waits for its word."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cpu_before = time.process_time()

    async def ready(self) -> None:
        """Tell that everything is prepared, and wait until the bench says to go on."""
        self._connection.send(_Ready())
        self._cpu_before = time.process_time()
        await asyncio.to_thread(self._connection.recv)

    def cpu_s(self) -> float:
        """Return the CPU seconds this process has taken since it was ready."""
        return time.process_time() - self._cpu_before


@dataclass(frozen=True, slots=True)
class _Ready:
    pass


@dataclass(frozen=True, slots=True)
class _Failed:
    why: str


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Result]):
    """What the work returned, and the CPU seconds its process took for it since it was ready."""

    value: Result
    cpu_s: float


class Worker(Generic[Result]):
    """Work in a process of its own, seen from the bench."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def ready(self) -> None:
        """Wait until it is ready. Raises BenchError."""
        await self._receive()

    def go_on(self) -> None:
        """Let it go on."""
        self._connection.send(_Ready())

    async def outcome(self) -> Outcome[Result]:
        """Wait until it is done. Raises BenchError."""
        outcome: Outcome[Result] = await self._receive()
        return outcome

    async def _receive(self) -> Any:  # noqa: ANN401 - whatever the other side sends
        try:
            received = await asyncio.to_thread(self._connection.recv)
        except EOFError:
            raise BenchError("a process of the load has ended") from None
        if isinstance(received, _Failed):
            raise BenchError(f"a process of the load failed: {received.why}")
        return received


@asynccontextmanager
async def apart(
    work: Callable[Concatenate[Link, Arguments], Coroutine[Any, Any, Result]],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> AsyncIterator[Worker[Result]]:
    """Run a coroutine function of a module in a process of its own, on uvloop; it ends with the context."""
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_main, args=(theirs, work, args, kwargs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Worker(ours)
    finally:
        # Its end wakes whatever still waits for it.
        process.terminate()
        await asyncio.to_thread(process.join)
        ours.close()


def _main(connection: Connection, work: Callable[..., Coroutine[Any, Any, Any]], args: Any, kwargs: Any) -> None:  # noqa: ANN401
    # Without the bench there is nobody to tell.
    with suppress(BrokenPipeError, KeyboardInterrupt):
        try:
            connection.send(uvloop.run(_timed(Link(connection), work, args, kwargs)))
        except (RttError, OSError) as error:
            connection.send(_Failed(str(error)))


async def _timed(link: Link, work: Callable[..., Coroutine[Any, Any, Any]], args: Any, kwargs: Any) -> Outcome[Any]:  # noqa: ANN401
    value = await work(link, *args, **kwargs)
    return Outcome(value, link.cpu_s())
