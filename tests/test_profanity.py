"""Words that are masked: by table, by property, and in what readers see over real sockets."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt import text as text_rules
from rtt.errors import ConfigError
from rtt.policy import Update
from rtt.profanity import Profanity, read_profanity
from rtt.segmenter import Segment
from tests.conftest import serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_app import get
from tests.test_sockets import hall

LISTED = Profanity(
    {"": ["darn", "rats and mice", "rats"], "de": ["Mist", "Mist aber auch"], "en": ["die"], "zh": ["他妈的"]}
)


def update(stable: str, steady: str = "", fast: str = "", *, final: bool = False) -> Update:
    segment = Segment(1, 1, "", 0, final, 0, 0, 0)
    return Update(segment, 1, final, stable, steady, fast, calm=True)


@pytest.mark.parametrize(
    ("lang", "said", "shown"),
    [
        ("fr", "Oh Darn!", "Oh D***!"),
        ("fr", "darning", "darning"),
        ("fr", "Rats, and mice.", "R***, a** m***."),
        ("fr", "rats and dogs", "r*** and dogs"),
        ("de", "So ein MIST aber", "So ein M*** aber"),
        ("de-AT", "Mist", "M***"),
        ("fr", "Mist", "Mist"),
        ("en", "we die", "we d**"),
        ("de", "die Katze", "die Katze"),
        ("zh", "他妈的！不", "***！不"),
        ("fr", "“darn”", "“d***”"),
        ("fr", "", ""),
    ],
)
def test_a_listed_phrase_is_masked_in_its_languages(lang: str, said: str, shown: str) -> None:
    assert LISTED.masked(lang, update(said, final=True)).stable == shown


def test_without_a_list_nothing_is_touched() -> None:
    said = update("darn", " it", " it all")
    assert Profanity({}).masked("en", said) is said


def test_what_is_stable_and_what_is_tentative_are_masked_alike() -> None:
    masked = LISTED.masked("fr", update("oh darn", " you darn", " you darn thing"))
    assert (masked.stable, masked.steady, masked.fast) == ("oh d***", " you d***", " you d*** thing")


def test_what_may_become_a_phrase_is_held_back() -> None:
    def seen(text: str, *, final: bool = False) -> str:
        return LISTED.masked("zh", update(text, final=final)).stable

    assert seen("好他") == "好"
    assert seen("好他妈") == "好"
    assert seen("好他妈的") == "好***"
    assert seen("好他们") == "好他们"
    assert seen("好他", final=True) == "好他"
    # Masked whatever comes.
    assert seen("oh rats") == "oh r***"
    assert seen("oh rats and") == "oh r***"


words = st.sampled_from(["rats", "and", "and,", "他"])
listed = st.lists(st.lists(words, min_size=1, max_size=3).map(" ".join), max_size=4)


@given(listed, st.lists(words, max_size=8), st.lists(words, max_size=5))
def test_what_was_shown_stays_as_the_text_goes_on(phrases: list[str], before: list[str], after: list[str]) -> None:
    profanity = Profanity({"": phrases})
    first, then = "".join(f" {word}" for word in before), "".join(f" {word}" for word in after)
    early = profanity.masked("en", update(first, then, then))
    late = profanity.masked("en", update(first + then))
    assert late.stable.startswith(early.stable)
    assert early.stable + early.steady == early.stable + early.fast == late.stable


@given(listed, st.lists(words, max_size=8))
def test_no_phrase_is_left_and_nothing_else_is_lost(phrases: list[str], said: list[str]) -> None:
    text = " ".join(said)
    shown = Profanity({"": phrases}).masked("en", update(text, final=True)).stable
    assert len(shown) == len(text)
    assert not any(spaced(phrase) in spaced(shown) for phrase in phrases)


def spaced(text: str) -> str:
    return f" {' '.join(text_rules.key(unit) or '*' for unit in text_rules.units(text))} "


class TestTheList:
    def test_lines_headings_and_comments(self, tmp_path: Path) -> None:
        file = tmp_path / "list.txt"
        file.write_text("# all\ndarn\n\n[de]\nMist # mild\n[pt-BR]\nratos e camundongos\n")
        profanity = read_profanity(file)
        shown = {lang: profanity.masked(lang, update("darn mist", final=True)).stable for lang in ("en", "de", "pt-BR")}
        assert shown == {"en": "d*** mist", "de": "d*** m***", "pt-BR": "d*** mist"}

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("darn\n[d e]\n", "line 2: '[d e]': Expected a language in brackets"),
            ("[de\n…\n", "line 2: '…': Expected a letter"),
        ],
    )
    def test_a_bad_line_is_refused_by_number(self, tmp_path: Path, text: str, says: str) -> None:
        file = tmp_path / "list.txt"
        file.write_text(text)
        with pytest.raises(ConfigError) as refused:
            read_profanity(file)
        assert f"profanity: {str(file)!r}: {says}" in str(refused.value)

    def test_one_that_cannot_be_read_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"profanity: .*No such file"):
            read_profanity(tmp_path / "nowhere")
        (tmp_path / "latin").write_bytes("é".encode("latin-1"))
        with pytest.raises(ConfigError, match=r"profanity: .*utf-8"):
            read_profanity(tmp_path / "latin")


async def test_nobody_sees_it_in_captions_or_transcripts(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("darn\n")
    settings: dict[str, Any] = {"profanity": file}
    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), **settings) as service:
        async with hall(service, listen="lang=de,en&stability=fast") as (speaker, reader):
            for text in ("oh", "oh darn", "oh darn it"):
                await speaker.send({"type": "partial", "text": text})
            await speaker.send({"type": "final", "text": "Oh darn it."})
            finals = [(await reader.next(final=True))["stable"] for _ in range(2)]
            assert sorted(finals) == ["OH D*** IT.", "Oh d*** it."]
            await speaker.send({"type": "correct", "segment": 1, "text": "Oh darn, darn."})
            finals = [(await reader.next(final=True))["stable"] for _ in range(2)]
            assert sorted(finals) == ["OH D***, D***.", "Oh d***, d***."]
            seen = "".join(m["stable"] + m["tentative"] for m in reader.seen if m["type"] == "caption")
            assert "darn" not in seen.lower()
            assert (await get(service, "/v1/rooms/hall/transcript.txt?lang=en")).text == "Oh d***, d***.\n"
