"""The steps of load: one rule at a time, under any waits, and in a server that is simulated in virtual time."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtt.load import MEASURES, TICK_S, LoadMeter
from rtt.protocol import Load

STEPS = list(Load)
SECOND = round(1 / TICK_S)


def steps_of(meter: LoadMeter, ticks: int, wait_s: float, busy: float) -> list[Load]:
    return [meter.tick(wait_s, busy) for _ in range(ticks)]


def changes(steps: list[Load]) -> int:
    return sum(a is not b for a, b in pairwise(steps))


def at(step: Load) -> LoadMeter:
    meter = LoadMeter()
    while meter.step is not step:
        meter.tick(10, 1)
    return meter


def test_at_first_all_is_well() -> None:
    assert LoadMeter().step is Load.NORMAL


def test_waits_lead_up_step_by_step() -> None:
    steps = steps_of(LoadMeter(), 5 * SECOND, 2.0, 1.0)
    assert list(dict.fromkeys(steps)) == STEPS
    assert steps_of(LoadMeter(), 60 * SECOND, 0.5, 1.0)[-1] is Load.BUSY


def test_a_moment_is_no_load() -> None:
    meter = LoadMeter()
    for _ in range(100):
        assert steps_of(meter, SECOND - 1, 9.0, 1.0)[-1] is Load.NORMAL
        meter.tick(0, 0)


@pytest.mark.parametrize("step", [Load.BUSY, Load.OVERLOADED])
def test_a_quiet_server_comes_down_again(step: Load) -> None:
    assert steps_of(at(step), 10 * SECOND, 0.0, 0.0)[-1] is Load.NORMAL


def test_a_server_without_time_to_spare_does_not_come_down() -> None:
    assert set(steps_of(at(Load.BUSY), 100 * SECOND, 0.0, 0.9)) == {Load.BUSY}


def test_a_relapse_makes_it_more_careful() -> None:
    meter = at(Load.BUSY)

    def until_down() -> int:
        ticks = 0
        while meter.step is not Load.NORMAL:
            meter.tick(0, 0)
            ticks += 1
        return ticks

    waits = []
    for _ in range(4):
        waits.append(until_down())
        steps_of(meter, SECOND, 0.5, 1)
    assert waits == [waits[0] * 2**n for n in range(4)]


Ticks = st.lists(st.tuples(st.floats(0, 5), st.floats(0, 1)), max_size=400)


@given(Ticks)
def test_whatever_comes_it_goes_one_step_at_a_time(ticks: list[tuple[float, float]]) -> None:
    meter = LoadMeter()
    steps = [meter.step, *(meter.tick(*tick) for tick in ticks)]
    assert all(abs(STEPS.index(a) - STEPS.index(b)) <= 1 for a, b in pairwise(steps))


@given(Ticks)
def test_whatever_comes_it_is_normal_again_in_time(ticks: list[tuple[float, float]]) -> None:
    meter = LoadMeter()
    for tick in ticks:
        meter.tick(*tick)
    assert steps_of(meter, 130 * SECOND, 0.0, 0.0)[-1] is Load.NORMAL


@given(st.floats(0, 5), st.floats(0, 1), st.sampled_from(STEPS))
def test_what_stays_the_same_comes_to_rest(wait_s: float, busy: float, step: Load) -> None:
    assert changes(steps_of(at(step), 300 * SECOND, wait_s, busy)) <= 2


@dataclass
class Simulated:
    """Rooms whose partials come three times a second and finals every five seconds, and one worker."""

    rooms: int
    cost_s: float
    meter: LoadMeter
    queue_s: float = 0.0

    def second(self) -> Load:
        """Let a second pass: work comes as the measure lets it, and is done one after the other."""
        for _ in range(SECOND):
            measure = MEASURES[self.meter.step]
            # A partial adds 8 characters.
            partials = min(3.0, 24 / measure.growth if measure.growth else 3.0)
            self.queue_s += self.rooms * (partials + 0.2) * self.cost_s * TICK_S
            busy = min(1.0, self.queue_s / TICK_S)
            # A source holds one place: what is newer takes the place of what is older.
            self.queue_s = min(max(0.0, self.queue_s - TICK_S), self.rooms * self.cost_s)
            self.meter.tick(self.queue_s, busy)
        return self.meter.step


@given(st.integers(1, 400))
@example(32)  # a little more than there is time for: the queue grows slowly
def test_a_steady_stream_does_not_make_it_swing(rooms: int) -> None:
    server = Simulated(rooms, 0.01, LoadMeter())
    assert changes([server.second() for _ in range(3600)]) <= 2 * 3600 / 60


def test_the_busier_the_more_is_left_out_and_all_comes_back() -> None:
    server = Simulated(20, 0.01, LoadMeter())
    assert {server.second() for _ in range(60)} == {Load.NORMAL}
    server.rooms = 60
    assert [server.second() for _ in range(60)][-1] is Load.BUSY
    server.rooms = 400
    assert [server.second() for _ in range(60)][-1] is Load.OVERLOADED
    server.rooms = 20
    assert [server.second() for _ in range(60)][-1] is Load.NORMAL
