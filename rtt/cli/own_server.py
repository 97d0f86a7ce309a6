"""A server of a command's own, in a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import orjson

from rtt.errors import ConfigError


@asynccontextmanager
async def own_server(url: str | None, models: Sequence[Path] | None) -> AsyncIterator[str]:
    """Give the address of a server: the one that is named, or one of our own in a process of its own."""
    if url:
        yield url
        return
    # A talk that is played faster than spoken is no load to give way to.
    options = ["--no-adapt", *(option for folder in models or [] for option in ("--models", str(folder)))]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from rtt.cli.main import app; app()", "serve"),
        *("--host", "127.0.0.1", "--port", "0", *options),
        stderr=asyncio.subprocess.PIPE,
    )
    said = process.stderr
    if said is None:
        raise RuntimeError("the server has no stderr")
    try:
        address = await _address(said)
        draining = asyncio.create_task(said.read())
        yield address
        draining.cancel()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _address(said: asyncio.StreamReader) -> str:
    """Wait until a server says where it listens."""
    last = "it said nothing"
    async for line in said:
        last = line.decode().strip()
        if last.startswith("{") and (event := orjson.loads(last)).get("event") == "ready":
            return str(event["url"])
    raise ConfigError(f"the server did not start: {last.removeprefix('rtt: ')}")
