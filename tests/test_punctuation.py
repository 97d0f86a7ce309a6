"""Speech without punctuation: what is asked for, and what sentences the answers make of it."""

from hypothesis import given
from hypothesis import strategies as st

from rtt import text as text_rules
from rtt.engine import Hypothesis
from rtt.punctuation import PunctuationStream
from rtt.segmenter import Change, Segment, Segmenter, SegmenterOptions


class Speech:
    """A segmenter and its punctuation, as a room joins them; time passes by 0.1 s a step."""

    def __init__(self) -> None:
        self.segmenter = Segmenter("en", SegmenterOptions(), 0.0)
        self.stream = PunctuationStream("p", self.segmenter)
        self.now = 0.0
        self.changes: list[Change] = []

    def say(self, text: str, *, final: bool = False) -> None:
        self.now += 0.1
        self.changes += self.segmenter.receive_text(text, final=final, now=self.now)

    def answer(self, text: str) -> str:
        """Answer the job that waits, and return what it asked for."""
        job = self.stream.job_to_run()
        assert job is not None
        self.stream.receive_hypothesis(Hypothesis(text))
        self.changes += self.stream.updates_to_send()
        return job.text

    def finals(self) -> list[str]:
        return [change.text for change in self.changes if isinstance(change, Segment) and change.final]

    def open(self) -> str:
        newest = self.changes[-1]
        assert isinstance(newest, Segment)
        return newest.text


def test_a_sentence_ends_where_a_mark_is_put_in_and_agreed_words_follow() -> None:
    speech = Speech()
    speech.say("so this is it now we")
    speech.say("so this is it now we go on")
    assert speech.answer("So this is it. Now we go on") == "so this is it now we go on"
    assert speech.finals() == ["So this is it."]
    assert speech.open() == "Now we go on"
    speech.say("so this is it now we go on and on")
    assert speech.answer("Now we go on and on") == "now we go on and on"
    speech.say("So this is it. Now we go on and on.", final=True)
    assert speech.finals() == ["So this is it.", "Now we go on and on."]


def test_an_end_that_nothing_agreed_follows_is_a_guess() -> None:
    speech = Speech()
    speech.say("so this is it")
    speech.say("so this is it now")
    speech.answer("So this is it. Now")
    assert speech.finals() == []
    assert speech.open() == "So this is it. Now"


def test_marks_stay_where_the_text_goes_on_and_go_where_it_changes() -> None:
    speech = Speech()
    speech.say("well yes it is")
    speech.answer("Well, yes, it is")
    speech.say("well no it is so")
    assert speech.open() == "Well, no it is so"


def test_a_captioner_who_punctuates_is_left_alone() -> None:
    speech = Speech()
    speech.say("So, this is")
    assert speech.stream.idle
    assert speech.stream.job_to_run() is None


def test_the_same_text_is_asked_for_once() -> None:
    speech = Speech()
    speech.say("so this is it")
    speech.answer("So this is it")
    assert speech.stream.idle
    speech.say("so this is it")
    assert speech.stream.job_to_run() is None


def test_one_job_at_a_time() -> None:
    speech = Speech()
    speech.say("so this")
    assert speech.stream.job_to_run() is not None
    speech.say("so this is it")
    assert speech.stream.job_to_run() is None
    speech.stream.receive_hypothesis(Hypothesis("So, this"))
    job = speech.stream.job_to_run()
    assert job is not None
    assert job.text == "so this is it"


def test_after_a_failure_the_text_stays_as_it_is() -> None:
    speech = Speech()
    speech.say("so this is it")
    assert speech.stream.job_to_run() is not None
    speech.stream.receive_failure()
    assert speech.stream.updates_to_send() == []
    assert speech.stream.idle


def test_an_answer_for_an_utterance_that_is_over_changes_nothing() -> None:
    speech = Speech()
    speech.say("so this is it now we")
    assert speech.stream.job_to_run() is not None
    speech.say("So this is it now we go.", final=True)
    speech.stream.receive_hypothesis(Hypothesis("So this is it. Now we"))
    assert speech.stream.updates_to_send() == []
    assert speech.finals() == ["So this is it now we go."]


def test_an_unpunctuated_final_keeps_the_marks_that_were_put_in() -> None:
    speech = Speech()
    speech.say("so this is it now we")
    speech.answer("So this is it. Now we")
    speech.say("so this is it now we go", final=True)
    assert speech.finals() == ["So this is it.", "Now we go"]


def test_the_newest_utterance_is_asked_for() -> None:
    speech = Speech()
    speech.changes += speech.segmenter.receive_text("one two", final=False, now=0.1, utterance=1)
    speech.changes += speech.segmenter.receive_text("three four", final=False, now=0.2, utterance=2)
    job = speech.stream.job_to_run()
    assert job is not None
    assert job.text == "three four"


words = st.lists(st.sampled_from(["a", "b", "c", "so", "it"]), min_size=1, max_size=12)
marks = st.lists(st.sampled_from(["", "", ",", ".", "?"]), min_size=12, max_size=12)


@given(st.lists(st.tuples(words, marks, st.booleans()), min_size=1, max_size=8), words)
def test_whatever_marks_are_put_in_the_final_ends_every_word_once(
    updates: list[tuple[list[str], list[str], bool]], last: list[str]
) -> None:
    speech = Speech()
    for said, after, answered in updates:
        speech.say(" ".join(said))
        if answered and (job := speech.stream.job_to_run()):
            units = text_rules.units(job.text)
            speech.stream.receive_hypothesis(
                Hypothesis("".join(unit + mark for unit, mark in zip(units, after, strict=False)))
            )
            speech.changes += speech.stream.updates_to_send()
    frozen = text_rules.keys(text_rules.units(" ".join(speech.finals())))
    spoken = [*frozen, *last]
    speech.say(" ".join(spoken), final=True)
    assert text_rules.keys(text_rules.units(" ".join(speech.finals()))) == spoken
