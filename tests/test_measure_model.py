from pathlib import Path

import pytest

from rtt.errors import TraceError
from rtt.measure.model import Prefix, PrefixBehaviour, prefix_behaviour, prefixes, read_test_set


def test_sentences_are_cut_at_quarters_and_written_as_a_recogniser_would() -> None:
    assert prefixes(["Well, the cat – it sat; on my mat."]) == [
        # 9 units, the dash being one: 2, 4 and 6 of them.
        Prefix(0, "well the", 2 / 9),
        Prefix(0, "well the cat", 4 / 9),
        Prefix(0, "well the cat it sat", 6 / 9),
    ]


def test_what_is_too_short_is_not_cut_to_nothing() -> None:
    assert prefixes(["Yes."]) == []
    assert [prefix.text for prefix in prefixes(["", "Good night."])] == ["good"]


def test_scripts_without_blanks_are_cut_between_characters() -> None:
    assert [prefix.text for prefix in prefixes(["你好，新世界们！"])] == ["你", "你好新", "你好新世"]


@pytest.mark.parametrize(
    ("answer", "too_long", "repeating"),
    [
        # Half of 8 words is 4, and 1.6 times that 6.4.
        ("1 2 3 4 5 6", 0, 0),
        ("1 2 3 4 5 6 7", 1, 0),
        ("1 2 2 2", 0, 1),
        ("1 2 2 2 2 2 2", 1, 1),
        ("", 0, 0),
    ],
)
def test_what_answers_to_prefixes_are_of_no_use(answer: str, too_long: int, repeating: int) -> None:
    cut = [Prefix(0, "the cat sat", 0.5)]
    found = prefix_behaviour(cut, [answer], ["a b c d e f g h"])
    assert found == PrefixBehaviour(1, too_long, repeating, bad=int(bool(too_long or repeating)))
    assert found.bad_share == found.bad


def test_a_repetition_of_the_speakers_own_is_none() -> None:
    assert prefix_behaviour([Prefix(0, "no no no", 0.5)], ["nein nein nein"], ["a b c d e f"]).repeating == 0


def test_a_word_more_is_not_too_long_for_the_shortest() -> None:
    assert prefix_behaviour([Prefix(0, "yes", 0.25)], ["ja das ist"], ["ja das"]).too_long == 0


def test_nothing_has_no_bad_share() -> None:
    assert prefix_behaviour([], [], []).bad_share == 0


def test_a_test_set_is_read(tmp_path: Path) -> None:
    (tmp_path / "set.tsv").write_text("One.\tEins.\nTwo.\tZwei.\twirklich\n")
    assert read_test_set(tmp_path / "set.tsv") == [("One.", "Eins."), ("Two.", "Zwei.\twirklich")]


@pytest.mark.parametrize(
    ("content", "says"), [(None, "No such file"), (b"One.\tEins.\nTwo.\n", ":2: no tab"), (b"\xff", "decode")]
)
def test_a_test_set_that_cannot_be_read(content: bytes | None, says: str, tmp_path: Path) -> None:
    path = tmp_path / "set.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TraceError, match=says):
        read_test_set(path)
