import math
import sys
from pathlib import Path

import pytest

from rtt.errors import ConfigError, TraceError
from rtt.measure.eventlog import EventLog
from rtt.measure.quality import Completeness, Document, completeness, document, read_references, score
from tests.test_measure_eventlog import Said, Told, log_of

SAID: Said = [
    (1000, "final", 0, "The cat sat. It slept.", 0, 900),
    (2000, "final", 1, "Good night.", 900, 1900),
]
SPOKEN: Told = [(1010, "1! The cat sat."), (1010, "2! It slept."), (2010, "3! Good night.")]
TOLD: Told = [(1050, "1! Die Katze saß."), (1060, "2: Sie|"), (1100, "2! Sie schlief."), (2100, "3! Gute Nacht.")]


def talk(told: Told = TOLD, spoken: Told = SPOKEN) -> EventLog:
    return log_of(told, said=SAID, spoken=spoken, utterance={3: 1})


def test_a_talk_of_which_nothing_is_lost_or_doubled() -> None:
    assert completeness(talk()) == Completeness(segments=3, utterances=2)


@pytest.mark.parametrize(
    ("told", "lost", "doubled", "unfinished"),
    [
        (TOLD[:-1], 1, 0, 0),
        ([*TOLD, (2200, "3! Gute Nacht.")], 0, 1, 0),
        ([*TOLD, (2200, "4: Und|")], 0, 0, 1),
        ([*TOLD, (2200, "4: Und|"), (2300, "4x")], 0, 0, 0),
        # A final of something that nobody said.
        ([*TOLD, (2200, "4! Und?")], 0, 1, 0),
        # Shown but never finished is lost as well.
        ([*TOLD[:-1], (2100, "3: Gute| Nacht")], 1, 0, 1),
        ([*TOLD, (2200, "3x")], 1, 0, 0),
        # A final without a word.
        ([*TOLD[:-1], (2100, "3! …")], 1, 0, 0),
    ],
)
def test_segments_that_do_not_end_as_they_should(told: Told, lost: int, doubled: int, unfinished: int) -> None:
    found = completeness(talk(told))
    assert (found.lost_segments, found.doubled_segments, found.unfinished_segments) == (lost, doubled, unfinished)


@pytest.mark.parametrize(
    ("sentences", "lost", "doubled"),
    [
        (["the cat sat", "It slept."], 0, 0),
        # Finished with a word that the recogniser put right too late.
        (["The cap sat.", "It slept."], 0, 0),
        (["The cat sat.", "slept."], 1, 0),
        (["The cat sat. It", "It slept."], 0, 1),
        (["It slept.", "The cat sat."], 1, 1),
    ],
)
def test_utterances_of_which_words_are_lost_or_doubled(sentences: list[str], lost: int, doubled: int) -> None:
    spoken = [(1000.0, f"{number}! {text}") for number, text in enumerate(sentences, 1)]
    found = completeness(talk(spoken=[*spoken, SPOKEN[-1]]))
    assert (found.lost_utterances, found.doubled_utterances) == (lost, doubled)


def test_an_utterance_that_nobody_heard_is_lost() -> None:
    found = completeness(talk(TOLD[:-1], SPOKEN[:-1]))
    assert (found.lost_segments, found.lost_utterances) == (0, 1)


def test_talks_are_added_up() -> None:
    assert Completeness(1, 2, 3, 4, 5, 6, 7) + Completeness(1, 1, 1, 1, 1, 1, 1) == Completeness(2, 3, 4, 5, 6, 7, 8)


def test_a_talk_is_one_document() -> None:
    assert document(talk(), ["Die Katze saß.", "Sie schlief.", "Gute Nacht."]) == Document(
        "Die Katze saß. Sie schlief. Gute Nacht.", "Die Katze saß. Sie schlief. Gute Nacht.", "Die Katze."
    )


def test_bleu_by_hand() -> None:
    # 8 tokens, of which 7 are in the reference; 5 of 7 pairs, 3 of 6 triples, 1 of 5 quadruples; no brevity penalty.
    expected = 100 * math.prod([7 / 8, 5 / 7, 3 / 6, 1 / 5]) ** (1 / 4)
    assert score(["a b c d x f g h"], ["a b c d e f g h"], "de").bleu == pytest.approx(expected)


def test_bleu_of_a_corpus_counts_over_all_documents() -> None:
    # As one corpus of two documents: 4 + 3 of 8 tokens, 3 + 2 of 6 pairs, 2 + 1 of 4 triples, 1 + 0 of 2 quadruples.
    expected = 100 * math.prod([7 / 8, 5 / 6, 3 / 4, 1 / 2]) ** (1 / 4)
    assert score(["a b c d", "e f g x"], ["a b c d", "e f g h"], "de").bleu == pytest.approx(expected)


def test_chinese_is_tokenised_by_character() -> None:
    # 5 of 6 characters, 4 of 5 pairs, 3 of 4 triples, 2 of 3 quadruples; as one word of `13a` it would be none.
    expected = 100 * math.prod([5 / 6, 4 / 5, 3 / 4, 2 / 3]) ** (1 / 4)
    assert score(["你好新世界吗"], ["你好新世界吧"], "zh-Hans").bleu == pytest.approx(expected)


def test_the_same_is_perfect() -> None:
    found = score(["Die Katze saß auf der Matte."], ["Die Katze saß auf der Matte."], "de")
    assert [found.bleu, found.chrf] == pytest.approx([100, 100])


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    with pytest.raises(ConfigError, match=r"pip install 'rtt\[measure\]'"):
        score(["a"], ["a"], "de")


def test_references_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.refs.json").write_text('{"en": ["One."], "de": ["Eins."]}')
    assert read_references(tmp_path / "a.refs.json") == {"en": ["One."], "de": ["Eins."]}


@pytest.mark.parametrize(("content", "says"), [(None, "No such file"), (b"[]", "object"), (b"\xff", "refs.json")])
def test_references_that_cannot_be_read(content: bytes | None, says: str, tmp_path: Path) -> None:
    path = tmp_path / "a.refs.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TraceError, match=says):
        read_references(path)
