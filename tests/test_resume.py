"""A room that goes on where another node's was cut off: the words, the captions, and what goes over Redis."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from rtt import text as text_rules
from rtt.engine import Hypothesis, Timing
from rtt.log import Event, MemoryLog
from rtt.nodes.records import decode_event, encode_event
from rtt.nodes.resume import left_to_do, told_in
from rtt.policy import PolicyOptions, Stream, Update
from rtt.segmenter import Change, Segment, Segmenter, SegmenterOptions, Withdrawal

# What a captioner sends: an utterance's number, its text so far, and whether that is all.
Said = tuple[int, str, bool]

words = st.sampled_from(["one", "two.", "three", "four!", "five,", "six"])
texts = st.lists(words, min_size=1, max_size=8).map(" ".join)
talks = st.lists(texts, min_size=1, max_size=6)


def said(talk: Sequence[str]) -> list[Said]:
    """Each utterance word by word, then its final."""
    messages: list[Said] = []
    for number, text in enumerate(talk, 1):
        units = text.split()
        messages += [(number, " ".join(units[:end]), False) for end in range(1, len(units) + 1)]
        messages.append((number, text, True))
    return messages


class Captioned:
    """A segmenter, and what readers of the room's own language have in the end."""

    def __init__(self, shown: dict[int, Segment] | None = None) -> None:
        self.shown = dict(shown or {})
        self.finals: list[int] = []
        self.segmenter = Segmenter("en", SegmenterOptions(), now=0)
        if shown:
            left = [self.shown[id_] for id_ in sorted(self.shown)]
            self.segmenter.resume(left, 0, next_id=max(self.shown) + 1)

    def hear(self, messages: Sequence[Said]) -> None:
        for number, text, final in messages:
            self._take(self.segmenter.receive_text(text, final=final, now=0, utterance=number))

    def _take(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if isinstance(change, Withdrawal):
                self.shown.pop(change.id)
            else:
                self.finals += [change.id] * change.final
                self.shown[change.id] = change

    @property
    def words(self) -> list[str]:
        return [key for id_ in sorted(self.shown) for key in text_rules.keys(text_rules.units(self.shown[id_].text))]


@given(talk=talks, data=st.data())
def test_wherever_a_segmenter_is_cut_off_no_word_is_lost_or_doubled(talk: Sequence[str], data: st.DataObject) -> None:
    messages = said(talk)
    cut = data.draw(st.integers(0, len(messages)), label="cut off after")
    before = Captioned()
    before.hear(messages[:cut])
    after = Captioned(before.shown)
    finals = [at for at, (_, _, final) in enumerate(messages[:cut]) if final]
    # The newest final may not have been acknowledged; then the speaker says it again.
    again = data.draw(st.sampled_from(finals[-1:]), label="said again") if finals else cut
    after.hear([message for message in messages[again:cut] if message[2]])
    after.hear(messages[cut:])
    assert after.words == [key for text in talk for key in text_rules.keys(text_rules.units(text))]
    assert all(segment.final for segment in after.shown.values())
    assert len(set(before.finals + after.finals)) == len(before.finals + after.finals)


def test_a_final_that_is_said_again_leaves_the_open_utterance_alone() -> None:
    before = Captioned()
    before.hear([(1, "One.", True), (2, "and then", False)])
    after = Captioned(before.shown)
    after.hear([(1, "One.", True), (2, "and then two", False)])
    assert [segment.text for segment in after.shown.values()] == ["One.", "and then two"]
    assert not after.shown[2].final


def test_the_number_of_an_utterance_may_have_been_used_before() -> None:
    """By a speaker who began to count anew."""
    before = Captioned()
    before.hear([(1, "Good morning.", True), (1, "Welcome to the talk.", True)])
    after = Captioned(before.shown)
    after.hear([(1, "Welcome to the talk.", True)])
    assert [segment.text for segment in after.shown.values()] == ["Good morning.", "Welcome to the talk."]


def segment(id_: int, text: str, *, final: bool = True) -> Segment:
    return Segment(id_, 1, text, 0, final, 0, 0, 0.0)


def update(of: Segment, revision: int = 1, stable: str = "") -> Update:
    return Update(of, revision, of.final, stable, "", "", calm=True)


def test_a_stream_goes_on_with_what_was_shown() -> None:
    stream = Stream("en-de", PolicyOptions())
    stream.resume(Update(segment(1, "the cat sat", final=False), 4, False, "DIE KATZE", " SASS", " SASS DA", True))
    stream.receive(segment(1, "the cat sat on the mat", final=False))
    job = stream.job_to_run()
    assert job
    assert job.prefix == "DIE KATZE"
    stream.receive(Withdrawal(1))
    assert stream.updates_to_send() == [Withdrawal(1)]


def test_a_final_that_was_told_is_not_told_again_but_can_be_corrected() -> None:
    stream = Stream("en-de", PolicyOptions())
    stream.resume(update(segment(1, "The hat."), 3, "DER HUT."))
    assert stream.idle
    stream.receive(segment(1, "The cat."))
    assert stream.job_to_run()
    stream.receive_hypothesis(Hypothesis("DIE KATZE."))
    (told,) = stream.updates_to_send()
    assert isinstance(told, Update)
    assert (told.revision, told.stable) == (4, "DIE KATZE.")


def test_what_is_left_to_do() -> None:
    done, corrected, new = segment(2, "Done."), segment(3, "Right."), segment(5, "New.")
    still_open = segment(6, "go on", final=False)
    told = [
        update(segment(1, "Long ago.")),
        update(done),
        update(segment(3, "Wrong.")),
        update(segment(4, "Withdrawn.")),
        update(segment(6, "go", final=False)),
    ]
    assert left_to_do([done, corrected, new, still_open], told) == [Withdrawal(4), corrected, new, still_open]


def test_what_was_told_in_a_language_begins_where_the_language_did() -> None:
    """Before, it may have been the language of a translation, or the other way round."""
    log = MemoryLog("log", 100)
    for id_ in range(1, 6):
        log.append("de", update(segment(id_, f"{id_}")), 0)
    log.append("de", update(segment(2, "two"), revision=2), 0)
    assert [(u.segment.id, u.segment.text) for u in told_in(log, "de", 2, 10)] == [
        (2, "two"), (3, "3"), (4, "4"), (5, "5"),
    ]  # fmt: skip


events = st.builds(
    Event,
    seq=st.integers(1, 2**53),
    lang=st.sampled_from(["de", "zh-Hant"]),
    update=st.one_of(
        st.builds(Withdrawal, st.integers(1, 2**31)),
        st.builds(
            Update,
            segment=st.builds(
                Segment,
                id=st.integers(1, 2**31), utterance=st.integers(0, 2**53), text=st.text(), unagreed=st.integers(0, 99),
                final=st.booleans(), start_ms=st.integers(0, 2**40), end_ms=st.integers(0, 2**40),
                received_at=st.floats(0, 1e9), part=st.integers(1, 99),
            ),
            revision=st.integers(1, 999), final=st.booleans(), stable=st.text(), steady=st.text(), fast=st.text(),
            calm=st.booleans(),
        ),
    ),
    lag_ms=st.integers(0, 10_000),
    timing=st.none() | st.builds(Timing, wait_s=st.floats(0, 9), batch=st.integers(0, 64), cached=st.booleans()),
)  # fmt: skip


@given(events)
def test_an_event_comes_through_as_it_was(event: Event) -> None:
    assert decode_event(encode_event(event)) == event


@given(st.lists(events, max_size=12), st.integers(1, 5))
def test_a_copy_of_a_log_goes_its_own_way(told: Sequence[Event], limit: int) -> None:
    log = MemoryLog("log", limit)
    for event in told[:6]:
        log.append(event.lang, event.update, 0)
    copy = log.copy()
    before = log.after(0)
    for event in told[6:]:
        copy.append(event.lang, event.update, 0)
    assert log.after(0) == before
    assert [e for e in copy.after(0) if e.seq <= log.seq] == [e for e in before if e in copy.after(0)]
