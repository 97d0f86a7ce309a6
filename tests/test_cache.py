from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt.cache import Cache
from rtt.engine import Hypothesis, Job

JOB = Job("en-de", "Good morning.", "Guten", False, " Tag", 0.3)
ANSWER = Hypothesis("Guten Morgen.", "Guten")


def test_an_answer_is_known_afterwards() -> None:
    cache = Cache(10_000)
    assert cache.get(JOB) is None
    cache.put(JOB, ANSWER)
    assert cache.get(replace(JOB)) == ANSWER


def test_an_empty_answer_is_one() -> None:
    cache = Cache(10_000)
    cache.put(JOB, Hypothesis(""))
    assert cache.get(JOB) == Hypothesis("")


@pytest.mark.parametrize("name", [field.name for field in fields(Job)])
def test_whatever_decides_on_an_answer_tells_jobs_apart(name: str) -> None:
    cache = Cache(10_000)
    cache.put(JOB, ANSWER)
    other: Any = {"final": True}.get(name, "other")
    assert cache.get(replace(JOB, **{name: other})) is None


def test_with_no_bytes_nothing_is_kept() -> None:
    cache = Cache(0)
    cache.put(JOB, ANSWER)
    assert cache.get(JOB) is None


def test_what_was_used_least_lately_goes_first() -> None:
    cache = Cache(2500)
    jobs = [replace(JOB, text=f"{n}" * 100) for n in range(3)]
    for job in jobs[:2]:
        cache.put(job, ANSWER)
    assert cache.get(jobs[0]) == ANSWER
    cache.put(jobs[2], ANSWER)
    assert [cache.get(job) for job in jobs] == [ANSWER, None, ANSWER]


@given(st.lists(st.tuples(st.text(max_size=300), st.text(max_size=300))), st.integers(0, 5000))
def test_it_never_takes_more_than_it_may(entries: list[tuple[str, str]], limit: int) -> None:
    cache = Cache(limit)
    for said, answer in entries:
        cache.put(replace(JOB, text=said), Hypothesis(answer))
        assert cache.size <= limit
        assert cache.get(replace(JOB, text=said)) in (Hypothesis(answer), None)
