"""docs/api.md is true: the exchanges of each section are played against a server, and what comes is compared."""

import asyncio
import os
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any, Self

import orjson
import pytest
from jsonschema import Draft202012Validator
from websockets.exceptions import ConnectionClosed

from rtt.engine import Job
from tests.conftest import Peer, Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog
from tests.test_asyncapi import CHANNELS, by_name, said
from tests.test_errors import WIRE
from tests.test_openapi import DOCUMENT as OPENAPI

TEXT = (Path(__file__).parent.parent / "docs" / "api.md").read_text()
SECTIONS = {part.partition("\n")[0]: part for part in TEXT.split("\n## ")[1:]}
BLOCK = re.compile(r"^```(exchange|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"(\w+) ([:<>x])(?: (.*))?")
SECRET = "the secret of the documentation of the API"
# What is another at every run. A text that varies is the same wherever it stands, in an address too.
VARYING = {"log", "lag_ms", "server_ms", "expires_at", "wait_ms", "tokenise_ms", "translate_ms", "batch"}
GERMAN = {
    "good morning": "Guten Morgen",
    "good morning every": "Guten Morgen jeder",
    "good morning everyone": "Guten Morgen alle",
    "Good morning, everyone.": "Guten Morgen, alle zusammen.",
    "the hat": "der Hut",
    "The hat sat.": "Der Hut saß.",
    "The cat sat.": "Die Katze saß.",
    "It rained.": "Es regnete.",
    "We left.": "Wir gingen.",
    "the old bank": "die alte Bank",
    "the old bank by": "die alte Bank an",
    "the old bank by the": "die alte Bank an der",
    "the old bank by the river": "die alte Bank am Fluss",
    "The old bank by the river was wet.": "Die alte Bank am Fluss war nass.",
}


def german(job: Job) -> str:
    return GERMAN[job.text]


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
            async with asyncio.timeout(10):
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
    async with asyncio.timeout(10):
        return (await process.stdout.readline()).decode().removesuffix("\n")


@pytest.mark.parametrize("section", SECTIONS)
async def test_the_exchanges_are_real(section: str, tmp_path: Path) -> None:
    blocks = BLOCK.findall(SECTIONS[section])
    (tmp_path / "secret").write_text(SECRET)
    secrets = [SECRET] if "--secret-file" in SECTIONS[section] else []
    # An utterance that stands still for a second is taken as agreed: here the machine may be slow.
    settings = {"segmenter": {"settle_s": 3600}}
    catalog = scripted_catalog(("en", "de"), ("en", "fr"))
    async with serving(ScriptedEngine(german), catalog, secrets=secrets, **settings) as service:
        async with Play(service, tmp_path) as play:
            for kind, block in blocks:
                await (play.exchange if kind == "exchange" else play.console)(block)
            await play.end()


def rows(section: str) -> Iterator[list[str]]:
    for line in SECTIONS[section].splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def test_the_table_of_errors() -> None:
    over_http = {
        code
        for answer in OPENAPI["components"]["responses"].values()
        for code in re.findall(r"`(\w+)`:", answer["description"])
    }
    assert {tuple(row[:4]) for row in rows("Errors and close codes")} == {
        (f"`{e.code}`", str(e.close), str(e("").status) if e.code in over_http else "", "yes" if e.retryable else "no")
        for e in WIRE
    }


def test_the_tables_of_sockets_and_parameters() -> None:
    sockets = {row[0].strip("`"): re.findall(r"`(\w+)`", row[2]) for row in rows("Connecting") if "/" in row[0]}
    parameters = [name for row in rows("Connecting") if "/" not in row[0] for name in re.findall(r"\w+", row[0])]
    assert {path: set(query) for path, query in sockets.items()} == {
        channel["address"]: set(channel["bindings"]["ws"]["query"]["properties"]) for channel in CHANNELS.values()
    }
    assert set(parameters) == {"token"}.union(*sockets.values())


def test_every_message_is_shown() -> None:
    shown = set(re.findall(r'^\w+ ([<>]) {"type":"(\w+)"', TEXT, re.MULTILINE))
    assert shown == {
        (sign, message["name"])
        for sign, action in ((">", "receive"), ("<", "send"))
        for channel in CHANNELS
        for message in said(channel, action)
    }
