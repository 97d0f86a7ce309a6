import pytest

from rtt.captions import message_for
from rtt.log import Event
from rtt.policy import Update
from rtt.protocol import Cancel, Caption, Stability
from rtt.segmenter import Segment, Withdrawal


def event(*, final: bool = False, calm: bool = True, steady: str = "", fast: str = "") -> Event:
    segment = Segment(
        id=12, utterance=7, text="the cat", unagreed=1, final=final, start_ms=5460, end_ms=6190, received_at=3.0
    )
    update = Update(segment, revision=3, final=final, stable="Die", steady=steady, fast=fast, calm=calm)
    return Event(41, "de", update, lag_ms=38)


def caption(*, tentative: str, final: bool = False) -> Caption:
    return Caption(
        seq=41,
        segment=12,
        revision=3,
        utterance=7,
        lang="de",
        stable="Die",
        tentative=tentative,
        final=final,
        start_ms=5460,
        end_ms=6190,
        lag_ms=38,
    )


@pytest.mark.parametrize(
    ("stability", "expected"),
    [
        (Stability.FAST, caption(tentative=" Katze saß")),
        (Stability.STEADY, caption(tentative=" Katze")),
        (Stability.FINAL, None),
    ],
)
def test_each_reader_sees_as_much_as_it_wants(stability: Stability, expected: Caption | None) -> None:
    assert message_for(event(steady=" Katze", fast=" Katze saß"), stability) == expected


@pytest.mark.parametrize(
    ("stability", "expected"),
    [(Stability.FAST, caption(tentative=" Katze")), (Stability.STEADY, None), (Stability.FINAL, None)],
)
def test_what_changes_out_of_sight_is_news_to_fast_readers_only(stability: Stability, expected: Caption | None) -> None:
    assert message_for(event(calm=False, fast=" Katze"), stability) == expected


@pytest.mark.parametrize("stability", Stability)
def test_a_final_is_for_everybody(stability: Stability) -> None:
    assert message_for(event(final=True, calm=False), stability) == caption(tentative="", final=True)


@pytest.mark.parametrize("stability", Stability)
def test_a_withdrawal_is_for_everybody(stability: Stability) -> None:
    assert message_for(Event(45, "de", Withdrawal(13), 0), stability) == Cancel(45, 13, "de")
