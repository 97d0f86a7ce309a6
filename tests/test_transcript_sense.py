import pytest

from rtt import text as text_rules
from rtt.transcript.sense import AT_CLAUSE, BEFORE_OPENER, BETWEEN_WORDS, TORN_APART, break_cost, break_costs


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


@pytest.mark.parametrize(
    ("language", "phrases"),
    [
        ("zh", "我们 在 北方 一 个 小 城市 开始 的 项目， 它 改变 了 很多 人"),
        ("zh-TW", "我們 在 北方 的 城市"),
        ("ja", "今日は、 三年前に 北の 小さな 町で 始めた プロジェクト"),
        ("th", "วัน นี้ อากาศ ดี"),
    ],
)
def test_phrases_are_not_torn_apart(language: str, phrases: str) -> None:
    words = text_rules.units(phrases.replace(" ", ""))
    line = words[0]
    for word, cost in zip(words[1:], break_costs(words, language), strict=True):
        line += (" " if cost < TORN_APART else "") + word
    assert line == phrases


def test_latin_words_in_chinese_are_words() -> None:
    words = text_rules.units("今天 very happy 。")
    assert break_costs(words, "zh")[1:3] == [BETWEEN_WORDS, BETWEEN_WORDS]
