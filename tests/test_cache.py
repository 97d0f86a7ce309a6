from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt.cache import Cache
from rtt.engine import Job

JOB = Job("en-de", "Good morning.", "Guten", False, " Tag", 0.3)


def test_an_answer_is_known_afterwards() -> None:
    cache = Cache(10_000)
    assert cache.get(JOB) is None
    cache.put(JOB, "Guten Morgen.")
    assert cache.get(replace(JOB)) == "Guten Morgen."


def test_an_empty_answer_is_one() -> None:
    cache = Cache(10_000)
    cache.put(JOB, "")
    assert cache.get(JOB) == ""


@pytest.mark.parametrize("name", [field.name for field in fields(Job) if field.name != "final"])
def test_whatever_decides_on_an_answer_tells_jobs_apart(name: str) -> None:
    cache = Cache(10_000)
    cache.put(JOB, "Guten Morgen.")
    other: Any = {"trust": 0.5}.get(name, "other")
    assert cache.get(replace(JOB, **{name: other})) is None


def test_a_final_says_what_a_partial_did() -> None:
    cache = Cache(10_000)
    cache.put(JOB, "Guten Morgen.")
    assert cache.get(replace(JOB, final=True)) == "Guten Morgen."


def test_with_no_bytes_nothing_is_kept() -> None:
    cache = Cache(0)
    cache.put(JOB, "Guten Morgen.")
    assert cache.get(JOB) is None


def test_what_was_used_least_lately_goes_first() -> None:
    cache = Cache(2000)
    jobs = [replace(JOB, text=f"{n}" * 100) for n in range(3)]
    for job in jobs[:2]:
        cache.put(job, "x")
    assert cache.get(jobs[0]) == "x"
    cache.put(jobs[2], "x")
    assert [cache.get(job) for job in jobs] == ["x", None, "x"]


@given(st.lists(st.tuples(st.text(max_size=300), st.text(max_size=300))), st.integers(0, 5000))
def test_it_never_takes_more_than_it_may(entries: list[tuple[str, str]], limit: int) -> None:
    cache = Cache(limit)
    for said, answer in entries:
        cache.put(replace(JOB, text=said), answer)
        assert cache.size <= limit
        assert cache.get(replace(JOB, text=said)) in {answer, None}
