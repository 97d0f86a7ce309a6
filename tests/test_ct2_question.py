"""Where an answer leaves its draft, and what comes of it."""

import math

from rtt.ct2.question import END, Attempt, Question

DRAFT = ["▁die", "▁Kat", "ze", "▁saß"]


def attempt(*tokens: str, least: float = 0.1, other: float = 0.2) -> Attempt:
    question = Question(["▁the", "▁cat"], DRAFT[:1], DRAFT, math.log(least))
    made = Attempt(question, list(tokens), [math.log(0.5)] * len(tokens))
    return made.held_against_draft(lambda place, token: math.log(other) if DRAFT[1 + place] == token else math.inf)


def test_what_follows_its_draft_is_the_answer() -> None:
    assert not attempt("▁Kat", "ze", "▁saß", END).keeps_draft
    assert not attempt("▁Kat", "ze", "▁saß", "▁da", END).keeps_draft
    assert attempt("▁Kat", "ze", "▁saß", END).decoded() == (DRAFT, [math.log(0.5)] * 4)


def test_a_draft_that_is_likely_enough_is_kept_where_the_answer_leaves_it() -> None:
    left = attempt("▁Kat", "ze", "▁lag", END)
    assert left.keeps_draft
    assert left.question.keeping(left.left + 1).prefix == DRAFT
    rest = attempt(END).decoded()
    assert left.going_on(rest)[1] == [math.log(0.5), math.log(0.5), math.log(0.2), math.log(0.5)]


def test_a_draft_that_is_not_is_left() -> None:
    assert not attempt("▁Kat", "ze", "▁lag", END, other=0.05).keeps_draft


def test_an_answer_that_ends_before_its_draft_leaves_it() -> None:
    assert attempt("▁Kat", "ze", END).keeps_draft
    assert attempt("▁Kat", "ze", END).left == 2
    assert not attempt("▁Kat", "ze", END, other=0.05).keeps_draft
    assert not attempt("▁Kat", "ze").keeps_draft
