import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt import text as text_rules
from rtt.transcript.lines import columns, cues, limit

LANGUAGES = ["en", "de", "zh", "ja", "ar", "th"]
words = st.text("abcdEÄß日本語你好，。,.;()éقرأก\u200b\u0301", min_size=1, max_size=12)
texts = st.lists(words, max_size=60).map(" ".join)
languages = st.sampled_from(LANGUAGES)


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "", []),
        ("en", "Good morning, everyone.", [["Good morning, everyone."]]),
        (
            "en",
            "Thank you all for coming to the annual meeting of the society.",
            [["Thank you all for coming", "to the annual meeting of the society."]],
        ),
        (
            "en",
            "So when the government came knocking, he did what many brave reporters have done before him.",
            [["So when the government came knocking,"], ["he did what many brave", "reporters have done before him."]],
        ),
        (
            "de",
            "Aber es ist unmöglich, dieses Recht anzuwenden, wenn die Medien diese Nachrichten nicht bekommen.",
            [
                ["Aber es ist unmöglich,", "dieses Recht anzuwenden,"],
                ["wenn die Medien", "diese Nachrichten nicht bekommen."],
            ],
        ),
        (
            "zh",
            "今天我想给大家介绍一个我们三年前在北方一个小城市开始的项目，它改变了很多人的生活。",
            [["今天我想给大家介绍一", "个我们三年前在北方一"], ["个小城市开始的项目，", "它改变了很多人的生活。"]],
        ),
    ],
)
def test_sentences(language: str, text: str, expected: list[list[str]]) -> None:
    assert cues(text, language, rows=2) == expected


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("fox", 3), ("日本", 4), ("e\u0301", 1), ("ที่", 1), ("\u200fمن", 2)]
)
def test_columns(text: str, width: int) -> None:
    assert columns(text) == width


@given(texts, languages, st.integers(1, 3), st.integers(1, 9))
def test_no_text_is_lost(text: str, language: str, rows: int, at_least: int) -> None:
    found = cues(text, language, rows=rows, at_least=at_least)
    assert bare("".join(line for cue in found for line in cue)) == bare(text_rules.normalise(text))


@given(texts, languages, st.integers(1, 3), st.integers(1, 9))
def test_lines_keep_to_the_limit(text: str, language: str, rows: int, at_least: int) -> None:
    for cue in cues(text, language, rows=rows, at_least=at_least):
        assert 1 <= len(cue) <= rows
        for line in cue:
            assert line == line.strip() != ""
            assert columns(line) <= limit(language) or len(text_rules.units(line)) == 1


@given(st.lists(words, min_size=1, max_size=60).map(" ".join), languages, st.integers(1, 9))
def test_a_text_is_stretched_over_as_many_cues_as_its_translation(text: str, language: str, at_least: int) -> None:
    found = cues(text, language, rows=1, at_least=at_least)
    assert len(found) >= min(at_least, len(text_rules.units(text_rules.normalise(text))))


def test_a_word_that_is_longer_than_a_line_stands_alone() -> None:
    word = "Donaudampfschifffahrtsgesellschaftskapitänsmütze"
    assert cues(f"Die {word} fehlt.", "de", rows=2) == [["Die", word], ["fehlt."]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_text_is_no_sentence_and_still_broken_well(language: str) -> None:
    text = "天地玄黄 and so on, " * 400
    found = cues(text, language, rows=2)
    assert bare("".join(line for cue in found for line in cue)) == bare(text)
    assert max(columns(line) for cue in found for line in cue) <= limit(language)
