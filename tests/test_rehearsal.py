"""What a rehearsal makes of what it sees; the rehearsals themselves are in test_cli_check.py."""

import re
import time
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from rtt import text as text_rules
from rtt.auth import Auth, Grant, Role, claims_in
from rtt.errors import ConfigError
from rtt.measure.lag import percentile
from rtt.measure.report import Report
from rtt.protocol import Load
from rtt.rehearsal import captions, samples
from rtt.rehearsal.access import check_token
from rtt.rehearsal.captions import check_captions, check_load
from rtt.rehearsal.findings import Finding, Grade, worst
from rtt.rehearsal.place import find_place
from rtt.rehearsal.samples import sample_in
from rtt.rehearsal.server import Health, Transcripts, check_disk
from tests.test_measure_report import changed

WEB = Path(__file__).parent.parent / "web"
LANGUAGES = ["en", "de", "fr", "es", "zh"]


class TestSamples:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_sample_is_five_sentences_word_by_word(self, language: str) -> None:
        events = sample_in(language)
        finals = [event for event in events if event.type == "final"]
        assert [event.utterance for event in finals] == list(range(5))
        assert all(text_rules.ends_sentence(event.text) for event in finals)
        for final in finals:
            *partials, last = [event.text for event in events if event.utterance == final.utterance]
            assert last == partials[-1] == final.text
            assert all(after.startswith(before) for before, after in pairwise(partials))
        assert [event.at_ms for event in events] == sorted(event.at_ms for event in events)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_each_sentence_is_new_every_time(self, language: str) -> None:
        once, again = ({event.text for event in sample_in(language) if event.type == "final"} for _ in range(2))
        assert len(once & again) <= 1  # one of nine hundred numbers may come twice

    def test_a_tag_may_name_a_region(self) -> None:
        assert [event.type for event in sample_in("zh-Hant-TW")] == [event.type for event in sample_in("zh")]

    def test_there_is_none_in_other_languages(self) -> None:
        assert sample_in("tlh") == []

    def test_it_is_spoken_as_the_page_speaks_it(self) -> None:
        script = (WEB / "lib" / "talk.js").read_text()
        assert number("PACE", script) == samples._WORDS_A_MINUTE
        assert number("REST_MS", script) == samples._REST_MS


def number(name: str, script: str) -> float:
    """Return a constant of a module of the pages."""
    (value,) = re.findall(rf"^const {name} = ([\d.]+);", script, re.MULTILINE)
    return float(value)


class TestCaptions:
    def test_the_thresholds_are_those_of_the_page(self) -> None:
        script = (WEB / "operator" / "checks.js").read_text()
        names = ("SLOW_MS", "LATE_MS", "RESTLESS")
        assert [number(name, script) for name in names] == [getattr(captions, name) for name in names]

    @pytest.mark.parametrize(
        ("figures", "check", "grade"),
        [
            ({}, None, Grade.OK),
            ({"first_word_p50_ms": 3001.0}, "first words", Grade.LOOK),
            ({"first_word_p50_ms": 8001.0}, "first words", Grade.BAD),
            ({"own_p95_ms": 3001.0}, "captions", Grade.LOOK),
            ({"own_p95_ms": 8001.0}, "captions", Grade.BAD),
            ({"ne": 0.2}, None, Grade.OK),
            ({"ne": 0.21}, "words rewritten", Grade.LOOK),
            ({"unfinished_segments": 1}, "unfinished", Grade.BAD),
            ({"lost_segments": 1}, "unfinished", Grade.BAD),
            ({"lost_utterances": 1}, "unfinished", Grade.BAD),
            ({"first_word_p50_ms": percentile([], 50), "own_p95_ms": None}, "captions", Grade.BAD),
        ],
        ids=str,
    )
    def test_what_is_not_good_is_told_with_what_to_do(
        self, figures: dict[str, float | None], check: str | None, grade: Grade
    ) -> None:
        found = check_captions(good(**figures))
        assert worst(found) is grade
        assert [(one.check, one.lang) for one in found if one.grade is not Grade.OK] == [(check, "de")] * bool(check)
        assert all(bool(one.advice) == (one.grade is not Grade.OK) for one in found)

    @pytest.mark.parametrize(
        ("load", "grade"), [(Load.NORMAL, Grade.OK), (Load.BUSY, Grade.LOOK), (Load.OVERLOADED, Grade.BAD)]
    )
    def test_a_load(self, load: Load, grade: Grade) -> None:
        assert check_load(load).grade is grade


def good(**figures: float | None) -> Report:
    return msgspec.structs.replace(changed(own_p95_ms=100.0, ne=0.0), **figures)


class TestToken:
    def grant(self, role: Role = Role.OPERATOR, hours: float = 24.5) -> Grant:
        grant = Grant(role, int(time.time() + hours * 3600), "hall")
        assert claims_in(Auth(["a secret"]).issue(grant)) == grant
        return grant

    @pytest.mark.parametrize(
        ("role", "hours", "grade", "says"),
        [
            (Role.OPERATOR, 24.5, Grade.OK, "operator of hall, 24.5 hours left"),
            (Role.SPEAKER, 240, Grade.OK, "speaker of hall, 10 days left"),
            (Role.READER, 24.5, Grade.LOOK, "reader of hall"),
            (Role.OPERATOR, 1.5, Grade.BAD, "1.5 hours left"),
            (Role.OPERATOR, -1, Grade.BAD, "expired"),
        ],
    )
    def test_it_has_to_last_as_long_as_the_talk(self, role: Role, hours: float, grade: Grade, says: str) -> None:
        found = check_token("t", self.grant(role, hours), 2 * 3600, local=True)
        assert found.grade is grade
        assert says in found.found
        assert found.value is not None
        assert abs(found.value - hours * 3600) < 60

    @pytest.mark.parametrize(("local", "grade"), [(True, Grade.OK), (False, Grade.LOOK)])
    def test_none_is_a_risk_where_others_reach_the_server(self, local: bool, grade: Grade) -> None:  # noqa: FBT001
        assert check_token("", None, 60, local=local).grade is grade

    def test_a_secret_is_not_for_people(self) -> None:
        assert check_token("a secret", claims_in("a secret"), 60, local=True).grade is Grade.LOOK


@pytest.mark.parametrize(
    ("health", "grade", "says"),
    [
        (Health("ready"), Grade.LOOK, "not told"),
        (Health("ready", transcripts=None), Grade.OK, "nothing is written"),
        (Health("ready", transcripts=Transcripts(25 * 10**9)), Grade.OK, "25.0 GB"),
        (Health("ready", transcripts=Transcripts(999 * 10**6)), Grade.LOOK, "1.0 GB"),
        (Health("ready", transcripts=Transcripts(49 * 10**6)), Grade.BAD, "49.0 MB"),
        (Health("ready", transcripts=Transcripts(0)), Grade.BAD, "0.0 MB"),
    ],
)
def test_the_disk(health: Health, grade: Grade, says: str) -> None:
    found = check_disk(health)
    assert found.grade is grade
    assert says in found.found


@pytest.mark.parametrize(
    ("url", "base", "host", "port", "encrypted", "local"),
    [
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000", "127.0.0.1", 8000, False, True),
        ("ws://localhost:8000", "http://localhost:8000", "localhost", 8000, False, True),
        ("https://captions.example.org", "https://captions.example.org", "captions.example.org", 443, True, False),
        ("wss://[::1]:8443/rtt", "https://[::1]:8443/rtt", "::1", 8443, True, True),
        ("http://10.0.0.5", "http://10.0.0.5", "10.0.0.5", 80, False, False),
    ],
)
def test_a_place(url: str, base: str, host: str, port: int, encrypted: bool, local: bool) -> None:  # noqa: FBT001, PLR0917 - what a place has
    place = find_place(url)
    assert (place.url, place.host, place.port, place.encrypted, place.local) == (base, host, port, encrypted, local)
    assert place.page("speak", "hall") == f"{base}/speak/hall"


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://x", "http://", "ws://", "http://[::1", "http://x:99999", "//x"])
def test_what_is_no_place(url: str) -> None:
    with pytest.raises(ConfigError, match="url: "):
        find_place(url)


def test_the_worst_counts() -> None:
    assert worst([]) is Grade.OK
    grades = [Grade.LOOK, Grade.BAD, Grade.OK]
    assert worst(Finding(check="x", found="", grade=grade) for grade in grades) is Grade.BAD
