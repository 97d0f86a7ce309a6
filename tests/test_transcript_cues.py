from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from rtt import text as text_rules
from rtt.transcript.cues import cues
from rtt.transcript.sentences import Sentence, Transcript

LONG = "So when the government came knocking, he did what many brave reporters have done before him."


def transcript(*said: tuple[int, int, dict[str, str]], langs: tuple[str, ...] = ("en",)) -> Transcript:
    found = [Sentence(number, number, start, end, texts) for number, (start, end, texts) in enumerate(said, 1)]
    return Transcript("hall", "en", langs, 1, "", "", complete=True, sentences=tuple(found))


def times(of: Transcript) -> list[tuple[int, int]]:
    return [(cue.start_ms, cue.end_ms) for cue in cues(of)]


texts = st.lists(st.text("abcéß日本, .\u200b", min_size=1, max_size=9), min_size=1, max_size=40).map(" ".join)
talks = st.lists(
    st.tuples(
        st.integers(0, 9000), st.integers(0, 9000), st.dictionaries(st.sampled_from(["en", "zh"]), texts, min_size=1)
    ),
    max_size=12,
).map(lambda said: transcript(*sorted(((a, a + b, t) for a, b, t in said), key=lambda s: s[0]), langs=("en", "zh")))


def test_a_cue_lasts_as_long_as_its_sentence() -> None:
    assert times(transcript((500, 4000, {"en": "Hello."}))) == [(500, 4000)]


def test_a_cue_is_lengthened_into_the_silence_that_follows_until_it_is_read() -> None:
    sentence = "This takes two seconds, about."
    assert times(transcript((0, 100, {"en": sentence}), (9000, 9100, {"en": sentence}))) == [(0, 1765), (9000, 10_765)]
    assert times(transcript((0, 100, {"en": sentence}), (1200, 1300, {"en": "Hm."}))) == [(0, 1200), (1200, 2033)]


def test_chinese_is_read_at_nine_characters_a_second() -> None:
    assert times(transcript((0, 0, {"zh": "三年前在北方一个小城市开始的项目，它"}), langs=("zh",))) == [(0, 2000)]


def test_the_shortest_cue_delays_the_next_one_rather_than_to_flash_by() -> None:
    yes = {"en": "Yes."}
    assert times(transcript((0, 0, yes), (10, 10, yes), (20, 3000, yes))) == [(0, 833), (833, 1666), (1666, 3000)]


def test_a_long_sentence_is_cut_and_its_time_shared_out_by_length() -> None:
    first, second = cues(transcript((1000, 11_500, {"en": LONG})))
    assert first.texts == {"en": ["So when the government came knocking,"]}
    assert second.texts == {"en": ["he did what many brave", "reporters have done before him."]}
    assert (first.start_ms, first.end_ms, second.end_ms) == (1000, second.start_ms, 11_500)
    assert first.end_ms == 1000 + 10_500 * 37 // (37 + 22 + 31)


def test_two_languages_have_a_line_each() -> None:
    german = "Als die Regierung anklopfte, tat er etwas, was viele Reporter vor ihm taten."
    found = cues(transcript((0, 9000, {"en": LONG, "de": german}), langs=("en", "de")))
    assert [cue.texts for cue in found] == [
        {"en": ["So when the government came knocking,"], "de": ["Als die Regierung anklopfte,"]},
        {"en": ["he did what many brave"], "de": ["tat er etwas,"]},
        {"en": ["reporters have done before him."], "de": ["was viele Reporter vor ihm taten."]},
    ]


def test_a_language_that_came_late_misses_the_first_lines() -> None:
    (cue,) = cues(transcript((0, 9000, {"de": "Hallo."}), langs=("en", "de")))
    assert cue.texts == {"de": ["Hallo."]}


@given(talks)
def test_cues_never_overlap_and_last_long_enough(talk: Transcript) -> None:
    for cue, following in pairwise(cues(talk)):
        assert cue.end_ms <= following.start_ms
    assert all(cue.end_ms - cue.start_ms >= 833 for cue in cues(talk))


def visible(text: str) -> str:
    """What there is to see of a text: characters without width alone are nothing."""
    return "".join(text_rules.units(text_rules.normalise(text)))


@given(talks)
@example(transcript((0, 0, {"en": "\u200b"}), langs=("en", "zh")))
def test_no_cue_begins_before_it_is_said_and_none_is_lost(talk: Transcript) -> None:
    found = cues(talk)
    for lang in talk.langs:
        said = "".join(visible(sentence.texts.get(lang, "")) for sentence in talk.sentences)
        shown = "".join(line for cue in found for line in cue.texts.get(lang, ()))
        assert "".join(shown.split()) == "".join(said.split())
    starts = [sentence.start_ms for sentence in talk.sentences if any(map(visible, sentence.texts.values()))]
    assert not found or found[0].start_ms == starts[0]
