"""`rtt bench latency`: from frame in to frame out, beside a loop that translates the same texts with no service around.

One room says a talk at its own pace. Its captions in its own language go the same way as those that are translated, but
for the translation: what they take is what the service adds. They also tell the texts (the open sentences) which the
loop then translates, greedily: one after the other, and once more at the talk's pace, since a processor that has done
something else meanwhile finds less in its caches.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from rtt.bench.answers import Answer, answers, lost_finals
from rtt.bench.apart import Link, apart
from rtt.bench.cost import Meter
from rtt.bench.excerpt import excerpt
from rtt.bench.plain_engine import PlainEngine
from rtt.bench.samples import Percentiles, Spread, percentiles, ratio, spread_of
from rtt.bench.servers import rtt_server
from rtt.bench.tables import FIGURES, Table, Target, line, shown
from rtt.bench.talker import Script, talk
from rtt.trace import TraceEvent


class Setup(Struct, frozen=True):
    """What is measured."""

    source: str
    target: str
    seconds: float
    runs: int
    speed: float = 1.0
    models: tuple[Path, ...] = ()


class Run(Struct, frozen=True):
    """One run. Times are milliseconds on the wall."""

    lag: Percentiles
    """The server's own account of each answer."""
    wall: Percentiles
    """The same, as the client sees it."""
    added: Percentiles
    """What captions of the room's own language took, as the client sees it."""
    loop: Percentiles
    """Each text right after the one before."""
    paced_loop: Percentiles
    """As many texts a second as in the talk."""
    parts: dict[str, Percentiles]
    """Each part of the server's account, where it gives one."""
    finals_lost: int
    server_cpu_ms: float
    """For each answer."""
    loop_cpu_ms: float
    """For each text."""
    load_cpu_ms: float
    """What the client took, for each answer."""

    @property
    def p50_ratio(self) -> float | None:
        """The median answer beside the loop's median translation."""
        return ratio(self.lag.p50, self.loop.p50)

    @property
    def paced_ratio(self) -> float | None:
        """The same beside the loop at the talk's pace."""
        return ratio(self.lag.p50, self.paced_loop.p50)


class Report(Struct, frozen=True):
    """All runs, and the figures over them."""

    setup: Setup
    runs: list[Run]
    p50_ms: Spread | None
    loop_p50_ms: Spread | None
    p50_ratio: Spread | None
    paced_ratio: Spread | None
    added_p50_ms: Spread | None


async def measure(talks: Sequence[Sequence[TraceEvent]], setup: Setup, tell: Callable[[str], None]) -> Report:
    """Measure each run with a talk of its own, as far as there are enough. Raises BenchError, ConfigError."""
    runs: list[Run] = []
    async with rtt_server(setup.models) as server:
        meter = Meter(server.pid)
        for number in range(setup.runs):
            events = excerpt(talks[number % len(talks)], setup.seconds)
            script = Script([events], setup.source, [setup.source, setup.target], setup.speed)
            tell(f"run {number + 1} of {setup.runs}: {setup.seconds / setup.speed:.0f} s of talk")
            async with apart(talk, server.ws, script) as talking:
                await talking.ready()
                before = meter.cpu_s()
                talking.go_on()
                outcome = await talking.outcome()
                server_cpu_s = meter.cpu_s() - before
            (talked,) = outcome.value
            own, translated = list(answers(talked, setup.source)), list(answers(talked, setup.target))
            texts = [answer.caption.stable + answer.caption.tentative for answer in own]
            tell(f"run {number + 1} of {setup.runs}: the loop, {len(texts)} texts")
            async with apart(loop, texts, setup) as looping:
                await looping.ready()
                looping.go_on()
                looped = await looping.outcome()
            runs.append(
                Run(
                    lag=percentiles([answer.lag_ms for answer in translated]),
                    wall=percentiles(_walls(translated)),
                    added=percentiles(_walls(own)),
                    loop=percentiles(looped.value[0]),
                    paced_loop=percentiles(looped.value[1]),
                    parts=_parts(translated),
                    finals_lost=lost_finals(talked, setup.target),
                    server_cpu_ms=server_cpu_s * 1000 / max(1, len(translated)),
                    loop_cpu_ms=looped.cpu_s * 1000 / max(1, 2 * len(texts)),
                    load_cpu_ms=outcome.cpu_s * 1000 / max(1, len(translated)),
                )
            )
    return report(setup, runs)


async def loop(link: Link, texts: Sequence[str], setup: Setup) -> tuple[list[float], list[float]]:
    """Translate texts with the same model one after the other, then at the talk's pace; return each one's milliseconds.

    Work for `rtt.bench.apart`.
    """
    engine = PlainEngine(setup.models, setup.source, setup.target)
    await link.ready()
    pause_s = setup.seconds / setup.speed / max(1, len(texts))
    return [_timed(engine, text) for text in texts], [_timed(engine, text, pause_s) for text in texts]


def _timed(engine: PlainEngine, text: str, pause_s: float = 0.0) -> float:
    time.sleep(pause_s)
    begin = time.perf_counter()
    engine.translate(text)
    return (time.perf_counter() - begin) * 1000


def report(setup: Setup, runs: list[Run]) -> Report:
    """Return the figures over some runs."""
    return Report(
        setup,
        runs,
        p50_ms=spread_of(runs, lambda run: run.lag.p50),
        loop_p50_ms=spread_of(runs, lambda run: run.loop.p50),
        p50_ratio=spread_of(runs, lambda run: run.p50_ratio),
        paced_ratio=spread_of(runs, lambda run: run.paced_ratio),
        added_p50_ms=spread_of(runs, lambda run: run.added.p50),
    )


def tables(result: Report) -> list[Table]:
    """Return the report as tables."""
    runs = result.runs
    rows: dict[str, Callable[[Run], Percentiles]] = {
        "server's own time": lambda run: run.lag,
        "as the client sees it": lambda run: run.wall,
        "what the service adds": lambda run: run.added,
        "loop: CTranslate2, greedy": lambda run: run.loop,
        "… at the talk's pace": lambda run: run.paced_loop,
    }
    lines = [_distribution(name, [row(run) for run in runs]) for name, row in rows.items()]
    lines += [
        _distribution(f"… {name.removesuffix('_ms')}", [run.parts[name] for run in runs if name in run.parts])
        for name in dict.fromkeys(name for run in runs for name in run.parts)
    ]
    figures = [
        line("p50 beside the loop's", result.p50_ratio, "{:.2f}", Target(most=0.7)),
        line("… at the talk's pace", result.paced_ratio, "{:.2f}"),
        line("what the service adds, p50", result.added_p50_ms, "{:.1f} ms", Target(most=2)),
        line("finals lost", spread_of(runs, lambda run: run.finals_lost), "{:.0f}", Target(most=0)),
        line("server's CPU for each answer", spread_of(runs, lambda run: run.server_cpu_ms), "{:.1f} ms"),
        line("… of the loop for each text", spread_of(runs, lambda run: run.loop_cpu_ms), "{:.1f} ms"),
        line("client's CPU for each answer", spread_of(runs, lambda run: run.load_cpu_ms), "{:.1f} ms"),
    ]
    pace = "" if result.setup.speed == 1 else f"; at speed {result.setup.speed:g}, which is not honest"
    title = f"latency: one room, {result.setup.target}, {result.setup.seconds:g} s of talk × {result.setup.runs}{pace}"
    return [Table(title, ("in ms", "p50", "p95", "p99", "samples"), lines), Table("", FIGURES, figures)]


def _walls(found: Sequence[Answer]) -> list[float]:
    return [answer.wall_ms for answer in found if answer.wall_ms is not None]


def _parts(found: Sequence[Answer]) -> dict[str, Percentiles]:
    samples: defaultdict[str, list[float]] = defaultdict(list)
    for answer in found:
        if (timing := answer.caption.timing) and not timing.cached:
            for name in ("wait_ms", "tokenise_ms", "translate_ms"):
                samples[name].append(getattr(timing, name))
    return {name: percentiles(values) for name, values in samples.items()}


def _distribution(name: str, runs: Sequence[Percentiles]) -> list[str]:
    figures = (
        spread_of(runs, lambda run: run.p50),
        spread_of(runs, lambda run: run.p95),
        spread_of(runs, lambda r: r.p99),
    )
    return [name, *(shown(figure) for figure in figures), str(sum(run.samples for run in runs))]
