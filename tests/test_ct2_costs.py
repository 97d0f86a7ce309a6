"""Which prefixes are run in one pass: by what was measured, on machines that are made up."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt.ct2.costs import Costs, Line

Lengths = st.lists(st.integers(0, 60), min_size=1, max_size=32).map(lambda lengths: sorted(lengths, reverse=True))


@dataclass(frozen=True)
class Machine:
    """What the parts of the work take, in milliseconds; those given were measured on two cores."""

    encoder: float = 3.5
    step: float = 0.55
    more: float = 0.04
    """What each further text of a batch adds to a step."""
    prefill: float = 5.5
    """Of a text whose prefix is run in one pass, before its first token."""

    def batch(self, texts: int, steps: int) -> float:
        return texts * self.encoder + steps * (self.step + self.more * (texts - 1))

    def prefilled(self, new: int) -> float:
        return self.prefill + new * self.step


def learnt(machine: Machine, noise: float = 0.0) -> Costs:
    """What is known of a machine after some work: answers of one token, of many, alone and together."""
    costs, chance = Costs(), np.random.default_rng(1)
    for _, steps, texts in itertools.product(range(2), (1, 4, 12, 30), (1, 1, 4, 12)):
        factor = 0.001 * (1 + noise * chance.uniform(-1, 1))
        costs.saw_batch(texts, steps, factor * machine.batch(texts, steps))
        costs.saw_prefill(new := (steps + 9) // 2, factor * machine.prefilled(new))
    return costs


def test_nothing_known_every_prefix_is_run_in_one_pass() -> None:
    assert Costs().prefills([9, 3, 0]) == 2


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_a_long_prefix_alone_is_run_in_one_pass(noise: float) -> None:
    costs = learnt(Machine(), noise)
    assert costs.prefills([20]) == 1
    assert costs.prefills([1]) == 0


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_many_prefixes_are_decoded_together(noise: float) -> None:
    costs = learnt(Machine(), noise)
    assert costs.prefills([30] * 2) == 2
    assert costs.prefills([12] * 12) == 0


def test_one_long_prefix_does_not_hold_up_a_batch() -> None:
    assert learnt(Machine()).prefills([50, *([2] * 7)]) == 1


def test_a_machine_that_has_become_slow_at_passes_is_noticed() -> None:
    costs = learnt(Machine())
    for new in (4, 9, 14) * 30:
        costs.saw_prefill(new, 0.001 * Machine(prefill=100).prefilled(new))
    assert costs.prefills([20]) == 0


@given(Lengths, st.builds(Machine, *[st.floats(0, 100)] * 4))
def test_only_texts_with_a_prefix_are_chosen(lengths: list[int], machine: Machine) -> None:
    assert 0 <= learnt(machine).prefills(lengths) <= sum(length > 0 for length in lengths)


@given(Lengths)
def test_where_steps_are_free_and_passes_are_dear_nothing_is_run_in_one_pass(lengths: list[int]) -> None:
    assert learnt(Machine(step=0, more=0, prefill=100)).prefills(lengths) == 0


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_line_is_found_again(begin: float, rise: float) -> None:
    line = Line()
    for x in range(1, 50):
        line.add(x, begin + rise * x)
    assert (line.at(0), line.at(100)) == pytest.approx((begin, begin + 100 * rise), abs=1e-3)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=30))
def test_no_line_goes_below_nothing(points: list[tuple[float, float]]) -> None:
    line = Line()
    for x, y in points:
        line.add(x, y)
    assert -1e-6 <= line.at(0) <= line.at(1) + 1e-6
