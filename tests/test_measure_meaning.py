"""What a conference opens with keeps its meaning in every language that is bundled."""

import tomllib
from pathlib import Path

import pytest

from rtt.catalog import Catalog, Model
from rtt.ct2.trial import Trial
from rtt.errors import TraceError
from rtt.measure.meaning import Sentence, meaning, read_meanings

ROOT = Path(__file__).parent.parent
SENTENCES = ROOT / "tests" / "fixtures" / "conference.tsv"
REFERENCES = SENTENCES.with_suffix(".references.tsv")
FLOORS = tomllib.loads((ROOT / "tests" / "fixtures" / "conference_floors.toml").read_text())
LANGUAGES = ("de", "fr", "es", "zh")
BUNDLED = [model for model in Catalog.find([ROOT / "models"]).translators() if model.manifest.source == "en"]


@pytest.mark.parametrize("model", BUNDLED, ids=lambda model: model.name)
def test_a_bundled_model_keeps_the_meaning(model: Model) -> None:
    assert model.name in FLOORS, "a bundled model has a floor of its own"
    asked = read_meanings(SENTENCES, model.manifest.target)
    answers, _ = Trial(model.folder).translate([one.text for one in asked])
    report = meaning(asked, answers)
    told = "\n".join(f"{one.text} → {one.translation} ({', '.join(one.faults)})" for one in report.blunders)
    assert report.share >= FLOORS[model.name], told


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_asks_for_something_in_every_language(language: str) -> None:
    asked = read_meanings(SENTENCES, language)
    assert len({one.text for one in asked}) == len(asked) == 100
    assert not any("" in words for one in asked for words in (*one.wanted, *one.unwanted))
    # No answer, and an answer in English, are not what was asked for; idioms are only told by what they must not be.
    assert meaning(asked, [""] * 100).kept == sum(not one.wanted for one in asked) <= 1
    assert meaning(asked, [one.text for one in asked]).kept <= 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_right_translations_are_right_and_those_of_other_sentences_wrong(language: str) -> None:
    asked = read_meanings(SENTENCES, language)
    columns, *rows = (line.split("\t") for line in REFERENCES.read_text().splitlines())
    right = [row[columns.index(language)] for row in rows]
    assert [row[0] for row in rows] == [one.text for one in asked]
    assert meaning(asked, right).blunders == []
    assert meaning(asked, [*right[1:], right[0]]).kept <= 5


@pytest.mark.parametrize(
    ("wanted", "unwanted", "translation", "faults"),
    [
        ((("saal", "raum"), ("vier", "4")), (), "Raum 4 also", []),
        ((("saal", "raum"), ("vier", "4")), (), "Im Zimmer VIER", ["saal|raum"]),
        ((("raum",),), (), "Tagungsraum", ["raum"]),
        ((("*raum",),), (), "Tagungsraum", []),
        ((("*schloss",),), (), "Sie werden geschlossen", []),
        ((("fuß",),), (), "Zu Fuß", []),
        ((("n'y",),), (), "Il n’y a rien", []),
        ((), (("boden",),), "Der Boden gehört Ihnen", ["!boden"]),
        ((), (("boden",),), "Sie haben das Wort", []),
    ],
)
def test_words_are_looked_for(
    wanted: tuple[tuple[str, ...], ...], unwanted: tuple[tuple[str, ...], ...], translation: str, faults: list[str]
) -> None:
    folded = tuple(tuple(word.casefold() for word in words) for words in wanted)
    assert Sentence("", "", folded, unwanted, anywhere=False).faults(translation) == faults


def test_scripts_without_blanks_are_searched_anywhere() -> None:
    asked = Sentence("", "", (("房间",), ("四", "4")), (("不",),), anywhere=True)
    assert asked.faults("研讨会改到四号房间") == []
    assert asked.faults("研讨会不在四号") == ["房间", "!不"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("topic\ten\tfr\nx\tYes.\toui\n", "Expected the columns topic, en and de"),
        ("topic\ten\tde\nx\tYes.\n", "2: Expected 3 fields"),
        ("topic\ten\tde\nx\tYes.\tja\tsi\n", "2: Expected 3 fields"),
        ("", "Expected the columns"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "table.tsv").write_text(content)
    with pytest.raises(TraceError, match=message):
        read_meanings(tmp_path / "table.tsv", "de")
