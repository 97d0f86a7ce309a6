"""`rtt bench start`: from the start of the process until `GET /health/ready` answers 200, and where the time goes.

The interpreter and the imports are measured by processes that do nothing else; `/health/live` answers once the server
listens, while the models are still being loaded.
"""

import asyncio
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from rtt.bench.samples import Spread, spread_of
from rtt.bench.servers import RTT, process, serve_arguments
from rtt.bench.tables import FIGURES, Table, Target, line
from rtt.errors import BenchError

_POLL_S = 0.005
_PATIENCE_S = 120.0


class Setup(Struct, frozen=True):
    """What is measured."""

    runs: int
    models: tuple[Path, ...] = ()


class Run(Struct, frozen=True):
    """One start; seconds since the process was started."""

    interpreter_s: float
    """Of a Python that does nothing."""
    imports_s: float
    """Of one that only imports rtt, the interpreter included."""
    live_s: float
    ready_s: float

    @property
    def models_s(self) -> float:
        """What loading the models took after the server was live."""
        return self.ready_s - self.live_s


class Report(Struct, frozen=True):
    """All runs, and the figures over them, in seconds."""

    setup: Setup
    runs: list[Run]
    ready_s: Spread | None


async def measure(setup: Setup, tell: Callable[[str], None]) -> Report:
    """Start the server several times. Raises BenchError."""
    runs: list[Run] = []
    for number in range(setup.runs):
        tell(f"run {number + 1} of {setup.runs}")
        runs.append(await _run(setup))
    return Report(setup, runs, spread_of(runs, lambda run: run.ready_s))


async def _run(setup: Setup) -> Run:
    interpreter_s = await _seconds("pass")
    imports_s = await _seconds("import rtt.cli.main")
    port = _free_port()
    begin = time.perf_counter()
    async with process(RTT, *serve_arguments(setup.models, port)) as (_, said):
        draining = asyncio.create_task(said.read())
        try:
            live_s = await _until(port, "/health/live", begin, draining)
            ready_s = await _until(port, "/health/ready", begin, draining)
        finally:
            draining.cancel()
            await asyncio.wait([draining])
    return Run(interpreter_s, imports_s, live_s, ready_s)


async def _seconds(program: str) -> float:
    begin = time.perf_counter()
    started = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    await started.wait()
    return time.perf_counter() - begin


async def _until(port: int, path: str, begin: float, log: "asyncio.Task[bytes]") -> float:
    """Ask until the answer is 200, and return the seconds since `begin`. Raises BenchError."""
    while not log.done() and time.perf_counter() - begin < _PATIENCE_S:
        if await _status(port, path) == b"200":
            return time.perf_counter() - begin
        await asyncio.sleep(_POLL_S)
    said = log.result().decode().strip() if log.done() else "it does not answer"
    raise BenchError(f"the server did not start: {said}")


async def _status(port: int, path: str) -> bytes:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return b""
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        parts = (await reader.readline()).split()
        return parts[1] if len(parts) > 1 else b""
    except OSError:
        return b""
    finally:
        writer.close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def tables(result: Report) -> list[Table]:
    """Return the report as tables."""
    seconds = "{:.2f} s"
    lines = [
        line("`rtt serve` to ready", result.ready_s, seconds, Target(most=2)),
        line("… interpreter alone", spread_of(result.runs, lambda run: run.interpreter_s), seconds),
        line("… and imports", spread_of(result.runs, lambda run: run.imports_s), seconds),
        line("… until it listens", spread_of(result.runs, lambda run: run.live_s), seconds),
        line("models, after it listens", spread_of(result.runs, lambda run: run.models_s), seconds),
    ]
    return [Table(f"start: {result.setup.runs} runs", FIGURES, lines)]
