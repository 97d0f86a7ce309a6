"""`rtt bench capacity`: how many rooms, each with a talk at its own pace, until answers come too late.

Beside a plain server before the same model (`rtt.bench.plain_server`), in the same run; and past the limit, where
finals must still all arrive while partials thin out.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from msgspec import Struct

from rtt.bench import plain_server
from rtt.bench.answers import Answer, answers, lost_finals
from rtt.bench.apart import Outcome, apart
from rtt.bench.cost import Meter
from rtt.bench.excerpt import stretches
from rtt.bench.limit import Limit, find_limit
from rtt.bench.samples import Percentiles, Spread, percentiles, ratio, spread_of
from rtt.bench.servers import NOTHING_KNOWN, Server, rtt_server, server
from rtt.bench.tables import FIGURES, Table, Target, line, shown
from rtt.bench.talker import Script, Talked, talk
from rtt.trace import TraceEvent

LIMIT_MS = 300.0
# How far past the limit it is shown that nothing is lost.
_PAST = 1.5


class Setup(Struct, frozen=True):
    """What is measured."""

    source: str
    target: str
    seconds: float
    """That count in each probe; before, all rooms begin within `settle_s`."""
    settle_s: float
    first: int
    most: int
    runs: int
    """Probes at the limit, of which the medians are told."""
    models: tuple[Path, ...] = ()


class Probe(Struct, frozen=True):
    """So many rooms at the same time. Times are milliseconds on the wall."""

    count: int
    lag: Percentiles
    """The server's own account of each answer."""
    wall: Percentiles
    """The same, as the client sees it."""
    said: int
    answered: int
    finals: int
    finals_lost: int
    server_cpu_s: float
    load_cpu_s: float
    seconds: float
    """That the rooms talked, and waited for their last finals."""

    @property
    def passed(self) -> bool:
        """Whether 95 of 100 answers came in time and no final was lost."""
        return self.lag.p95 is not None and self.lag.p95 <= LIMIT_MS and not self.finals_lost


class Side(Struct, frozen=True):
    """Everything found with one server."""

    limit: Limit[Probe]
    past: Probe
    """With half as many rooms again."""


class Report(Struct, frozen=True):
    """rtt, and the plain server."""

    setup: Setup
    rtt: Side
    plain: Side
    times_plain: float | None


async def measure(talks: Sequence[Sequence[TraceEvent]], setup: Setup, tell: Callable[[str], None]) -> Report:
    """Find the limits of both servers. Raises BenchError, ConfigError."""
    folders = [str(folder) for folder in setup.models]
    plain = await _side(
        server(plain_server.PROGRAM, setup.source, setup.target, *folders), "plain server", talks, setup, tell
    )
    # There are fewer talks than rooms, and each probe says them again: what was said before would cost nothing.
    own = await _side(rtt_server(setup.models, *NOTHING_KNOWN, adapt=True), "rtt", talks, setup, tell)
    return Report(setup, own, plain, ratio(own.limit.count, plain.limit.count))


async def _side(
    starting: AbstractAsyncContextManager[Server],
    name: str,
    talks: Sequence[Sequence[TraceEvent]],
    setup: Setup,
    tell: Callable[[str], None],
) -> Side:
    async with starting as started:

        async def attempt(count: int) -> Probe:
            tell(f"{name}, {count} rooms")
            return await probe(started, talks, setup, count)

        limit = await find_limit(attempt, setup.first, setup.most, setup.runs)
        return Side(limit, past=await attempt(max(1, round(_PAST * limit.count))))


async def probe(started: Server, talks: Sequence[Sequence[TraceEvent]], setup: Setup, count: int) -> Probe:
    """Let so many rooms talk to a server."""
    meter = Meter(started.pid)
    excerpts = stretches(talks, count, setup.settle_s + setup.seconds)
    script = Script(excerpts, setup.source, [setup.target], stagger_s=setup.settle_s)
    async with apart(talk, started.ws, script) as talking:
        await talking.ready()
        before = meter.cpu_s()
        talking.go_on()
        outcome = await talking.outcome()
        return found(outcome, setup, meter.cpu_s() - before)


def found(outcome: Outcome[list[Talked]], setup: Setup, server_cpu_s: float) -> Probe:
    """Return the figures of what rooms said and were told; answers count from when all of them talk."""
    talked = outcome.value
    begin = min(one.said[0][0] for one in talked)
    since, until = begin + setup.settle_s, begin + setup.settle_s + setup.seconds
    counted: list[Answer] = [a for one in talked for a in answers(one, setup.target, since_s=since)]
    said = [event for one in talked for at_s, event in one.said if since <= at_s < until]
    return Probe(
        count=len(talked),
        lag=percentiles([answer.lag_ms for answer in counted]),
        wall=percentiles([answer.wall_ms for answer in counted if answer.wall_ms is not None]),
        said=sum(event.type == "partial" for event in said),
        answered=sum(not answer.caption.final for answer in counted if answer.at_s < until),
        finals=sum(event.type == "final" for one in talked for _, event in one.said),
        finals_lost=sum(lost_finals(one, setup.target) for one in talked),
        server_cpu_s=server_cpu_s,
        load_cpu_s=outcome.cpu_s,
        seconds=max(at_s for one in talked for at_s, _ in [*one.said, *one.heard]) - begin,
    )


def tables(result: Report) -> list[Table]:
    """Return the report as tables."""
    setup = result.setup
    lines = [
        _probe_line(name, one)
        for name, side in (("rtt", result.rtt), ("plain", result.plain))
        for name, one in (*((name, one) for one in side.limit.probes), (f"{name}, past it", side.past))
    ]
    columns = ("", "rooms", "p50", "p95", "client's", "partials", "answered", "finals", "lost", "cores", "load's")
    rooms = "rooms until p95 of lag_ms passes 300 ms"
    figures = [
        line(rooms, float(result.rtt.limit.count), "{:.0f}", Target(least=60)),
        line("… of the plain server", float(result.plain.limit.count), "{:.0f}"),
        line("times the plain server's", result.times_plain, "{:.1f}", Target(least=4)),
        line("p95 at the limit", _p95(result.rtt.limit.at_limit), "{:.0f} ms"),
        line("… of the plain server", _p95(result.plain.limit.at_limit), "{:.0f} ms"),
        line(
            f"finals lost with {result.rtt.past.count} rooms, of {result.rtt.past.finals}",
            result.rtt.past.finals_lost,
            "{:.0f}",
            Target(most=0),
        ),
    ]
    title = f"capacity: rooms with a talk each, {setup.target}, {setup.seconds:g} s after {setup.settle_s:g} s"
    note = (
        "Times in ms. Partials that were said: several that come while one is worked on are answered together. "
        "Cores: CPU seconds a second of the server, and of the load that speaks and reads."
    )
    return [Table(title, FIGURES, figures), Table("", columns, lines, [note])]


def _p95(probes: Sequence[Probe]) -> Spread | None:
    return spread_of(probes, lambda probe: probe.lag.p95)


def _probe_line(name: str, one: Probe) -> list[str]:
    answered = ratio(one.answered, one.said)
    return [
        name,
        str(one.count),
        *(shown(value, "{:.0f}") for value in (one.lag.p50, one.lag.p95, one.wall.p95)),
        str(one.said),
        shown(answered, "{:.0%}"),
        str(one.finals),
        str(one.finals_lost),
        f"{one.server_cpu_s / one.seconds:.2f}",
        f"{one.load_cpu_s / one.seconds:.2f}",
    ]
