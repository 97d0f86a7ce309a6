"""The benches' arithmetic, worked by hand, and each bench at its smallest: that it runs, never how fast."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection, serve

from rtt.bench import ablation, capacity, crowd, fanout, latency, memory, plots, start
from rtt.bench.answers import answers, lost_finals
from rtt.bench.apart import Link, Outcome, apart
from rtt.bench.cost import Memory, Meter
from rtt.bench.excerpt import excerpt, in_a_row, stretches
from rtt.bench.ingredients import VARIANTS
from rtt.bench.limit import find_limit
from rtt.bench.samples import Percentiles, percentiles, ratio, spread
from rtt.bench.servers import ready_line, server
from rtt.bench.tables import Target, line
from rtt.bench.talker import Heard, Script, Talked, talk
from rtt.errors import BenchError
from rtt.trace import TraceEvent
from tests.conftest import PATIENCE_S

SMALLEST = {
    "latency": ["--seconds", "3", "--runs", "1", "--speed", "3"],
    "ablation": ["--seconds", "1", "--talks", "2", "--repeats", "1"],
    "capacity": ["--seconds", "1", "--settle", "0", "--first", "1", "--most", "1", "--runs", "1"],
    "fanout": ["--seconds", "1", "--first", "3", "--most", "3", "--runs", "1", "--processes", "2"],
    "memory": ["--readers", "5", "--rooms", "2", "--hours", "0.01", "--speed", "100", "--runs", "1"],
    "start": ["--runs", "1"],
}
REPORTS: dict[str, tuple[type[msgspec.Struct], Any, Any]] = {
    "latency": (latency.Report, latency.tables, plots.plot_latency),
    "ablation": (ablation.Report, ablation.tables, plots.plot_ablation),
    "capacity": (capacity.Report, capacity.tables, plots.plot_capacity),
    "fanout": (fanout.Report, fanout.tables, plots.plot_fanout),
    "memory": (memory.Report, memory.tables, plots.plot_memory),
    "start": (start.Report, start.tables, plots.plot_start),
}


def bench(name: str, *options: str) -> str:
    """Return what a bench says; whatever becomes of it, none of its servers and load is left."""
    program = "from rtt.cli.bench import commands; commands()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, name, *options, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("RTT_")},
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=3 * PATIENCE_S)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, err
    return out


@pytest.mark.parametrize("name", SMALLEST)
def test_a_bench_runs(name: str, tmp_path: Path) -> None:
    found = orjson.loads(bench(name, *SMALLEST[name]))
    assert found["on"]
    kind, tables, draw = REPORTS[name]
    report = msgspec.convert(found, kind)
    assert all(table.lines for table in tables(report))
    draw(report, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    CHECKS[name](report)


def check_latency(report: latency.Report) -> None:
    (run,) = report.runs
    assert run.lag.samples >= run.wall.samples > 0
    assert run.finals_lost == 0
    assert run.loop.samples > 0


def check_ablation(report: ablation.Report) -> None:
    assert [one.name for one in report.variants] == [variant.name for variant in VARIANTS]
    assert report.variants[0].times == [1.0]


def check_capacity(report: capacity.Report) -> None:
    for side in (report.rtt, report.plain):
        assert {one.count for one in (*side.limit.probes, *side.limit.at_limit)} == {1}
        assert all(one.lag.samples > 0 for one in side.limit.probes)
        assert side.past.count == max(1, round(1.5 * side.limit.count))
        assert side.past.finals > 0
        assert side.past.finals_lost == 0


def check_fanout(report: fanout.Report) -> None:
    probes = [*report.rtt.probes, *report.broadcast.probes]
    assert [one.count for one in probes] == [3, 3]
    assert all(one.complete and one.delivered == 3 * one.updates > 0 for one in probes)
    assert report.readers_ratio is None


def check_memory(report: memory.Report) -> None:
    (run,) = report.runs
    assert run.start.rss > 50e6
    assert 0 < report.talk[-1].hours < 0.01


def check_start(report: start.Report) -> None:
    (run,) = report.runs
    assert 0 < run.live_s <= run.ready_s


CHECKS: dict[str, Any] = {
    "latency": check_latency,
    "ablation": check_ablation,
    "capacity": check_capacity,
    "fanout": check_fanout,
    "memory": check_memory,
    "start": check_start,
}


def event(at_ms: int, text: str, *, final: bool = False, utterance: int | None = None) -> TraceEvent:
    return TraceEvent(at_ms, "final" if final else "partial", text, utterance)


TALK = [
    event(1000, "a", utterance=7),
    event(2000, "a b", utterance=7),
    event(2000, "A b.", final=True, utterance=7),
    event(4000, "c", utterance=9),
    event(5000, "C.", final=True, utterance=9),
]


def test_an_excerpt_begins_at_0_and_ends_with_a_final() -> None:
    assert [(e.at_ms, e.type, e.text, e.utterance, e.start_ms, e.end_ms) for e in excerpt(TALK, 3.5)] == [
        (0, "partial", "a", 0, 0, 0),
        (1000, "partial", "a b", 0, 0, 1000),
        (1001, "final", "A b.", 0, 0, 1001),
        (3000, "final", "c", 1, 3000, 3000),
    ]


def test_a_talk_that_is_too_short_begins_again() -> None:
    # The talk ends at 5000, so it begins again at 6000, its first text 1000 later.
    assert [(e.at_ms, e.text, e.utterance) for e in excerpt(TALK, 7, start_s=3)] == [
        (0, "c", 0),
        (1000, "C.", 0),
        (3000, "a", 1),
        (4000, "a b", 1),
        (4001, "A b.", 1),
        (6000, "c", 2),
    ]


def test_rooms_say_different_places() -> None:
    first, second, third = stretches([TALK, TALK[3:]], 3, 2.0)
    assert [e.text for e in first] == ["a", "a b", "A b."]
    assert [e.text for e in second] == ["c", "C."]
    assert [e.text for e in third] == ["c", "C."]


def test_talks_in_a_row() -> None:
    assert [(e.at_ms, e.utterance) for e in in_a_row([TALK, TALK[3:]])] == [
        (1000, 7),
        (2000, 7),
        (2000, 7),
        (4000, 9),
        (5000, 9),
        (10_000, 19),
        (11_000, 19),
    ]


def caption(end_ms: int, *, segment: int = 1, final: bool = False, lag_ms: float = 0, kind: str = "caption") -> Heard:
    return Heard(kind, segment=segment, utterance=0, lang="de", final=final, end_ms=end_ms, lag_ms=lag_ms)


SAID = excerpt(TALK, 3)
TALKED = Talked(
    said=[(100.0, SAID[0]), (101.0, SAID[1]), (101.5, SAID[2])],
    heard=[
        (100.25, caption(0, lag_ms=200)),
        (101.1, caption(500, lag_ms=90)),
        (101.2, caption(1000, lag_ms=150)),
        (101.3, caption(1000, lag_ms=0)),
        (101.75, caption(1001, lag_ms=240, final=True)),
    ],
)


def test_an_answer_is_the_first_caption_of_a_state() -> None:
    found = [(a.lag_ms, None if a.wall_ms is None else round(a.wall_ms)) for a in answers(TALKED, "de")]
    assert found == [(200, 250), (90, None), (150, 200), (240, 250)]
    assert [a.lag_ms for a in answers(TALKED, "de", since_s=101.15, until_s=101.5)] == [150]
    assert list(answers(TALKED, "fr")) == []


def test_finals_that_never_come_are_counted() -> None:
    assert lost_finals(TALKED, "de") == 0
    without_final = Talked(TALKED.said, TALKED.heard[:-1])
    # Neither the utterance nor the segment that was shown has its final.
    assert lost_finals(without_final, "de") == 2
    withdrawn = Talked(TALKED.said[:2], [*TALKED.heard[:-1], (102.0, caption(0, kind="cancel"))])
    assert lost_finals(withdrawn, "de") == 0


def test_a_probe_counts_what_came_when_all_talked() -> None:
    setup = capacity.Setup("en", "de", seconds=1.0, settle_s=1.0, first=1, most=1, runs=1)
    late = Talked([(at_s + 0.5, said) for at_s, said in TALKED.said], [(at_s + 0.5, h) for at_s, h in TALKED.heard])
    found = capacity.found(Outcome([TALKED, late], 0.5), setup, server_cpu_s=3.0)
    # Counted are those from 101.0 on: three of each room, one of them a final.
    assert found.lag.samples == 6
    assert (found.said, found.answered) == (2, 4)
    assert (found.finals, found.finals_lost) == (2, 0)
    assert found.seconds == pytest.approx(2.25)
    assert found.passed
    assert not msgspec.structs.replace(found, finals_lost=1).passed
    assert not msgspec.structs.replace(found, lag=percentiles([301])).passed


class Counted(msgspec.Struct):
    """As many as were probed, and whether that was too many."""

    count: int
    passed: bool


@given(limit=st.integers(0, 300), first=st.integers(1, 300), most=st.integers(1, 300))
def test_a_limit_is_found(limit: int, first: int, most: int) -> None:
    async def probe(count: int) -> Counted:
        assert 1 <= count <= most
        return Counted(count, count <= limit)

    found = asyncio.run(find_limit(probe, first, most, runs=3))
    counts = [one.count for one in found.probes]
    assert counts == sorted(set(counts))
    reached = min(limit, most)
    assert found.count <= reached <= max(found.count * 1.1, found.count)
    assert [one.count for one in found.at_limit] == [found.count] * (3 if found.count else 0)


async def test_what_fails_once_is_tried_again() -> None:
    probed: list[int] = []

    async def probe(count: int) -> Counted:
        probed.append(count)
        return Counted(count, count < 8 and probed.count(count) == 2)

    found = await find_limit(probe, 4, 100)
    assert probed == [4, 4, 8, 8, 6, 6, 7, 7]
    assert [(one.count, one.passed) for one in found.probes] == [(4, True), (6, True), (7, True), (8, False)]


def test_figures_over_runs() -> None:
    found = spread([1.0, 2.0, 6.0])
    assert (found.median, found.mean, found.runs) == (2.0, 3.0, 3)
    # ((1-3)² + (2-3)² + (6-3)²) / 2 = 7
    assert found.deviation == pytest.approx(7**0.5)
    assert spread([4.0]).deviation == 0
    assert percentiles([]) == Percentiles(None, None, None, 0)
    assert percentiles(range(101)) == Percentiles(50, 95, 99, 101)
    assert (ratio(3, 2), ratio(None, 2), ratio(3, 0)) == (1.5, None, None)


def test_a_line_tells_figure_target_and_verdict() -> None:
    assert line("p50", spread([1.0, 2.0, 6.0]), "{:.1f} ms", Target(most=2)) == [
        "p50", "2.0 ms ± 2.6 ms", "≤ 2.0 ms", "pass"
    ]  # fmt: skip
    assert line("rooms", 59.0, "{:.0f}", Target(least=60)) == ["rooms", "59", "≥ 60", "fail"]
    assert line("joules", None, target=Target(most=1)) == ["joules", "–", "≤ 1.0", ""]


def test_the_frames_of_a_server_are_read() -> None:
    short, long = b"\x81\x03abc", b"\x81\x7e\x01\x00" + b"x" * 256
    huge = b"\x82\x7f" + (70_000).to_bytes(8, "big") + b"y" * 70_000
    stream = short + long + huge
    frames, position = [], 0
    while frame := crowd.next_frame(stream, position):
        frames.append((frame[0], len(frame[1])))
        position = frame[2]
    assert frames == [(1, 3), (1, 256), (2, 70_000)]
    assert position == len(stream)
    assert all(crowd.next_frame(long[:end], 0) is None for end in range(len(long)))


def test_a_caption_is_sent_its_lag_after_its_text() -> None:
    stage = fanout.rtt_stage(SAID, fanout.Setup("en", "de", 3, 1, 1, 1))
    frames = [
        b'{"type":"caption","seq":2,"segment":1,"end_ms":1000,"lag_ms":40}',
        b'{"type":"caption","seq":3,"segment":1,"end_ms":1000,"lag_ms":0}',
        b'{"type":"caption","seq":1,"segment":1,"end_ms":0,"lag_ms":20}',
        b'{"type":"caption","seq":4,"segment":2,"end_ms":700,"lag_ms":5}',
    ]
    sent_at = stage.sent_at(frames, [10.0, 11.0, 11.5])
    assert sent_at == {frames[0]: 11.04, frames[2]: 10.02}
    raw = fanout.broadcast_stage([(0.3, frames[2].decode()), (1.1, frames[0].decode())])
    assert raw.sent_at([], [1.0, 2.0]) == {frames[2]: 1.0, frames[0]: 2.0}


def test_what_a_frame_costs() -> None:
    probe = fanout.Probe(10, percentiles([250]), updates=5, delivered=50, server_cpu_s=0.001, load_cpu_s=0, seconds=1)
    assert probe.cpu_us == pytest.approx(20)
    assert probe.passed
    assert not msgspec.structs.replace(probe, delivered=49).passed
    assert not msgspec.structs.replace(probe, delay=percentiles([251])).passed


def test_what_readers_and_rooms_hold() -> None:
    before, after, rooms = (Memory(rss, None) for rss in (200_000, 700_000, 1_300_000))
    run = memory.Run(before, before, after, rooms, readers=10, rooms=5)
    assert run.reader_kb == pytest.approx(50)
    # 600 kB for five rooms with a reader each.
    assert run.room_kb == pytest.approx(70)


def test_memory_at_the_end_is_held_against_that_in_the_middle() -> None:
    talk = [memory.Moment(hours, Memory(rss, None)) for hours, rss in ((1.0, 100), (2.1, 200), (2.2, 201), (4.0, 300))]
    report = memory.Report(memory.Setup("en", "de", 1, 1, 4.0, 1.0, 1), [], talk, None, None, None)
    assert report.growth == pytest.approx(300 / 200)
    # Of the three texts, two had been said: up to one second.
    assert memory.hours_said(TALKED, 101.25) == pytest.approx(1 / 3600)
    assert memory.hours_said(TALKED, 99.0) == 0


def test_times_are_those_of_the_same_repeat() -> None:
    setup = ablation.Setup("en", "de", 1, 3, 2)
    found = {
        variant.name: [ablation.Repeat(s / divisor, 1.0, 3.0) for s in (4.0, 6.0)]
        for divisor, variant in enumerate(VARIANTS, 1)
    }
    report = ablation.report(setup, [SAID], found)
    assert (report.texts, report.words) == (3, 2)
    assert [one.times for one in report.variants] == [[d, d] for d in (1.0, 2.0, 3.0, 4.0, 5.0)]
    by_joules = ablation.tables(report)[1].lines[0][4]
    assert by_joules == "1500.00 ± 0.00"


async def succeed(link: Link, value: int) -> int:
    """Burn some time before and while it waits for the word."""
    burn(0.2)
    burning = asyncio.create_task(asyncio.to_thread(burn, 0.1))
    await link.ready()
    await burning
    return value + 1


def burn(cpu_s: float) -> None:
    begin = time.process_time()
    while time.process_time() - begin < cpu_s:
        continue


async def fail(_link: Link) -> None:
    await asyncio.sleep(0)
    raise BenchError("as the test says")


async def end(_link: Link) -> None:
    await asyncio.sleep(0)
    sys.exit(1)


async def test_work_apart_waits_for_the_word_and_tells_its_cost() -> None:
    async with apart(succeed, 41) as worker:
        await worker.ready()
        worker.go_on()
        outcome = await worker.outcome()
    assert outcome.value == 42
    assert 0.05 < outcome.cpu_s < 0.2


@pytest.mark.parametrize(("work", "says"), [(fail, "as the test says"), (end, "has ended")])
async def test_work_apart_that_fails_is_told(work: Any, says: str) -> None:
    with pytest.raises(BenchError, match=says):
        async with apart(work) as worker:
            await worker.outcome()


def test_a_meter_reads_this_process() -> None:
    meter = Meter(os.getpid())
    assert meter.cpu_s() > 0
    assert meter.memory().rss > 1e6


async def test_what_a_room_that_is_closed_cannot_say_is_lost() -> None:
    async def close_soon(connection: ServerConnection) -> None:
        await connection.recv()

    async with serve(close_soon, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        async with apart(talk, f"ws://127.0.0.1:{port}", Script([excerpt(TALK, 3)], "en", ["de"], speed=10)) as worker:
            await worker.ready()
            worker.go_on()
            (talked,) = (await worker.outcome()).value
    assert [said.text for _, said in talked.said] == ["a", "a b", "A b."]
    assert lost_finals(talked, "de") == 1


async def test_a_server_that_says_much_is_stopped_all_the_same() -> None:
    says = f"print({ready_line('here')!r}, file=sys.stderr, flush=True)"
    ends = "signal.signal(signal.SIGTERM, lambda *_: sys.exit('x' * 10**6))"
    program = f"import signal, sys; {ends}; {says}; signal.pause()"
    async with asyncio.timeout(PATIENCE_S):
        async with server(program) as started:
            assert started.url == "here"


async def test_readers_that_are_refused_are_told(real_server: str) -> None:
    url = real_server.replace("http", "ws", 1)
    with pytest.raises(BenchError, match=r"HTTP/1\.1 40"):
        async with apart(crowd.read, [f"{url}/nowhere"]) as reader:
            await reader.ready()


def test_too_many_sockets_are_refused() -> None:
    with pytest.raises(BenchError, match="ulimit -n"):
        crowd.allow_files(10**9)


def test_a_port_that_is_free() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", start._free_port()))
