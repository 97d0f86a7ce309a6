import html
from itertools import pairwise

import orjson
import pysubs2
import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from rtt.talks import Talk
from rtt.transcript.formats import Format, file_name, to_json, to_srt, to_txt, to_vtt, write
from rtt.transcript.lines import columns, limit
from rtt.transcript.sentences import Record, Sentence, Transcript

RLM = "\u200f"


def transcript(*said: dict[str, str], langs: tuple[str, ...] = ("en",)) -> Transcript:
    found = [Sentence(n, n, 3000 * n, 3000 * n + 2000, texts) for n, texts in enumerate(said)]
    return Transcript("hall", "en", langs, 2, "My talk", "Ada", complete=True, sentences=tuple(found))


TWO = transcript(
    {"en": "Good morning.", "de": "Guten Morgen."},
    {"en": "Is 1 < 2 & 3 > 2?", "de": "Ist 1 < 2 & 3 > 2?"},
    langs=("en", "de"),
)
words = st.text("abcEÄß日本é.,<>&-{}\\قرأ", min_size=1, max_size=9)
texts = st.lists(words, min_size=1, max_size=40).map(" ".join)
talks = st.lists(st.fixed_dictionaries({"en": texts}), max_size=8).map(lambda said: transcript(*said))


def bare(text: str) -> str:
    return "".join(text.replace(RLM, "").split())


def test_srt() -> None:
    assert to_srt(TWO) == (
        "1\n00:00:00,000 --> 00:00:02,000\nGood morning.\nGuten Morgen.\n\n"
        "2\n00:00:03,000 --> 00:00:05,000\nIs 1 ‹ 2 & 3 › 2?\nIst 1 ‹ 2 & 3 › 2?\n"
    )


def test_vtt() -> None:
    assert to_vtt(TWO) == (
        "WEBVTT\nKind: captions\nLanguage: en\n\n"
        "00:00:00.000 --> 00:00:02.000\n<lang en>Good morning.</lang>\n<lang de>Guten Morgen.</lang>\n\n"
        "00:00:03.000 --> 00:00:05.000\n<lang en>Is 1 &lt; 2 &amp; 3 &gt; 2?</lang>\n"
        "<lang de>Ist 1 &lt; 2 &amp; 3 &gt; 2?</lang>\n"
    )


def test_txt() -> None:
    assert to_txt(TWO) == "Good morning.\nGuten Morgen.\n\nIs 1 < 2 & 3 > 2?\nIst 1 < 2 & 3 > 2?\n\n"
    assert to_txt(transcript({"en": "One."}, {"en": "Two."})) == "One.\nTwo.\n"


def test_json() -> None:
    assert orjson.loads(to_json(TWO)) == {
        "room": "hall",
        "source": "en",
        "langs": ["en", "de"],
        "talk": 2,
        "title": "My talk",
        "speaker": "Ada",
        "complete": True,
        "sentences": [
            {"segment": 0, "utterance": 0, "start_ms": 0, "end_ms": 2000, "texts": TWO.sentences[0].texts},
            {"segment": 1, "utterance": 1, "start_ms": 3000, "end_ms": 5000, "texts": TWO.sentences[1].texts},
        ],
    }


@pytest.mark.parametrize(
    ("format_", "expected"), [("srt", ""), ("vtt", "WEBVTT\nKind: captions\nLanguage: en\n"), ("txt", "")]
)
def test_nothing_was_said(format_: str, expected: str) -> None:
    assert write(transcript(), Format(format_)) == expected


@pytest.mark.parametrize(
    ("talk", "name"),
    [
        (Talk(1), "hall.en+de.srt"),
        (Talk(2), "hall.2.en+de.srt"),
        (Talk(2, "My talk: ../a\\b"), "hall.My-talk-a-b.en+de.srt"),
        (Talk(1, "Über 日本"), "hall.Über-日本.en+de.srt"),
        (Talk(3, "?!"), "hall.3.en+de.srt"),
        (Talk(1, "日" * 99), f"hall.{'日' * 33}.en+de.srt"),
    ],
)
def test_a_file_is_called_after_its_room_talk_and_languages(talk: Talk, name: str) -> None:
    assert file_name(Record("hall", "en", ("en", "de"), talk, complete=True, events=[]), Format.SRT) == name


def test_what_is_written_from_right_to_left_stays_so_around_latin_words_and_full_stops() -> None:
    said = transcript({"ar": "NATO وافق على الطلب."}, {"ar": "OK."}, langs=("ar",))
    for written in (to_srt(said), to_vtt(said)):
        assert f"\n{RLM}NATO وافق على الطلب.{RLM}\n" in written
        assert "\nOK.\n" in written


def test_nobody_can_speak_a_cue_or_markup() -> None:
    said = transcript({"en": "00:00:07.000 --> 00:00:09.000 <b>boo</b> <script>"})
    (caption,) = webvtt.WebVTT.from_string(to_vtt(said), strict=True).captions
    assert html.unescape(caption.text) == "00:00:07.000 --> 00:00:09.000\n<b>boo</b> <script>"
    assert to_srt(said).splitlines()[2:] == ["00:00:07.000 --› 00:00:09.000", "‹b›boo‹/b› ‹script›"]


@pytest.mark.parametrize("format_", [Format.SRT, Format.VTT])
@given(talks)
def test_another_library_reads_all_of_it_back(format_: Format, talk: Transcript) -> None:
    read = pysubs2.SSAFile.from_string(write(talk, format_), format_.value)
    shown = [html.unescape(event.text.replace(r"\N", "\n")) for event in read]
    said = bare("".join(sentence.texts["en"] for sentence in talk.sentences))
    assert bare("".join(shown)) == (said if format_ is Format.VTT else said.translate({60: "‹", 62: "›"}))
    assert all(a.end <= b.start for a, b in pairwise(read))
    for cue in shown:
        lines = cue.split("\n")
        assert len(lines) <= 2
        assert all(columns(line) <= limit("en") for line in lines)
