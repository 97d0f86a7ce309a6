import pytest

from rtt.transcript.sense import AT_CLAUSE, BEFORE_OPENER, BETWEEN_WORDS, TORN_APART, break_cost


@pytest.mark.parametrize(
    ("left", "right", "language", "cost"),
    [
        ("fox,", " that", "en", AT_CLAUSE),
        ("said:", " now", "en", AT_CLAUSE),
        ("“fox,”", " she", "en", AT_CLAUSE),
        ("fence.", " Then", "en", AT_CLAUSE),
        ("项，", "它", "zh", AT_CLAUSE),
        ("ليلة،", " ثم", "ar", AT_CLAUSE),
        ("house", " because", "en", BEFORE_OPENER),
        ("went", " into", "en", BEFORE_OPENER),
        ("Haus", " in", "de-AT", BEFORE_OPENER),
        ("maison", " Où", "fr", BEFORE_OPENER),
        ("red", " fox", "en", BETWEEN_WORDS),
        ("in", " the", "xx", BETWEEN_WORDS),
        ("the", " fox", "en", TORN_APART),
        ("The", " fox", "en", TORN_APART),
        ("in", " the", "en", TORN_APART),
        ("and", " because", "en", TORN_APART),
        ("Dr.", " Who", "en", TORN_APART),
        ("eine", " Frau", "de", TORN_APART),
        ("was（", "你", "zh", TORN_APART),
    ],
)
def test_what_a_break_costs(left: str, right: str, language: str, cost: int) -> None:
    assert break_cost(left, right, language) == cost
