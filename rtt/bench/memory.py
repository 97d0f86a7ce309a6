"""`rtt bench memory`: what a server holds at its start, for each reader and each room, and over hours of talk."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlencode

from msgspec import Struct

from rtt.bench import crowd
from rtt.bench.apart import apart
from rtt.bench.cost import Memory, Meter
from rtt.bench.excerpt import excerpt, in_a_row
from rtt.bench.samples import Spread, spread_of
from rtt.bench.servers import NOTHING_KNOWN, Server, rtt_server
from rtt.bench.tables import FIGURES, Table, Target, line, shown
from rtt.bench.talker import Script, Talked, talk
from rtt.trace import TraceEvent

# Samples over the hours of talk.
_SAMPLES = 16
_SETTLE_S = 1.0
# Of the memory that the talk's second half may add, for it to count as flat.
_FLAT = 1.05


class Setup(Struct, frozen=True):
    """What is measured."""

    source: str
    target: str
    readers: int
    rooms: int
    hours: float
    speed: float
    """How many times as fast as spoken the hours are said."""
    runs: int
    models: tuple[Path, ...] = ()


class Run(Struct, frozen=True):
    """One server, before and after so many more readers of one room, and so many more rooms with a reader each."""

    start: Memory
    before_readers: Memory
    """With one reader of one room."""
    after_readers: Memory
    after_rooms: Memory
    readers: int
    rooms: int

    @property
    def reader_kb(self) -> float:
        """What a reader costs."""
        return (self.after_readers.rss - self.before_readers.rss) / 1e3 / self.readers

    @property
    def room_kb(self) -> float:
        """What a room costs, without its one reader."""
        return (self.after_rooms.rss - self.after_readers.rss) / 1e3 / self.rooms - self.reader_kb


class Moment(Struct, frozen=True):
    """The memory after so many hours of talk."""

    hours: float
    memory: Memory


class Report(Struct, frozen=True):
    """All runs, and what hours of talk in one room add."""

    setup: Setup
    runs: list[Run]
    talk: list[Moment]
    start_mb: Spread | None
    reader_kb: Spread | None
    room_kb: Spread | None

    @property
    def growth(self) -> float | None:
        """How many times the memory in the middle of the talk that at its end is."""
        if not self.talk:
            return None
        last = self.talk[-1]
        middle = min(self.talk, key=lambda one: abs(one.hours - last.hours / 2))
        return last.memory.rss / middle.memory.rss


async def measure(talks: Sequence[Sequence[TraceEvent]], setup: Setup, tell: Callable[[str], None]) -> Report:
    """Measure servers with readers and rooms, then one with hours of talk. Raises BenchError, ConfigError."""
    crowd.allow_files(setup.readers + setup.rooms)
    runs: list[Run] = []
    for number in range(setup.runs):
        tell(f"run {number + 1} of {setup.runs}")
        async with rtt_server(setup.models) as server:
            runs.append(await _run(server, setup))
    # Answers that are kept grow up to --cache-mb; what is measured is whether anything else grows.
    async with rtt_server(setup.models, *NOTHING_KNOWN) as server:
        said = excerpt(in_a_row(talks), setup.hours * 3600)
        tell(f"{setup.hours:g} hours of talk at speed {setup.speed:g}")
        moments = await _talk(server, said, setup)
    return Report(
        setup,
        runs,
        moments,
        start_mb=spread_of(runs, lambda run: run.start.rss / 1e6),
        reader_kb=spread_of(runs, lambda run: run.reader_kb),
        room_kb=spread_of(runs, lambda run: run.room_kb),
    )


async def _run(server: Server, setup: Setup) -> Run:
    meter = Meter(server.pid)
    listen = urlencode({"lang": setup.target, "stability": "fast"})

    def room(number: int) -> str:
        return f"{server.ws}/v1/rooms/room-{number}/listen?{listen}"

    async def settled() -> Memory:
        await asyncio.sleep(_SETTLE_S)
        return meter.memory()

    start = await settled()
    async with apart(crowd.read, [room(0)]) as first:
        await first.ready()
        before_readers = await settled()
        async with apart(crowd.read, [room(0)] * setup.readers) as more:
            await more.ready()
            after_readers = await settled()
            async with apart(crowd.read, [room(number) for number in range(1, setup.rooms + 1)]) as others:
                await others.ready()
                after_rooms = await settled()
    return Run(start, before_readers, after_readers, after_rooms, setup.readers, setup.rooms)


async def _talk(server: Server, said: list[TraceEvent], setup: Setup) -> list[Moment]:
    meter = Meter(server.pid)
    samples: list[tuple[float, Memory]] = []
    script = Script([said], setup.source, [setup.target], setup.speed)
    async with apart(talk, server.ws, script) as talking:
        await talking.ready()
        talking.go_on()
        outcome = asyncio.create_task(talking.outcome())
        while not outcome.done():
            await asyncio.wait([outcome], timeout=setup.hours * 3600 / setup.speed / _SAMPLES)
            samples.append((time.monotonic(), meter.memory()))
    (talked,) = outcome.result().value
    return [Moment(hours_said(talked, at_s), held) for at_s, held in samples]


def hours_said(talked: Talked, at_s: float) -> float:
    """Return how much of a talk had been said at a time: a server that is slow to take it slows it down."""
    return max((event.at_ms / 3.6e6 for said_s, event in talked.said if said_s <= at_s), default=0.0)


def tables(result: Report) -> list[Table]:
    """Return the report as tables."""
    setup = result.setup
    moments = [[f"{one.hours:.2f}", f"{one.memory.rss / 1e6:.1f}", shown(_mb(one.memory.pss))] for one in result.talk]
    figures = [
        line("at the start", result.start_mb, "{:.0f} MB", Target(most=250)),
        line("… proportional (PSS)", spread_of(result.runs, lambda run: _mb(run.start.pss)), "{:.0f} MB"),
        line(f"a reader, of {setup.readers} more", result.reader_kb, "{:.1f} kB", Target(most=50)),
        line(f"a room, of {setup.rooms} more", result.room_kb, "{:.1f} kB"),
        line("at the end of the talk, beside its middle", result.growth, "{:.3f}", Target(most=_FLAT)),
    ]
    return [
        Table("memory: resident (RSS)", FIGURES, figures),
        Table(
            f"memory over {setup.hours:g} hours of talk, said at speed {setup.speed:g}, with no answers kept",
            ("hours", "RSS, MB", "PSS, MB"),
            moments,
        ),
    ]


def _mb(value: int | None) -> float | None:
    return None if value is None else value / 1e6
