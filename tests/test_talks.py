import pytest

from rtt.errors import BadRequest
from rtt.talks import Talks


def test_a_room_begins_with_a_talk_without_a_name() -> None:
    talks = Talks()
    assert (talks.current.number, talks.current.title) == (1, "")
    assert talks.current.holds(1)


def test_a_segment_belongs_to_one_talk() -> None:
    talks = Talks()
    talks.begin("Second", "Ada", after=3, seq=10, now=5)
    first, second = talks.find(1, newest=0), talks.find(2, newest=0)
    assert [n for n in range(1, 6) if first.holds(n)] == [1, 2, 3]
    assert [n for n in range(1, 6) if second.holds(n)] == [4, 5]
    assert (second.title, second.speaker, second.seq) == ("Second", "Ada", 10)


def test_one_in_which_nothing_was_said_is_renamed() -> None:
    talks = Talks()
    talks.begin("First", "", after=0, seq=0, now=1)
    talks.begin("Second", "", after=2, seq=4, now=2)
    talks.begin("Second after all", "Ada", after=2, seq=5, now=3)
    assert [(t.number, t.title) for t in talks.not_taken()] == [(1, "First"), (2, "Second after all")]


@pytest.mark.parametrize(("newest", "number"), [(0, 2), (3, 1), (4, 2)])
def test_without_a_number_it_is_the_one_that_was_spoken_in_last(newest: int, number: int) -> None:
    talks = Talks()
    talks.begin("Second", "", after=3, seq=10, now=5)
    assert talks.find(None, newest=newest).number == number


def test_one_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadRequest, match="field talk: 2: Expected one from 1 to 1"):
        Talks().find(2, newest=0)


def test_those_that_have_ended_are_taken_once() -> None:
    talks = Talks()
    for number in (1, 2):
        talks.begin("", "", after=number, seq=0, now=10 * number)
    assert talks.take_ended(10) == []
    assert [talk.number for talk in talks.take_ended(11)] == [1]
    assert [talk.number for talk in talks.not_taken()] == [2, 3]
    assert [talk.number for talk in talks.take_ended(99)] == [2]
    assert talks.take_ended(99) == []
