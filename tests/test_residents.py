"""Which models make room for others."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rtt.catalog import File, Manifest, Model, Tokeniser
from rtt.residency.residents import OPEN_S, Resident, idle, surplus

NOW = 1000.0


def resident(
    number: int, size: int, idle_s: float, *, jobs: int = 0, kept: bool = False, only: bool = False
) -> Resident:
    files = {"model.bin": File(size, "0" * 64)}
    model = Model(Manifest(f"m{number}", "en", "de", "none", Tokeniser("s", "t"), files), Path("nowhere"), "v1")
    return Resident(model, used_at=NOW - idle_s, jobs=jobs, kept=kept, only_copy=only)


residents = st.lists(
    st.tuples(st.integers(1, 100), st.floats(0, 900), st.integers(0, 1), st.booleans(), st.booleans()), max_size=8
).map(
    lambda rows: [
        resident(number, size, idle_s, jobs=jobs, kept=kept, only=only)
        for number, (size, idle_s, jobs, kept, only) in enumerate(rows)
    ]
)


@given(residents, st.integers(0, 400), st.integers(0, 200))
def test_the_longest_idle_go_and_no_more_than_needed(there: list[Resident], budget: int, wanted: int) -> None:
    going = surplus(there, budget, NOW, wanted=wanted)
    staying = [one for one in there if one not in going]
    free = budget - wanted - sum(one.size for one in staying)
    assert all(one.idle_for(NOW) >= OPEN_S and not (one.jobs or one.kept or one.only_copy) for one in going)
    # Whatever could go is gone, or what stays fits.
    assert free >= 0 or not any(one.idle_for(NOW) for one in staying)
    if going:
        assert free < going[-1].size
        assert going[-1].idle_for(NOW) >= max((one.idle_for(NOW) for one in staying), default=0.0)


@given(residents, st.floats(0, 900))
def test_what_is_idle_for_long_goes(there: list[Resident], idle_s: float) -> None:
    going = idle(there, idle_s, NOW)
    assert going == [one for one in there if idle_s and one.idle_for(NOW) and one.idle_for(NOW) >= idle_s]


def test_what_a_room_has_open_is_not_idle() -> None:
    assert not resident(1, 1, OPEN_S - 0.1).idle_for(NOW)
    assert resident(1, 1, OPEN_S).idle_for(NOW)
    assert resident(1, 1, 0).key == "m1@v1"
