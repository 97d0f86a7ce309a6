"""Servers in processes of their own: rtt itself, and the baselines that it is held against."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from rtt.errors import ConfigError

RTT = "from rtt.cli.main import app; app()"
"""The program of the command `rtt`."""
NOTHING_KNOWN = ("--cache-mb", "0")
"""Options of `rtt serve` with which no answers are kept."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server listens, and its process."""

    url: str
    pid: int

    @property
    def ws(self) -> str:
        """Its address for WebSockets."""
        return self.url.replace("http", "ws", 1)


class _Said(Struct, frozen=True):
    """A line of a server's log."""

    event: str = ""
    url: str = ""


def ready_line(url: str) -> str:
    """Return what a baseline writes to stderr when it listens, as rtt does in its log."""
    return msgspec.json.encode(_Said("ready", url)).decode()


@asynccontextmanager
async def rtt_server(models: Sequence[Path] | None = None, *options: str, adapt: bool = False) -> AsyncIterator[Server]:
    """Start `rtt serve`; `adapt`: it may give way to load. Raises ConfigError."""
    async with server(RTT, *serve_arguments(models, adapt=adapt), *options) as started:
        yield started


def serve_arguments(models: Sequence[Path] | None, port: int = 0, *, adapt: bool = False) -> list[str]:
    """Return the arguments of `rtt serve` on the loopback; its other settings come from the environment."""
    options = [option for folder in models or [] for option in ("--models", str(folder))]
    # A talk at many times its pace and any number of readers are neither abuse nor, mostly, a load to give way to.
    limits = [f"--{name}=0" for name in ("messages-per-s", "characters-per-s", "readers-per-room")]
    adapts = "--adapt" if adapt else "--no-adapt"
    return ["serve", "--host", "127.0.0.1", "--port", str(port), *limits, adapts, *options]


@asynccontextmanager
async def server(program: str, *arguments: str) -> AsyncIterator[Server]:
    """Run a Python program that says on stderr where it listens, and stop it afterwards. Raises ConfigError."""
    async with process(program, *arguments) as (pid, said):
        address = await _address(said)
        draining = asyncio.create_task(said.read())
        try:
            yield Server(address, pid)
        finally:
            draining.cancel()
            await asyncio.wait([draining])


@asynccontextmanager
async def process(program: str, *arguments: str) -> AsyncIterator[tuple[int, asyncio.StreamReader]]:
    """Run a Python program, give its process id and stderr, and stop it afterwards."""
    # Nobody but this command knows of the server, and it has no token.
    open_to_us = {name: value for name, value in os.environ.items() if not name.startswith("RTT_SECRET")}
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, *arguments), env=open_to_us, stderr=asyncio.subprocess.PIPE
    )
    if started.stderr is None:
        raise RuntimeError("the process has no stderr")
    try:
        yield started.pid, started.stderr
    finally:
        if started.returncode is None:
            started.terminate()
        # A pipe that nobody reads keeps asyncio from seeing the end of the process.
        await started.communicate()


async def _address(said: asyncio.StreamReader) -> str:
    """Wait until a server says where it listens."""
    last = "it said nothing"
    async for line in said:
        last = line.decode().strip()
        if last.startswith("{") and (entry := msgspec.json.decode(last, type=_Said)).event == "ready":
            return entry.url
    raise ConfigError(f"the server did not start: {last.removeprefix('rtt: ')}")
