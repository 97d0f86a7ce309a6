import msgspec
import pytest

from rtt.measure.report import Report, Row, measure, report, rows
from rtt.protocol import Stability
from tests.test_measure_eventlog import log_of
from tests.test_measure_lag import SAID, SPOKEN, TOLD

LOG = log_of(TOLD, said=SAID, spoken=SPOKEN)
FIGURES = report(measure(LOG, ["Die Katze saß unten."]), "talk")


def row(figures: Report, name: str) -> Row:
    return next(row for row in rows(figures) if row.measure.startswith(name))


def changed(**fields: object) -> Report:
    return msgspec.structs.replace(FIGURES, **fields)


def test_a_report_on_one_talk() -> None:
    assert (FIGURES.talk, FIGURES.target, FIGURES.stability, FIGURES.words) == ("talk", "de", Stability.STEADY, 4)
    assert (FIGURES.ne, FIGURES.first_word_p50_ms, FIGURES.laal_ms, FIGURES.atd_ms) == (0, 200, 575, 450)
    assert FIGURES.finalisation_mean_ms == (200 + 500 + 600 + 400) / 4
    assert (FIGURES.segments, FIGURES.lost_segments, FIGURES.utterances) == (1, 0, 1)
    assert FIGURES.bleu is not None
    assert FIGURES.offline_bleu is not None


def test_every_figure_is_a_number_for_machines() -> None:
    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(FIGURES)), Report) == FIGURES


def test_talks_are_pooled_by_what_they_hold() -> None:
    # 4 words without erasure, and 2 of which 2 went: 2 of 6.
    other = log_of([(2300, "1:| a b"), (2400, "1! c d")], said=SAID, spoken=SPOKEN)
    both = report(measure(LOG) + measure(other), "2 talks")
    assert both.ne == pytest.approx(2 / 6)
    # Source words end at 1200, 1500, 1800, 2000; of the other talk's two words both stand since 2400.
    assert both.finalisation_mean_ms == pytest.approx((200 + 500 + 600 + 400 + (2400 - 1500) + (2400 - 2000)) / 6)
    assert (both.segments, both.utterances) == (2, 2)


def test_quality_is_left_out_without_references() -> None:
    figures = report(measure(LOG), "talk")
    assert figures.bleu is figures.offline_bleu is figures.chrf is None
    assert row(figures, "BLEU").value == "–"


def test_an_empty_log_has_a_report() -> None:
    assert all(row.value for row in rows(report(measure(log_of([])), "nothing")))


@pytest.mark.parametrize(
    ("fields", "name", "passed"),
    [
        ({"ne": 0.1}, "normalised", True),
        ({"ne": 0.11}, "normalised", False),
        ({"ne": 0.4, "stability": Stability.FAST}, "normalised", True),
        ({"ne": 0.41, "stability": Stability.FAST}, "normalised", False),
        ({"ne": 0.0, "stability": Stability.FINAL}, "normalised", None),
        ({"ne": None}, "normalised", None),
        ({"stable_erased": 0}, "words erased from stable", True),
        ({"stable_erased": 1}, "words erased from stable", False),
        ({"stable_erased": 1, "stability": Stability.FAST}, "words erased from stable", None),
        ({"first_word_p50_ms": 1000.0}, "first-word", True),
        ({"first_word_p50_ms": 1001.0}, "first-word", False),
        ({"first_word_p50_ms": 1001.0, "speed": 2.0}, "first-word", None),
        ({"finalisation_mean_ms": 2001.0}, "finalisation lag, mean", False),
        ({"finalisation_p95_ms": 4000.0}, "finalisation lag, p95", True),
        ({"burst_max": 9.0}, "words added at once, max", False),
        ({"burst_max": 9.0, "target": "zh"}, "characters added at once, max", None),
        ({"bleu": 30.0, "offline_bleu": 30.3}, "BLEU", True),
        ({"bleu": 29.0, "offline_bleu": 30.0}, "BLEU", False),
        ({"bleu": 31.0, "offline_bleu": 30.0}, "BLEU", True),
        ({"bleu": 31.0, "offline_bleu": None}, "BLEU", None),
        ({"lost_segments": 1}, "segments lost, of 1", False),
        ({"doubled_utterances": 0}, "utterances with words twice", True),
    ],
)
def test_figures_are_held_against_their_targets(fields: dict[str, object], name: str, passed: bool | None) -> None:  # noqa: FBT001 - a table's column
    assert row(changed(**fields), name).passed is passed


def test_rows_say_what_they_mean() -> None:
    assert row(changed(ne=0.0512), "normalised") == Row("normalised erasure (NE)", "0.051", "≤ 0.10", True)
    assert row(changed(finalisation_mean_ms=1234.0), "finalisation") == Row(
        "finalisation lag, mean", "1.23 s", "≤ 2.0 s", True
    )
    assert row(changed(bleu=30.0, offline_bleu=30.25), "BLEU").value == "30.0 beside 30.2 offline"
    assert row(changed(target="zh"), "characters a second").target == "beside 9"
