"""`rtt bench fanout`: how many readers one room holds, all receiving every update.

A caption is late by the time from its being sent to its arriving at a reader. rtt sends it `lag_ms` after it was given
the text. Beside it `websockets.broadcast`, by a server that does nothing else, sends the very same frames at the same
times to as many.
"""

import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from rtt.bench import broadcast_server, crowd, pacer
from rtt.bench.answers import first_captions
from rtt.bench.apart import apart
from rtt.bench.cost import Meter
from rtt.bench.excerpt import excerpt, message_of
from rtt.bench.limit import Limit, find_limit
from rtt.bench.samples import Percentiles, Spread, percentiles, ratio, spread_of
from rtt.bench.servers import Server, rtt_server, server
from rtt.bench.tables import FIGURES, Table, Target, line, shown
from rtt.bench.talker import Heard
from rtt.protocol import encode
from rtt.trace import TraceEvent

_decoder = msgspec.json.Decoder(Heard)

LIMIT_MS = 250.0
# How long to wait for what follows from the last text.
_GRACE_S = 1.5


class Setup(Struct, frozen=True):
    """What is measured."""

    source: str
    target: str
    seconds: float
    first: int
    most: int
    runs: int
    """Probes at the limit, of which the medians are told."""
    processes: int = 1
    """That read."""
    models: tuple[Path, ...] = ()


class Probe(Struct, frozen=True):
    """So many readers at the same time."""

    count: int
    delay: Percentiles
    """From frame sent to frame received, in ms."""
    updates: int
    delivered: int
    """Frames, of all readers together."""
    server_cpu_s: float
    load_cpu_s: float
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether every reader got every update."""
        return self.delivered == self.count * self.updates

    @property
    def passed(self) -> bool:
        """Whether 95 of 100 frames came in time, and all of them came."""
        return self.delay.p95 is not None and self.delay.p95 <= LIMIT_MS and self.complete

    @property
    def cpu_us(self) -> float | None:
        """What the server took for each frame that was delivered, in µs."""
        return self.server_cpu_s * 1e6 / self.delivered if self.delivered else None


class Report(Struct, frozen=True):
    """rtt, and the raw broadcast."""

    setup: Setup
    rtt: Limit[Probe]
    broadcast: Limit[Probe]
    alike: Probe
    """The broadcast with as many readers as rtt's limit."""
    readers_ratio: float | None
    """None where the broadcast's limit was not found."""
    cpu_ratio: float | None
    """The broadcast's CPU time for a frame beside rtt's, with as many readers."""


Frames = list[tuple[float, str]]
"""What is sent, and at which second."""
SentAt = Callable[[Sequence[bytes], Sequence[float]], Mapping[bytes, float]]
"""Tells, of the frames that came and the times at which `Frames` were sent, when the server sent each."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A server, and how it is spoken and listened to."""

    name: str
    start: Callable[[], AbstractAsyncContextManager[Server]]
    speak: str
    listen: str
    frames: Frames
    sent_at: SentAt


async def measure(talks: Sequence[Sequence[TraceEvent]], setup: Setup, tell: Callable[[str], None]) -> Report:
    """Find the limits of both servers. Raises BenchError, ConfigError."""
    crowd.allow_files(setup.most)
    own = rtt_stage(excerpt(talks[0], setup.seconds), setup)
    found, came = await _side(own, setup, tell)
    raw = broadcast_stage(came)
    beside, _ = await _side(raw, setup, tell)
    least = found.at_limit or found.probes[:1]
    alike = next((one for one in beside.probes if one.count == least[0].count), None)
    if alike is None:
        tell(f"{raw.name}, {least[0].count} readers")
        alike, _ = await probe(raw, setup, least[0].count)
    cpu_us = spread_of(least, lambda one: one.cpu_us)
    return Report(
        setup,
        found,
        beside,
        alike,
        readers_ratio=ratio(found.count, beside.count) if beside.count < setup.most else None,
        cpu_ratio=ratio(alike.cpu_us, cpu_us.median if cpu_us else None),
    )


async def _side(stage: Stage, setup: Setup, tell: Callable[[str], None]) -> tuple[Limit[Probe], Frames]:
    """Return what was found, and the captions as they came in the first probe."""
    recorded: list[Frames] = []

    async def attempt(count: int) -> Probe:
        tell(f"{stage.name}, {count} readers")
        found, came = await probe(stage, setup, count)
        recorded.append(came)
        return found

    return await find_limit(attempt, setup.first, setup.most, setup.runs), recorded[0]


async def probe(stage: Stage, setup: Setup, count: int) -> tuple[Probe, Frames]:
    """Let so many readers read; return the figures, and every caption with the second at which it came first."""
    processes = min(setup.processes, count)
    async with stage.start() as started, AsyncExitStack() as stack:
        meter = Meter(started.pid)
        shares = [[started.ws + stage.listen] * len(range(n, count, processes)) for n in range(processes)]
        readers = [await stack.enter_async_context(apart(crowd.read, share)) for share in shares]
        for reader in readers:
            await reader.ready()
        speaker = await stack.enter_async_context(apart(pacer.send, started.ws + stage.speak, stage.frames, _GRACE_S))
        await speaker.ready()
        before, begin_s = meter.cpu_s(), time.monotonic()
        speaker.go_on()
        spoken = await speaker.outcome()
        server_cpu_s, seconds = meter.cpu_s() - before, time.monotonic() - begin_s
        for reader in readers:
            reader.go_on()
        read = [await reader.outcome() for reader in readers]
    arrivals = _captions([outcome.value for outcome in read])
    sent_at = stage.sent_at(list(arrivals), spoken.value)
    late = [(came - sent_at[frame]) * 1000 for frame, times in arrivals.items() if frame in sent_at for came in times]
    found = Probe(
        count=count,
        delay=percentiles(late),
        updates=len(arrivals),
        delivered=sum(map(len, arrivals.values())),
        server_cpu_s=server_cpu_s,
        load_cpu_s=spoken.cpu_s + sum(outcome.cpu_s for outcome in read),
        seconds=seconds,
    )
    return found, sorted((min(times) - spoken.value[0], frame.decode()) for frame, times in arrivals.items())


def rtt_stage(events: Sequence[TraceEvent], setup: Setup) -> Stage:
    """Return rtt with one room, in which these events are said."""
    query = urlencode({"source": setup.source, "target": setup.target})
    listen = urlencode({"lang": setup.target, "stability": "fast"})

    def sent_at(frames: Sequence[bytes], times: Sequence[float]) -> Mapping[bytes, float]:
        said = {event.end_ms: at_s for event, at_s in zip(events, times, strict=True)}
        captions = sorted(((frame, _decoder.decode(frame)) for frame in frames), key=lambda pair: pair[1].seq)
        return {
            frame: said[caption.end_ms] + caption.lag_ms / 1000
            for frame, caption in first_captions(captions)
            if caption.end_ms in said
        }

    frames = [(event.at_ms / 1000, encode(message_of(event))) for event in events]
    start = partial(rtt_server, setup.models)
    return Stage("rtt", start, f"/v1/rooms/hall/speak?{query}", f"/v1/rooms/hall/listen?{listen}", frames, sent_at)


def broadcast_stage(frames: Frames) -> Stage:
    """Return the raw broadcast of frames that came from rtt, at the times at which they came."""

    def sent_at(_frames: Sequence[bytes], times: Sequence[float]) -> Mapping[bytes, float]:
        return {frame.encode(): at_s for (_, frame), at_s in zip(frames, times, strict=True)}

    return Stage("broadcast", partial(server, broadcast_server.PROGRAM), "/speak", "/", frames, sent_at)


def _captions(read: Sequence[crowd.Arrivals]) -> crowd.Arrivals:
    """Return the arrivals of captions over all processes of readers."""
    found: crowd.Arrivals = {}
    for arrivals in read:
        for frame, times in arrivals.items():
            if _decoder.decode(frame).type == "caption":
                found.setdefault(frame, array("d")).extend(times)
    return found


def tables(result: Report) -> list[Table]:
    """Return the report as tables."""
    setup = result.setup
    sides = (
        ("rtt", {one.count: one for one in result.rtt.probes}),
        ("broadcast", {one.count: one for one in (*result.broadcast.probes, result.alike)}),
    )
    lines = [_probe_line(name, probes[count]) for name, probes in sides for count in sorted(probes)]
    columns = ("", "readers", "p50", "p95", "p99", "frames", "missing", "µs a frame", "cores", "load's")
    beyond = " (no more were tried)" if result.broadcast.count == setup.most else ""
    figures = [
        line("readers until p95 of delay passes 250 ms", float(result.rtt.count), "{:.0f}", Target(least=3000)),
        line(f"… of websockets.broadcast{beyond}", float(result.broadcast.count), "{:.0f}"),
        line("readers beside the broadcast's", result.readers_ratio, "{:.2f}", Target(least=0.7)),
        line("broadcast's CPU for a frame beside rtt's", result.cpu_ratio, "{:.2f}"),
        line("p95 at the limit", _over(result.rtt, lambda one: one.delay.p95), "{:.0f} ms"),
        line("server's CPU for a frame", _over(result.rtt, lambda one: one.cpu_us), "{:.0f} µs"),
        line("… of the broadcast, with as many readers", result.alike.cpu_us, "{:.0f} µs"),
    ]
    note = (
        "Times in ms, from frame sent to frame received. Missing: updates that did not reach a reader. "
        "Cores: CPU seconds a second of the server (rtt's translations included), and of the speaker and readers."
    )
    title = f"fan-out: readers of one room, {setup.target}, fast, {setup.seconds:g} s of talk"
    return [Table(title, FIGURES, figures), Table("", columns, lines, [note])]


def _over(side: Limit[Probe], figure: Callable[[Probe], float | None]) -> Spread | None:
    return spread_of(side.at_limit, figure)


def _probe_line(name: str, one: Probe) -> list[str]:
    return [
        name,
        str(one.count),
        *(shown(value, "{:.0f}") for value in (one.delay.p50, one.delay.p95, one.delay.p99)),
        str(one.delivered),
        str(one.count * one.updates - one.delivered),
        shown(one.cpu_us, "{:.0f}"),
        f"{one.server_cpu_s / one.seconds:.2f}",
        f"{one.load_cpu_s / one.seconds:.2f}",
    ]
