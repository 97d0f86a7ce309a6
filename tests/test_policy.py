"""The target side of the policy: a table read from fixtures/policy.json, and properties."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt import text as text_rules
from rtt.engine import Hypothesis, Job
from rtt.policy import PolicyOptions, Stream, Update
from rtt.segmenter import Change, Segmenter, SegmenterOptions, Withdrawal

CASES = json.loads((Path(__file__).parent / "fixtures" / "policy.json").read_text())


class Talk:
    """A segmenter and a stream, as a room joins them; time passes by 0.1 s a step."""

    def __init__(self, **options: Any) -> None:
        self.segmenter = Segmenter("en", SegmenterOptions(), 0.0)
        # What is answered twice stands, and everybody sees the rest at once: so each rule can be seen by itself.
        plain = {"tail": True, "mask": 2, "persist": 2, "fast_persist": 1}
        self.stream = Stream("model", PolicyOptions(**plain | options))
        self.now = 0.0

    def say(self, text: str, *, final: bool, utterance: int | None = None) -> None:
        self.now += 0.1
        self.apply(self.segmenter.receive_text(text, final=final, now=self.now, utterance=utterance))

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.apply(self.segmenter.handle_timer(self.now))

    def apply(self, changes: list[Change]) -> None:
        for change in changes:
            self.stream.receive(change)


def shown(update: Update | Withdrawal) -> dict[str, Any]:
    if isinstance(update, Withdrawal):
        return {"segment": update.id, "withdrawn": True}
    names = ("revision", "stable", "steady", "fast", "final", "calm")
    return {"segment": update.segment.id} | {name: getattr(update, name) for name in names}


def check_job(job: Job | None, expected: dict[str, Any]) -> None:
    assert job is not None, f"no job, but {expected} was expected"
    assert {name: getattr(job, name) for name in expected} == expected


def check_shown(talk: Talk, expected: list[dict[str, Any]], *, only_last: bool) -> None:
    updates = [shown(update) for update in talk.stream.updates_to_send()]
    updates = updates[-len(expected) :] if only_last else updates
    assert len(updates) == len(expected), updates
    for got, wanted in zip(updates, expected, strict=True):
        assert {name: got.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_table(case: dict[str, Any]) -> None:
    talk = Talk(**case.get("options", {}))
    for step in case["steps"]:
        match step:
            case {"partial": text}:
                talk.say(text, final=False)
            case {"final": text}:
                talk.say(text, final=True)
            case {"cancel": _}:
                talk.apply(talk.segmenter.cancel(None))
            case {"correct": [segment, text]}:
                talk.apply(talk.segmenter.correct(segment, text, talk.now))
            case {"wait": seconds}:
                talk.wait(seconds)
            case {"draw": expected}:
                check_job(talk.stream.job_to_run(), expected)
            case {"job": expected}:
                check_job(talk.stream.job_to_run(), expected)
                if "answer" in step:
                    talk.stream.receive_hypothesis(Hypothesis(step["answer"], step.get("sure", "")))
                else:
                    talk.stream.receive_failure()
            case {"answer": text}:
                talk.stream.receive_hypothesis(Hypothesis(text))
            case {"no_job": _}:
                assert talk.stream.job_to_run() is None
            case {"shows": expected}:
                check_shown(talk, expected, only_last=case.get("shows_only_last", False))
            case _:
                raise ValueError(step)


def test_an_answer_that_nobody_asked_for_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="no job runs"):
        Talk().stream.receive_hypothesis(Hypothesis("?"))


def test_how_long_a_text_has_waited() -> None:
    talk = Talk()
    assert talk.stream.waiting_since() is None
    talk.say("one", final=False)
    talk.say("one two", final=False)
    assert talk.stream.waiting_since() == pytest.approx(0.2)
    assert talk.stream.job_to_run()
    talk.stream.receive_hypothesis(Hypothesis("eins zwei"))
    assert talk.stream.waiting_since() is None
    talk.say("One two.", final=True)
    assert talk.stream.urgent
    assert talk.stream.waiting_since() == pytest.approx(0.3)


WORDS = st.lists(st.sampled_from(["a", "b", "so", "no", "c.", "d,", "e?", "12", "你", "😀"]), max_size=8).map(" ".join)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("partial"), st.integers(0, 2), WORDS),
        st.tuples(st.just("final"), st.integers(0, 2), WORDS),
        st.tuples(st.just("cancel"), st.integers(0, 2), st.just("")),
        st.tuples(st.just("correct"), st.integers(1, 9), WORDS),
        st.tuples(st.just("wait"), st.integers(0, 40), st.just("")),
        st.tuples(st.just("draw"), st.just(0), st.just("")),
        st.tuples(st.just("answer"), st.integers(0, 8), st.one_of(WORDS, st.just("echo"))),
        st.tuples(st.just("fail"), st.just(0), st.just("")),
    ),
    max_size=40,
)


def play(talk: Talk, steps: list[tuple[str, int, str]]) -> list[Update | Withdrawal]:
    """Do the steps in order, end with everything closed and answered, and return what readers were told."""
    job: Job | None = None
    for kind, number, text in steps:
        if kind in {"partial", "final"}:
            talk.say(text, final=kind == "final", utterance=number)
        elif kind == "wait":
            talk.wait(number)
        elif kind == "draw":
            job = talk.stream.job_to_run() or job
        elif kind in {"answer", "fail"} and job:
            if kind == "fail":
                talk.stream.receive_failure()
            else:
                answer = job.prefix + text if text != "echo" else job.text
                talk.stream.receive_hypothesis(Hypothesis(answer, "".join(text_rules.units(answer)[:number])))
            job = None
        elif kind in {"cancel", "correct"}:
            known = {s.id: s for s in talk.segmenter.recent(100)}
            if kind == "cancel" and any(s.utterance == number for s in known.values()):
                talk.apply(talk.segmenter.cancel(number))
            elif kind == "correct" and number in known and known[number].final and text:
                talk.apply(talk.segmenter.correct(number, text, talk.now))
    if job:
        talk.stream.receive_hypothesis(Hypothesis(job.text))
    talk.apply(talk.segmenter.close_all(talk.now))
    while job := talk.stream.job_to_run():
        talk.stream.receive_hypothesis(Hypothesis(job.text))
    return talk.stream.updates_to_send()


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "mask": st.integers(0, 3),
        "tail": st.booleans(),
        "keep_stable": st.booleans(),
        "persist": st.integers(2, 5),
        "fast_persist": st.integers(1, 4),
    },
)


@given(STEPS, OPTIONS)
def test_the_promises_to_readers(steps: list[tuple[str, int, str]], options: dict[str, Any]) -> None:
    """Whatever is said and answered: stable only grows until the final, and every segment that was shown ends."""
    updates = play(Talk(**options), steps)
    stable: dict[int, str] = {}
    revision: dict[int, int] = {}
    finished: set[int] = set()
    withdrawn: set[int] = set()
    for update in updates:
        if isinstance(update, Withdrawal):
            assert update.id in revision
            withdrawn.add(update.id)
            continue
        id_ = update.segment.id
        assert id_ not in withdrawn
        assert update.revision > revision.get(id_, 0)
        revision[id_] = update.revision
        if update.final:
            assert not update.steady
            assert not update.fast
            finished.add(id_)
        else:
            assert id_ not in finished
            assert update.stable.startswith(stable.get(id_, ""))
            assert update.fast.startswith(update.steady)
            stable[id_] = update.stable
    assert set(revision) == finished | withdrawn


@given(st.lists(WORDS.filter(text_rules.is_speech), max_size=6), st.data())
def test_nothing_said_is_lost_or_doubled(texts: list[str], data: st.DataObject) -> None:
    """With an engine that answers with its text, the finals are what was said, in order."""
    talk = Talk()
    for text in texts:
        for cut in sorted(data.draw(st.lists(st.integers(1, len(text)), max_size=4))):
            talk.say(text[:cut], final=False)
            if data.draw(st.booleans()) and (job := talk.stream.job_to_run()):
                talk.stream.receive_hypothesis(Hypothesis(job.text))
        talk.say(text, final=True)
    updates = play(talk, [])
    finals = [u for u in updates if isinstance(u, Update) and u.final]
    said = [word for text in texts for word in text_rules.units(text)]
    heard = [word for final in sorted(finals, key=lambda u: u.segment.id) for word in text_rules.units(final.stable)]
    assert [w.strip() for w in heard] == [w.strip() for w in said]
