"""The glossary: hidden from the model, put back, and right in nearly every sentence with the bundled model."""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect

from rtt.client import speak
from rtt.engine import Hypothesis, Job
from rtt.glossary import Mask, Terms
from rtt.policy import PolicyOptions, Stream, Update
from rtt.protocol import Term
from rtt.segmenter import Segment
from tests.conftest import Peer, Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout

FIXTURE = orjson.loads((Path(__file__).parent / "fixtures" / "glossary.json").read_bytes())
TERMS = Terms({"token": "Marke", "rtt": None, "machine learning": "maschinelles Lernen", "learning": "Lernen"})


def mask(text: str, kind: int = 0) -> Mask:
    found = TERMS.mask(text, kind)
    assert found
    return found


@pytest.mark.parametrize(
    ("text", "masked", "targets"),
    [
        ("The token.", "The T1.", ["Marke"]),
        ("TOKEN, Token and token", "T1, T2 and T3", ["Marke", "Marke", "Marke"]),
        ("rtt and Rtt", "T1 and T2", ["rtt", "Rtt"]),
        ("machine learning", "T1", ["maschinelles Lernen"]),
        ("deep learning", "deep T1", ["Lernen"]),
        ("the token-based (token)", "the T1-based (T2)", ["Marke", "Marke"]),
        ("我用token登录", "我用T1登录", ["Marke"]),
    ],
)
def test_terms_are_hidden(text: str, masked: str, targets: list[str]) -> None:
    found = mask(text)
    assert (found.text, [target for _, target in found.hidden]) == (masked, targets)


@pytest.mark.parametrize(
    ("term", "text"),
    [("Straße", "die STRASSE"), ("cafe\u0301", "the Café"), ("two  words", "Two words"), ("a.b*", "a.b* or aab")],
)
def test_a_term_is_found_however_it_is_written(term: str, text: str) -> None:
    found = Terms({term: "x"}).mask(text, 0)
    assert found
    assert len(found.hidden) == 1


def test_letters_that_match_without_being_the_same_are_left_alone() -> None:
    assert Terms({"isim": "Name"}).mask("ısim", 0) is None


@pytest.mark.parametrize("text", ["", "tokens", "a tokenizer", "mytoken", "rtt2", "machine"])
def test_only_whole_words_are_terms(text: str) -> None:
    assert TERMS.mask(text, 0) is None


def test_a_text_that_has_the_placeholder_gets_another_kind() -> None:
    assert mask("T1 is a token").text == "T1 is a XML"
    assert TERMS.mask("T1 XML X-1 XY1 token", 0) is None


@pytest.mark.parametrize("kind", range(4))
def test_an_answer_gets_its_terms(kind: int) -> None:
    found = mask("the token and rtt", kind)
    assert found.restore(found.text) == "the Marke and rtt"
    first = found.hidden[0][0]
    assert found.restore(found.text.replace(first, f"{first}-Sache")) == "the Marke-Sache and rtt"
    for answer in (found.text.replace(first, ""), f"{found.text} {first}", found.text.replace(first, f"{first}7")):
        assert found.restore(answer) is None


@pytest.mark.parametrize(
    ("prefix", "draft", "masked_prefix", "masked_draft"),
    [
        ("", "", "", ""),
        ("Die Marke", " und das", "Die T1", " und das"),
        ("Die", " Marke und maschinelles Lernen", "Die", " T1 und T2"),
        ("Die Marke und maschinelles", " Lernen geht", "Die T1 und ", "T2 geht"),
        ("Die Marke und maschinelles", "", "Die T1 und ", ""),
        ("Lernen", "", "Lernen", ""),
    ],
)
def test_what_was_shown_is_hidden_too(prefix: str, draft: str, masked_prefix: str, masked_draft: str) -> None:
    job = mask("the token and machine learning").over(Job("m", "", prefix, final=False, draft=draft))
    assert (job.prefix, job.draft) == (masked_prefix, masked_draft)


@given(
    st.lists(st.sampled_from(["the", "token", "RTT", "machine", "learning", "tokens", "T1", "好", "–"])),
    st.integers(0, 5),
)
def test_hiding_and_putting_back_is_translating_the_terms_alone(words: list[str], kind: int) -> None:
    text = " ".join(words)
    if found := TERMS.mask(text, kind):
        expected = re.sub(r"(?i)\bmachine learning\b", "maschinelles Lernen", text)
        expected = re.sub(r"(?i)\blearning\b", "Lernen", re.sub(r"\btoken\b", "Marke", expected))
        assert found.restore(found.text) == expected


class TestPolicy:
    """A term that is lost is asked for again."""

    def stream(self) -> Stream:
        stream = Stream("m", PolicyOptions(), lambda: TERMS)
        stream.receive(Segment(1, 1, "The token.", 0, True, 0, 0, 0.0))
        return stream

    def job(self, stream: Stream) -> Job:
        job = stream.job_to_run()
        assert job
        return job

    def test_until_a_kind_of_placeholder_is_copied(self) -> None:
        stream = self.stream()
        assert self.job(stream).text == "The T1."
        stream.receive_hypothesis(Hypothesis("Die."))
        assert stream.updates_to_send() == []
        assert self.job(stream).text == "The XML."
        stream.receive_hypothesis(Hypothesis("Die XML."))
        (update,) = stream.updates_to_send()
        assert isinstance(update, Update)
        assert (update.stable, update.final) == ("Die Marke.", True)

    def test_and_given_up_in_the_end(self) -> None:
        stream = self.stream()
        asked = []
        while job := stream.job_to_run():
            asked.append(job.text)
            stream.receive_hypothesis(Hypothesis("Das Ding."))
        assert asked == ["The T1.", "The XML.", "The X-1.", "The XY1.", "The token."]
        (update,) = stream.updates_to_send()
        assert isinstance(update, Update)
        assert update.stable == "Das Ding."


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de"), ("en", "fr"))) as it:
        yield it


async def test_a_glossary_is_in_force_from_the_next_sentence_in_all_languages(service: Service) -> None:
    terms = [Term("token", {"de": "Marke", "fr-FR": "jeton"}), Term("rtt", keep=True)]
    async with (
        service.peer("/v1/rooms/hall/listen?lang=en,de,fr&stability=fast") as reader,
        speak(service.url, "hall", source="en") as speaker,
    ):
        speaker.partial("the token of")
        await reader.next(lang="fr", tentative="THE TOKEN OF")
        speaker.glossary(terms)
        speaker.final("The token of rtt.")
        assert (await reader.next(lang="de", final=True))["stable"] == "THE TOKEN OF RTT."
        speaker.final("The token of rtt, again.")
        finals = [await reader.next(final=True, segment=2) for _ in range(3)]
        assert {m["lang"]: m["stable"] for m in finals} == {
            "en": "The token of rtt, again.", "de": "THE Marke OF rtt, AGAIN.", "fr": "THE jeton OF rtt, AGAIN.",
        }  # fmt: skip
        speaker.glossary([])
        speaker.final("The token.")
        assert (await reader.next(lang="de", final=True, segment=3))["stable"] == "THE TOKEN."
    assert speaker.rejected == []


async def test_an_operator_sets_the_glossary(service: Service) -> None:
    async with (
        service.peer("/v1/rooms/hall/listen?lang=de") as reader,
        service.peer("/v1/rooms/hall/speak?source=en") as speaker,
        service.peer("/v1/rooms/hall/speak?role=operator") as operator,
    ):
        await reader.next(type="status", speaker="connected")
        await operator.send({"type": "glossary", "terms": [{"source": "cat", "targets": {"de": "Kater"}}]})
        await operator.send({"type": "ping", "t": 1})
        await operator.next(type="pong")
        await speaker.send({"type": "final", "text": "The cat."})
        assert (await reader.next(type="caption"))["stable"] == "THE Kater."
        await operator.send({"type": "glossary", "terms": [{"source": "cat"}]})
        assert "terms[0]" in (await operator.next(type="error"))["message"]


@pytest.mark.parametrize("spoken", [False, True], ids=["finals", "word by word"])
async def test_the_bundled_model_gets_nearly_every_term_right(real_server: str, *, spoken: bool) -> None:
    url = real_server.replace("http", "ws", 1) + "/v1/translate?source=en&target=de&stability=steady"
    sentences = FIXTURE["sentences"][:: 4 if spoken else 1]
    async with connect(url, proxy=None) as connection:
        consumer = Peer(connection)
        await consumer.send({"type": "glossary", "terms": FIXTURE["terms"]})
        for number, (sentence, _) in enumerate(sentences):
            words = sentence.split()
            for count in range(1, len(words) if spoken else 0):
                await consumer.send({"type": "partial", "text": " ".join(words[:count]), "utterance": number})
                await asyncio.sleep(0.05)
            await consumer.send({"type": "final", "text": sentence, "utterance": number})
        await consumer.send({"type": "final", "text": "Thank you.", "utterance": len(sentences)})
        await consumer.next(type="caption", final=True, utterance=len(sentences))
    captions = [m for m in consumer.seen if m["type"] == "caption"]
    answers = [
        " ".join(m["stable"] for m in captions if m["final"] and m["utterance"] == number)
        for number in range(len(sentences))
    ]
    wrong = [
        (sentence, answer)
        for (sentence, targets), answer in zip(sentences, answers, strict=True)
        if any(answer.count(target) != 1 for target in targets)
    ]
    assert len(wrong) <= 0.05 * len(sentences), wrong
    stable: defaultdict[int, str] = defaultdict(str)
    for caption in (m for m in captions if not m["final"]):
        assert caption["stable"].startswith(stable[caption["segment"]])
        stable[caption["segment"]] = caption["stable"]
    assert bool(stable) == spoken
