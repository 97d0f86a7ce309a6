"""Talks played in virtual time."""

from collections.abc import Sequence

from rtt.engine import Hypothesis, Job
from rtt.measure.erasure import erasure
from rtt.measure.eventlog import EventLog, Talk, finals
from rtt.measure.quality import completeness
from rtt.measure.simulate import PUNCTUATION, Policy, run_together, simulate
from rtt.policy import PolicyOptions
from rtt.protocol import Caption, Stability
from rtt.segmenter import SegmenterOptions
from rtt.trace import TraceEvent

TALK = Talk("talk", "en", "de", Stability.STEADY, "m", 1.0)
WORDS = ["he", "sat", "down", "she", "stood", "up", "again"]
PARTIALS = [TraceEvent(300 * n, "partial", " ".join(WORDS[:n]), 0, 0, 300 * n) for n in range(1, len(WORDS) + 1)]
FINAL = TraceEvent(2400, "final", "He sat down. She stood up again.", 0, 0, 2200)


def shout(job: Job) -> Hypothesis:
    """Answer in capitals; put in the one full stop there is."""
    if job.model == PUNCTUATION:
        return Hypothesis(job.text.replace("down ", "down. "))
    return Hypothesis(job.text.upper())


def shout_all(jobs: Sequence[Job]) -> list[Hypothesis]:
    return [shout(job) for job in jobs]


def play(policy: Policy) -> dict[Stability, EventLog]:
    [logs] = run_together([simulate(TALK, [*PARTIALS, FINAL], policy, answer_ms=50)], shout_all)
    return {log.talk.stability: log for log in logs}


def told(log: EventLog) -> list[tuple[float, int, str, bool]]:
    return [
        (entry.at_ms, m.segment, m.stable + m.tentative, m.final)
        for entry in log.received
        if isinstance(m := entry.message, Caption)
    ]


def test_answers_come_when_they_are_due_and_sentences_end_before_the_final_does() -> None:
    log = play(Policy())[Stability.FAST]
    # The second answer is the first that fast readers see anything of.
    assert told(log)[0] == (650, 1, "HE", False)
    ends = [(round(at_ms), segment, shown) for at_ms, segment, shown, final in told(log) if final]
    assert ends == [(1850, 1, "HE SAT DOWN."), (2450, 2, "SHE STOOD UP AGAIN.")]
    assert [caption.stable for caption in finals(log.received).values()] == ["HE SAT DOWN.", "SHE STOOD UP AGAIN."]


def test_without_punctuation_the_final_alone_ends_sentences() -> None:
    log = play(Policy(punctuated=False))[Stability.FAST]
    assert all(at_ms >= 2400 for at_ms, _, _, final in told(log) if final)


def test_nothing_is_lost_or_doubled_for_any_reader() -> None:
    for log in play(Policy()).values():
        ended = completeness(log)
        assert (ended.segments, ended.lost_segments, ended.doubled_segments, ended.unfinished_segments) == (2, 0, 0, 0)


def test_a_word_for_word_language_is_never_rewritten() -> None:
    assert erasure(play(Policy())[Stability.STEADY]).erased == 0


def test_wait_k_writes_a_word_for_each_agreed_word_after_the_first_k() -> None:
    log = play(Policy(SegmenterOptions(agreement=1), PolicyOptions(), punctuated=False, wait_k=3))[Stability.STEADY]
    written = [
        (round(at_ms), len(shown.split())) for at_ms, segment, shown, final in told(log) if segment == 1 and not final
    ]
    assert written == [(950, 1), (1250, 2), (1550, 3), (1850, 4), (2150, 5)]


def test_simulations_that_run_together_share_batches_and_end_as_alone() -> None:
    policies = [Policy(), Policy(punctuated=False), Policy(stream=PolicyOptions(mask=0))]
    sizes: list[int] = []

    def counted(jobs: Sequence[Job]) -> list[Hypothesis]:
        sizes.append(len(jobs))
        return shout_all(jobs)

    together = run_together([simulate(TALK, [*PARTIALS, FINAL], one, answer_ms=50) for one in policies], counted)
    assert [list(play(one).values()) for one in policies] == together
    assert max(sizes) == len(policies)
