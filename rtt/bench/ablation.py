"""`rtt bench ablation`: the same partials of several talks at once, with each ingredient of speed, none, and all.

Every partial and final of every talk is answered, as fast as may be: each talk says its next one when the last has its
answer. Each repeat of each variant runs in a process of its own, with models just loaded, and one repeat of every
variant follows the other, so that whatever else the machine does hits all alike.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from rtt import text as text_rules
from rtt.audience import Reader
from rtt.bench.apart import Link, apart
from rtt.bench.excerpt import message_of, stretches
from rtt.bench.ingredients import VARIANTS, Variant
from rtt.bench.samples import Spread, ratio, spread_of
from rtt.bench.tables import FIGURES, Table, Target, line, shown
from rtt.catalog import Catalog
from rtt.config import Config, make_config
from rtt.energy import Energy
from rtt.engine import Job
from rtt.metrics import Metrics
from rtt.outbox import Outbox
from rtt.protocol import Stability
from rtt.residency.engine import ResidentEngine
from rtt.rooms import Rooms
from rtt.trace import TraceEvent


class Setup(Struct, frozen=True):
    """What is measured."""

    source: str
    target: str
    talks: int
    seconds: float
    """Of each talk."""
    repeats: int
    models: tuple[Path, ...] = ()


class Repeat(Struct, frozen=True):
    """One variant, once."""

    seconds: float
    cpu_s: float
    joules: float | None
    """Of the whole machine; None where it does not tell."""


class Measured(Struct, frozen=True):
    """One variant over all repeats."""

    name: str
    repeats: list[Repeat]
    times: list[float]
    """How many times as fast as the first variant it was, in each repeat."""
    article_s: float


class Report(Struct, frozen=True):
    """All variants."""

    setup: Setup
    texts: int
    """Partials and finals, of all talks together."""
    words: int
    """Of the finals."""
    variants: list[Measured]


Build = Callable[[Config], tuple[Catalog, ResidentEngine]]
"""Makes an engine of the settings: a function of a module, since it is called in another process."""


async def measure(
    build: Build, talks: Sequence[Sequence[TraceEvent]], setup: Setup, tell: Callable[[str], None]
) -> Report:
    """Repeat every variant in turn. Raises BenchError, ConfigError."""
    excerpts = stretches(talks, setup.talks, setup.seconds)
    found: dict[str, list[Repeat]] = {variant.name: [] for variant in VARIANTS}
    for number in range(setup.repeats):
        for variant in VARIANTS:
            tell(f"repeat {number + 1} of {setup.repeats}, {variant.name}")
            async with apart(perform, build, variant, excerpts, setup) as performing:
                found[variant.name].append((await performing.outcome()).value)
    return report(setup, excerpts, found)


def report(setup: Setup, excerpts: Sequence[Sequence[TraceEvent]], found: dict[str, list[Repeat]]) -> Report:
    """Return the figures of every variant."""
    original = found[VARIANTS[0].name]
    finals = [event.text for excerpt in excerpts for event in excerpt if event.type == "final"]
    return Report(
        setup,
        texts=sum(map(len, excerpts)),
        words=sum(len(text_rules.units(text)) for text in finals),
        variants=[
            Measured(
                variant.name,
                found[variant.name],
                [one.seconds / other.seconds for one, other in zip(original, found[variant.name], strict=True)],
                variant.article_s,
            )
            for variant in VARIANTS
        ],
    )


async def perform(
    _link: Link, build: Build, variant: Variant, excerpts: Sequence[Sequence[TraceEvent]], setup: Setup
) -> Repeat:
    """Answer every text of every talk; the models are loaded before the time begins. Work for `rtt.bench.apart`."""
    config = make_config({**variant.settings, "models": setup.models or None, "adapt": False})
    catalog, engine = build(config)
    model, punctuator = catalog.pair(setup.source, setup.target).name, catalog.punctuator(setup.source)
    await engine.start(model, *([punctuator.name] if punctuator else []))
    if variant.rooms:
        rooms = Rooms(catalog, engine, config, Metrics())
        answering = [_in_a_room(rooms, config, number, said, setup) for number, said in enumerate(excerpts)]
    else:
        answering = [_again_and_again(engine, model, said) for said in excerpts]
    energy = Energy()
    cpu_s, begin = time.process_time(), time.perf_counter()
    await asyncio.gather(*answering)
    repeat = Repeat(time.perf_counter() - begin, time.process_time() - cpu_s, energy.joules())
    await engine.stop()
    return repeat


async def _in_a_room(rooms: Rooms, config: Config, number: int, said: Sequence[TraceEvent], setup: Setup) -> None:
    outbox = Outbox(limit=config.outbox_limit, patience_s=config.patience_s)
    room = rooms.open(f"room-{number}", setup.source)
    room.join(Reader(outbox, (setup.target,), Stability.FAST))
    for event in said:
        room.receive(message_of(event))
        await room.caught_up()
        outbox.take_all()


async def _again_and_again(engine: ResidentEngine, model: str, said: Sequence[TraceEvent]) -> None:
    for event in said:
        await engine.translate(_Once(Job(model, event.text, "", event.type == "final")))


class _Once:
    """A source of one job."""

    room = ""
    urgent = False
    prepares = private = False
    growth = 0

    def __init__(self, job: Job) -> None:
        self._job = job
        self.model = job.model

    def waiting_since(self) -> float | None:
        return None

    def job_to_run(self) -> Job | None:
        return self._job


def tables(result: Report) -> list[Table]:
    """Return the report as tables."""
    setup, last = result.setup, result.variants[-1]
    times = spread_of(last.times, float)
    figures = [line("all, times as fast as original", times, "{:.1f}", Target(least=25))]
    columns = ("", "seconds", "times", "CPU s", "J / 1,000 words", "article")
    first_s = result.variants[0].article_s
    lines = [
        [
            one.name,
            _mean(spread_of(one.repeats, lambda repeat: repeat.seconds)),
            _mean(spread_of(one.times, float)),
            _mean(spread_of(one.repeats, lambda repeat: repeat.cpu_s)),
            _mean(spread_of(one.repeats, lambda repeat: _per_1000_words(repeat.joules, result.words))),
            f"{one.article_s:g} s, {shown(ratio(first_s, one.article_s), '{:g}')}",
        ]
        for one in result.variants
    ]
    title = f"ablation: {result.texts} texts of {setup.talks} talks at once, {setup.repeats} repeats"
    note = (
        f"Means ± standard deviations; times as fast as original. {result.words} words. "
        f"+cached and all punctuate the speech too, which the others do not."
    )
    return [Table(title, FIGURES, figures), Table("", columns, lines, [note])]


def _per_1000_words(joules: float | None, words: int) -> float | None:
    return None if joules is None else joules * 1000 / words


def _mean(value: Spread | None) -> str:
    return "–" if value is None else f"{value.mean:.2f} ± {value.deviation:.2f}"
