"""An exchange that is written down, played against a real server: what is received has to be what is written."""

import asyncio
import os
import re
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any, Self

import orjson
from jsonschema import Draft202012Validator
from websockets.exceptions import ConnectionClosed

from tests.conftest import PATIENCE_S, Peer, Service
from tests.test_asyncapi import CHANNELS, by_name, said

LINE = re.compile(r"(\w+) ([:<>x])(?: (.*))?")
# What is another at every run. A text that varies is the same wherever it stands, in an address too.
VARYING = {"log", "lag_ms", "server_ms", "expires_at", "wait_ms", "tokenise_ms", "translate_ms", "batch"}


class Play:
    """One section's sockets and requests, line by line; whatever is received has to be written there."""

    def __init__(self, service: Service, folder: Path) -> None:
        self._service = service
        self._folder = folder
        self._stack = AsyncExitStack()
        self._peers: dict[str, Reading] = {}
        self._endless: list[tuple[asyncio.subprocess.Process, list[str]]] = []
        self._bound: dict[str, str] = {}
        self._times: set[int] = set()
        """Those that a speaker has given, which do not vary."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for process, _lines in self._endless:
            process.kill()
            await process.communicate()
        await self._stack.aclose()

    async def exchange(self, block: str) -> None:
        for line in block.splitlines():
            match = LINE.fullmatch(line)
            assert match, line
            name, sign, rest = match[1], match[2], self._with_bound(match[3] or "")
            match sign:
                case ":":
                    peer = await self._stack.enter_async_context(self._service.peer(rest))
                    self._peers[name] = Reading(peer, rest)
                    await self._settle()
                case ">":
                    message = orjson.loads(rest)
                    self._times |= {message[end] for end in ("start_ms", "end_ms") if end in message}
                    await self._peers[name].peer.send(rest)
                    await self._settle()
                case "<":
                    self._compare(orjson.loads(rest), self._peers[name].take(orjson.loads(rest)))
                case "x" if rest:
                    assert self._peers.pop(name).closed == int(rest), line
                case "x":
                    await self._peers.pop(name).peer.connection.close()

    async def console(self, block: str) -> None:
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            process = await asyncio.create_subprocess_shell(
                "exec " + command.replace("http://127.0.0.1:8000", self._service.url),
                cwd=self._folder,
                env={"PATH": os.environ["PATH"]},
                stdout=asyncio.subprocess.PIPE,
            )
            assert process.stdout
            if "-sN" in command:
                # It goes on: what comes is compared at the end of the section, when the rest of it has happened.
                first, *others = output.splitlines()
                self._endless.append((process, others))
                self._same_line(first, await next_line(process))
                continue
            came = (await process.stdout.read()).decode()
            assert await process.wait() == 0
            for told, got in zip(output.splitlines(), came.splitlines(), strict=True):
                self._same_line(told, got)

    async def end(self) -> None:
        """Hold what is left against the text: streams that go on, and that nobody was told more."""
        for process, lines in self._endless:
            for told in lines:
                self._same_line(told, await next_line(process), endless=True)
        for name, reading in self._peers.items():
            assert reading.came == [], name
            assert reading.closed is None, name

    async def _settle(self) -> None:
        """Wait until everything that is translated has been received."""
        for _ in range(2):
            await asyncio.gather(*(room.caught_up() for room in self._service.app.state.rooms._rooms.values()))
            for reading in self._peers.values():
                await reading.catch_up()

    def _with_bound(self, written: str) -> str:
        for told, got in self._bound.items():
            written = written.replace(told, got)
        return written

    def _same_line(self, told: str, got: str, *, endless: bool = False) -> None:
        told = self._with_bound(told)
        data = "data: " if told.startswith("data: ") else ""
        if told.startswith((data + "{", "{")):
            self._compare(orjson.loads(told.removeprefix(data)), orjson.loads(got.removeprefix(data)))
        else:
            shape = re.compile(r"\d+" if "retry: " in told or (endless and "-->" in told) else "(?!)")
            assert shape.sub("0", told) == shape.sub("0", got)

    def _compare(self, told: Any, got: Any, name: str = "") -> None:
        """Fail where two values differ that do not vary; remember texts that do."""
        if isinstance(told, dict):
            assert told.keys() == got.keys(), (told, got)
            for key, value in told.items():
                self._compare(value, got[key], "log" if name == "tokens" else key)
        elif name in VARYING or str(told).startswith("private-"):
            assert type(told) is type(got), (name, told, got)
            if isinstance(told, str):
                assert self._bound.setdefault(told, got) == got
        elif name not in {"start_ms", "end_ms"} or told in self._times:
            assert told == got, name


class Reading:
    """A socket, and what came on it that has not been looked at."""

    def __init__(self, peer: Peer, path: str) -> None:
        self.peer = peer
        self.came: list[dict[str, Any]] = []
        self.closed: int | None = None
        self._status: list[dict[str, Any]] = []
        pattern = path.partition("?")[0].replace("/rooms/hall/", "/rooms/{room}/")
        (channel,) = (name for name, told in CHANNELS.items() if told["address"] == pattern)
        self._schemas = by_name(said(channel, "send"))

    async def catch_up(self) -> None:
        """Take everything up to the answer to a ping."""
        if self.closed is not None:
            return
        with suppress(ConnectionClosed):
            await self.peer.send({"type": "ping", "t": -1})
        try:
            async with asyncio.timeout(PATIENCE_S):
                while (message := orjson.loads(await self.peer.connection.recv())).get("t") != -1:
                    # What comes on a channel is what docs/asyncapi.yaml says.
                    Draft202012Validator(self._schemas[message["type"]]).validate(message)
                    (self._status if message["type"] == "status" else self.came).append(message)
        except ConnectionClosed:
            self.closed = self.peer.connection.close_code

    def take(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return the next message, or the status that is told of."""
        if told["type"] == "status":
            return self._status.pop(self._status.index(told))
        return self.came.pop(0)


async def next_line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout
    async with asyncio.timeout(PATIENCE_S):
        return (await process.stdout.readline()).decode().removesuffix("\n")
