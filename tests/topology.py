"""What docker-compose.yml sets up, out of real processes: a Redis, two nodes, a relay, and balancers before them."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import MappingProxyType

import httpx
import orjson

from tests.conftest import PATIENCE_S
from tests.proxy import Proxy, proxying
from tests.redis_server import RedisServer, free_port

_ROOT = Path(__file__).parent.parent


class Node:
    """A server over a Redis, in a process of its own, whose log goes to a file."""

    def __init__(
        self, redis: RedisServer, log: Path, environment: Mapping[str, str], *, model: bool, relay: bool
    ) -> None:
        """`model`: whether it is `rtt serve` with its models; else its German is English in capitals."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        if model:
            # The machine may be busy: what is left out then would depend on it.
            options = ["--port", str(port), "--log", redis.url, "--no-adapt", "--workers", "1", *["--relay"] * relay]
            command = [str(Path(sys.executable).with_name("rtt")), "serve", *options]
        else:
            settings = {"port": port, "log": redis.url, "relay": relay}
            command = [sys.executable, "-m", "tests.node", orjson.dumps(settings).decode()]
        plain = {name: value for name, value in os.environ.items() if not name.startswith("RTT_")}
        with log.open("w") as file:
            self.process = subprocess.Popen(command, cwd=_ROOT, stderr=file, env={**plain, **environment})

    async def ready(self) -> None:
        """Wait until it serves."""
        async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient(trust_env=False) as client:
            while not await self._is_ready(client):
                await asyncio.sleep(0.05)

    def end(self) -> None:
        """Stop it, however it is."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
        self.process.wait(30)

    async def _is_ready(self, client: httpx.AsyncClient) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"the node ended with {self.process.returncode}")
        try:
            return (await client.get(f"{self.url}/health/ready")).is_success
        except httpx.TransportError:
            return False


class Topology:
    """The processes, and where peers connect: each address goes on to the next node where its own is dead."""

    def __init__(self, redis: RedisServer, nodes: list[Node], readers: list[Proxy], speaker: Proxy) -> None:
        self.redis = redis
        self.nodes = nodes
        self.readers = readers
        self.speaker = speaker

    @property
    def leader(self) -> subprocess.Popen[bytes]:
        """The node that the speaker is at first."""
        return self.nodes[0].process

    @property
    def reader_urls(self) -> list[str]:
        """The addresses of readers, one for each node."""
        return [_url(way) for way in self.readers]

    @property
    def speaker_url(self) -> str:
        """The address of the speaker, which leads to the first node."""
        return _url(self.speaker)


@asynccontextmanager
async def topology(
    folder: Path, *, model: bool = False, log: Path | None = None, environment: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Topology]:
    """Start everything; `log`: where the nodes' own logs go, `environment`: that of the nodes."""
    redis = RedisServer(folder)
    async with AsyncExitStack() as stack:
        await redis.start()
        stack.callback(redis.kill)
        nodes = []
        for name in ("one", "two", "relay"):
            file = log or folder / f"{name}.log"
            nodes.append(Node(redis, file, environment, model=model, relay=name == "relay"))
            stack.callback(nodes[-1].end)
        await asyncio.gather(*(node.ready() for node in nodes))
        urls = [node.url for node in nodes]
        readers = [await stack.enter_async_context(proxying(*urls[at:], *urls[:at])) for at in range(len(urls))]
        speaker = await stack.enter_async_context(proxying(*urls[:2]))
        yield Topology(redis, nodes, readers, speaker)


def _url(way: Proxy) -> str:
    return f"http://127.0.0.1:{way.port}"
