"""What of a draft an answer begins with: how far the model believes in it, and what it costs to take words back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt.ct2.drafts import Task, ways, worth
from rtt.ct2.question import Decoded
from rtt.engine import Job

DRAFT = ["▁die", "▁Kat", "ze", "▁saß"]
LOG = math.log


def task(*, price: float = 0.0, trust: float = 0.0, sure: float = 0.0, fixed: int = 0, odds: list[float]) -> Task:
    job = Job("", "the cat sat", "", bool(price), "die Katze saß", trust, sure, price)
    return Task(job, [], DRAFT[:fixed], DRAFT, [LOG(odd) for odd in odds])


@pytest.mark.parametrize(
    ("least", "odds", "fixed", "believed"),
    [
        (0.5, [0.9, 0.9, 0.9, 0.9], 0, 4),
        (0.5, [0.9, 0.9, 0.9, 0.4], 0, 3),
        (0.5, [0.9, 0.9, 0.4, 0.9], 0, 1),
        (0.5, [0.4, 0.9, 0.9, 0.9], 0, 0),
        (0.5, [0.4, 0.9, 0.9, 0.9], 1, 4),
        (0.5, [0.4, 0.9, 0.4, 0.9], 1, 1),
        (0.0, [0.1, 0.1, 0.1, 0.1], 0, 4),
        (1.0, [0.9, 0.9, 0.9, 0.9], 0, 0),
    ],
)
def test_whole_words_are_believed_and_what_is_fixed_is_not_judged(
    least: float, odds: list[float], fixed: int, believed: int
) -> None:
    assert task(fixed=fixed, odds=[*odds, 0.1]).believed(least) == believed


def test_an_open_sentence_is_decoded_once_and_keeps_what_is_trusted() -> None:
    [way] = ways(task(trust=0.3, fixed=1, odds=[0.9] * 5))
    assert (way.start, way.ended, way.least) == (DRAFT[:1], False, LOG(0.3))


def test_a_draft_that_surely_ends_is_all_of_the_answer() -> None:
    assert [way.ended for way in ways(task(price=0.7, odds=[0.9, 0.9, 0.9, 0.4, 0.6]))] == [False, True]
    assert [way.ended for way in ways(task(price=0.7, odds=[0.9, 0.9, 0.9, 0.4, 0.4]))] == [False, False]


def test_a_draft_that_the_model_would_say_itself_is_not_decoded_again() -> None:
    [way] = ways(task(price=0.7, odds=[0.9, 0.9, 0.9, 0.9, 0.6]))
    assert (way.start, way.ended) == (DRAFT, True)


def test_a_finished_sentence_has_a_way_for_each_doubt_after_what_is_certain() -> None:
    assert [len(way.start) for way in ways(task(price=0.7, odds=[0.4, 0.9, 0.9, 0.005, 0.1]))] == [0, 3, 4]
    assert [len(way.start) for way in ways(task(price=0.7, odds=[0.9, 0.9, 0.9, 0.005, 0.1]))] == [3, 4]


def test_without_a_score_there_is_one_way() -> None:
    alone = task(price=0.7, odds=[0.9] * 5)
    alone.score = ()
    assert [(way.start, way.ended) for way in ways(alone)] == [([], False)]


@pytest.mark.parametrize(
    ("answer", "odds", "fixed", "sure"),
    [
        (DRAFT, [0.9, 0.9, 0.9, 0.9, 0.9], 0, 4),
        (DRAFT, [0.9, 0.9, 0.9, 0.3, 0.9], 0, 3),
        (DRAFT, [0.9, 0.9, 0.3, 0.9, 0.9], 0, 1),
        (DRAFT, [0.9, 0.3, 0.9, 0.9], 1, 1),
        ([*DRAFT[:3], "▁lag"], [0.9, 0.9, 0.9, 0.9, 0.9], 0, 3),
        ([*DRAFT[:2], "er"], [0.9, 0.9, 0.9, 0.9], 0, 1),
        (DRAFT[:3], [0.9, 0.9, 0.9, 0.9], 0, 3),
    ],
)
def test_what_is_sure_stands_in_draft_and_answer(answer: list[str], odds: list[float], fixed: int, sure: int) -> None:
    found = task(sure=0.5, fixed=fixed, odds=[]).sure(Decoded(answer, [LOG(odd) for odd in odds]))
    assert found == DRAFT[:sure]


def test_the_worth_of_a_way_counts_its_start() -> None:
    [ended], begun = ways(task(price=0.7, odds=[0.9] * 5)), ways(task(price=0.7, odds=[0.4, *[0.5] * 4]))[1]
    begun.parts = [Decoded([*DRAFT, "."], [LOG(0.25), LOG(0.75)])]
    assert sum(ended.scores) == pytest.approx(5 * LOG(0.9))
    assert sum(begun.scores) == pytest.approx(LOG(0.4) + 3 * LOG(0.5) + LOG(0.25) + LOG(0.75))


def test_words_taken_back_have_their_price_and_marks_have_none() -> None:
    job = Job("", "the cat sat", "", final=True, draft="die Katze saß", price=2.0)
    assert worth(job, "Die Katze saß.", [-1.0]) == -1
    assert worth(job, "Die Katze, saß auf.", [-1.0]) == -1
    assert worth(job, "Die Katze lag.", [-1.0]) == -3
    assert worth(job, "Eine Katze saß.", [-1.0]) == -7


def test_a_lost_number_costs_more_than_a_word() -> None:
    job = Job("", "25 people at 6:30", "", final=True, draft="22 Leute", price=0.7)
    assert worth(job, "25 Leute um 6.30", [-4.0]) > worth(job, "22 Leute um 6.30", [-2.0])


@given(st.lists(st.floats(0.001, 1), min_size=5, max_size=5), st.integers(0, 4), st.sampled_from([0.0, 0.7]))
def test_every_way_begins_with_the_prefix_and_none_is_tried_twice(odds: list[float], fixed: int, price: float) -> None:
    tried = ways(task(price=price, trust=0.3, fixed=fixed, odds=odds))
    assert all(way.start[:fixed] == DRAFT[:fixed] for way in tried)
    assert all(way.start == DRAFT[: len(way.start)] for way in tried)
    assert len({len(way.start) for way in tried}) == len(tried)
