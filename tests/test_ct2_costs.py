"""Which prefixes are run in one pass: by what was measured, on machines that are made up."""

from hypothesis import given
from hypothesis import strategies as st

from rtt.ct2.costs import Costs

MS = 0.001
Lengths = st.lists(st.integers(0, 60), min_size=1, max_size=32).map(lambda lengths: sorted(lengths, reverse=True))


def learnt(*, step: float, each: float, prefill: float) -> Costs:
    """What is known of a machine: a step alone, what each further text of a batch adds to it, and a pass."""
    costs = Costs()
    costs.saw_batch(1, 10, 10 * step)
    costs.saw_batch(8, 10, 10 * (step + 7 * each))
    costs.saw_prefill(4, prefill + 4 * step)
    return costs


def test_nothing_known_every_prefix_is_run_in_one_pass() -> None:
    assert Costs().prefills([9, 3, 0]) == 2


def test_a_long_prefix_alone_is_run_in_one_pass() -> None:
    costs = learnt(step=MS, each=0.2 * MS, prefill=5 * MS)
    assert costs.prefills([20]) == 1
    assert costs.prefills([2]) == 0


def test_many_prefixes_are_decoded_together() -> None:
    costs = learnt(step=MS, each=0.1 * MS, prefill=5 * MS)
    assert costs.prefills([20] * 2) == 2
    assert costs.prefills([20] * 16) == 0


def test_one_long_prefix_does_not_hold_up_a_batch() -> None:
    assert learnt(step=MS, each=0.1 * MS, prefill=5 * MS).prefills([50, *([2] * 7)]) == 1


def test_a_machine_that_has_become_slow_at_passes_is_noticed() -> None:
    costs = learnt(step=MS, each=0.1 * MS, prefill=5 * MS)
    for _ in range(100):
        costs.saw_prefill(4, 100 * MS)
    assert costs.prefills([20]) == 0


@given(Lengths, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_only_texts_with_a_prefix_are_chosen(lengths: list[int], step: float, each: float, prefill: float) -> None:
    chosen = learnt(step=step, each=each, prefill=prefill).prefills(lengths)
    assert 0 <= chosen <= sum(length > 0 for length in lengths)


@given(Lengths)
def test_where_batches_are_free_and_passes_are_dear_nothing_is_run_in_one_pass(lengths: list[int]) -> None:
    assert learnt(step=MS, each=0.0, prefill=1.0).prefills(lengths) == 0
