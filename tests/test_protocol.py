import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec import UNSET, UnsetType

from rtt import protocol, text
from rtt.errors import BadMessage, BadRequest, TryAgainLater, WireError
from rtt.protocol import (
    CancelUtterance,
    CaptionTiming,
    FromReader,
    FromSpeaker,
    ListenQuery,
    Ping,
    Query,
    SpeakQuery,
    Stability,
    Term,
    ToEverybody,
    TranslateQuery,
    decode,
    decode_query,
    decode_room,
    encode,
    encode_error,
)

ROOT = Path(__file__).parent.parent
SCHEMA_FILE = ROOT / "docs" / "protocol.schema.json"
EXAMPLES = orjson.loads((ROOT / "tests" / "fixtures" / "protocol.json").read_bytes())
TYPES: Mapping[str, Mapping[str, type[msgspec.Struct]]] = {
    "from_speaker": protocol.SPEAKER_TYPES,
    "from_reader": protocol.READER_TYPES,
    "to_everybody": protocol.EVERYBODY_TYPES,
}
MESSAGES = [(direction, cls) for direction, by_type in TYPES.items() for cls in by_type.values()]


def named(kind: str) -> pytest.MarkDecorator:
    examples = EXAMPLES[kind]
    return pytest.mark.parametrize("example", examples, ids=[example["name"] for example in examples])


def written(frame: str | list[str | dict[str, Any]]) -> str:
    """Write out a frame that the fixture shortens."""
    if isinstance(frame, str):
        return frame
    return "".join(part if isinstance(part, str) else part["repeat"][0] * part["repeat"][1] for part in frame)


@cache
def validator(direction: str) -> Draft202012Validator:
    schema = protocol.schema()
    return Draft202012Validator({"$defs": schema["$defs"]} | schema["properties"][direction])


@named("valid")
def test_a_message_is_read_and_written(example: dict[str, Any]) -> None:
    message, known = example["message"], TYPES[example["direction"]]
    decoded = decode(orjson.dumps(message).decode(), known)
    assert type(decoded) is known[message["type"]]
    meant = {name: value for name, value in message.items() if value is not None and name != "mood"}
    assert orjson.loads(encode(decoded)) == meant


@named("invalid")
def test_a_bad_message_is_refused(example: dict[str, Any]) -> None:
    with pytest.raises(WireError) as refused:
        decode(written(example["frame"]), TYPES[example["direction"]])
    assert refused.value.code == example["code"]
    assert [part for part in example["says"] if part not in str(refused.value)] == []
    assert len(str(refused.value)) < 200


def test_a_binary_frame_is_refused() -> None:
    with pytest.raises(BadMessage, match="binary frame; send text frames"):
        decode(b'{"type":"ping","t":1}', protocol.SPEAKER_TYPES)


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(BadMessage, match="surrogates not allowed"):
        decode('{"type":"partial","text":"\ud800"}', protocol.SPEAKER_TYPES)


def test_of_two_equal_keys_the_last_counts() -> None:
    assert decode('{"type":"ping","t":1,"t":2}', protocol.READER_TYPES) == Ping(2)
    assert decode('{"type":"ping","t":1,"type":"cancel"}', protocol.SPEAKER_TYPES) == CancelUtterance()


@pytest.mark.parametrize("written_as", ["a", "好", "\\u597d", "\\ud83d\\ude00", "😀"], ids=ascii)
def test_4000_characters_fit_however_they_are_written(written_as: str) -> None:
    frame = '{"type":"correct","segment":9007199254740992,"text":"' + written_as * 4000 + '"}'
    assert len(decode(frame, protocol.SPEAKER_TYPES).text) == 4000


def test_the_examples_show_every_message_and_field() -> None:
    shown = {(e["direction"], e["message"]["type"], name) for e in EXAMPLES["valid"] for name in e["message"]}
    fields = {
        (direction, kind, field.name)
        for direction, by_type in TYPES.items()
        for kind, cls in by_type.items()
        for field in msgspec.structs.fields(cls)
    }
    assert fields - shown == set()


def test_the_types_are_those_of_the_unions() -> None:
    assert set(protocol.SPEAKER_TYPES.values()) == set(get_args(FromSpeaker))
    assert set(protocol.READER_TYPES.values()) == {FromReader}
    assert set(protocol.EVERYBODY_TYPES.values()) == set(get_args(ToEverybody))


def is_text(said: str) -> bool:
    try:
        text.check(said)
    except ValueError:
        return False
    return True


speech = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40).filter(is_text)
counts = st.integers(0, 2**53)
numbers = counts | st.floats(allow_nan=False, allow_infinity=False)
times = st.floats(0, 1e6)
VALUES: dict[object, st.SearchStrategy[Any]] = {
    str: speech,
    int: counts,
    int | None: counts | st.none(),
    int | float: numbers,
    list[str]: st.lists(speech),
    list[Term]: st.lists(
        st.builds(
            Term,
            st.sampled_from(["token", "rtt", "le pain"]),
            targets=st.dictionaries(st.sampled_from(["de", "pt-BR"]), st.sampled_from(["Token", "词元"])),
            keep=st.just(True),
        )
    ),
    dict[str, str]: st.dictionaries(speech, speech),
    dict[str, int]: st.dictionaries(speech, counts),
    CaptionTiming | UnsetType: st.just(UNSET) | st.builds(CaptionTiming, times, times, times, counts),
}


def messages(cls: type[msgspec.Struct]) -> st.SearchStrategy[msgspec.Struct]:
    hints = get_type_hints(cls)
    kinds = {field.name: hints[field.name] for field in msgspec.structs.fields(cls)}
    fields = {name: VALUES[kind] if kind in VALUES else st.from_type(kind) for name, kind in kinds.items()}
    if "end_ms" in fields:
        fields |= {"start_ms": st.integers(0, 2**52), "end_ms": st.integers(2**52, 2**53)}
    return st.builds(cls, **fields)


@given(st.sampled_from(MESSAGES).flatmap(lambda known: st.tuples(st.just(known[0]), messages(known[1]))))
def test_what_is_written_is_read_again(sent: tuple[str, msgspec.Struct]) -> None:
    direction, message = sent
    frame = encode(message)
    assert decode(frame, TYPES[direction]) == message
    assert validator(direction).is_valid(orjson.loads(frame))


@given(st.text())
def test_whatever_comes_is_refused_politely(frame: str) -> None:
    with pytest.raises(BadMessage):
        decode(frame, protocol.SPEAKER_TYPES)


def test_an_error_is_written_with_its_code() -> None:
    frame = orjson.loads(encode_error(TryAgainLater("all 2 rooms are taken")))
    assert frame == {"type": "error", "code": "try_again_later", "message": "all 2 rooms are taken", "retryable": True}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(protocol.schema())


def test_the_published_schema_is_current() -> None:
    assert SCHEMA_FILE.read_bytes() == published(), "write it anew: python -m tests.test_protocol"


def published() -> bytes:
    return orjson.dumps(
        protocol.schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    )


@named("valid")
def test_the_schema_accepts_the_examples(example: dict[str, Any]) -> None:
    validator(example["direction"]).validate(example["message"])


@named("valid")
def test_the_schema_and_the_decoder_agree(example: dict[str, Any]) -> None:
    """Whatever is taken away from a message or put in place of a field, both refuse it or neither."""
    message, direction = example["message"], example["direction"]
    variants = [{k: v for k, v in message.items() if k != name} for name in message]
    variants += [message | {name: other} for name in message for other in OTHER_VALUES]
    valid, known = validator(direction), TYPES[direction]
    assert [v for v in variants if valid.is_valid(v) != is_read(v, known)] == []
    assert not all(map(valid.is_valid, variants))


OTHER_VALUES = [None, True, -1, 2**53, 2**53 + 2, 1.5, "", "ping", [], ["a"], [1], {}, {"a": "b"}, {"a": 1}]


def is_read(message: dict[str, Any], known: Mapping[str, type[msgspec.Struct]]) -> bool:
    try:
        decode(orjson.dumps(message).decode(), known)
    except BadMessage as error:
        # The order of two fields is more than a schema can say.
        return "before start_ms" in str(error)
    return True


@pytest.mark.parametrize(
    ("query", "into", "expected"),
    [
        ({}, ListenQuery, ListenQuery()),
        ({"lang": ""}, ListenQuery, ListenQuery()),
        ({"lang": "de"}, ListenQuery, ListenQuery(["de"])),
        ({"lang": " de ,, zh-Hant-TW,"}, ListenQuery, ListenQuery(["de", "zh-Hant-TW"])),
        ({"stability": "fast"}, ListenQuery, ListenQuery(stability=Stability.FAST)),
        ({"since": "0"}, ListenQuery, ListenQuery(since=0)),
        ({"since": "9007199254740992"}, ListenQuery, ListenQuery(since=2**53)),
        ({"since": "40", "log": "5d41402a"}, ListenQuery, ListenQuery(since=40, log="5d41402a")),
        ({"since": "", "unknown": "x"}, ListenQuery, ListenQuery()),
        ({}, SpeakQuery, SpeakQuery()),
        ({"source": "en-US", "target": "de,fr"}, SpeakQuery, SpeakQuery("en-US", ["de", "fr"])),
        ({"source": "en", "target": "de"}, TranslateQuery, TranslateQuery("en", ["de"])),
        (
            {"source": "en", "target": "de", "stability": "final"},
            TranslateQuery,
            TranslateQuery("en", ["de"], Stability.FINAL),
        ),
    ],
    ids=str,
)
def test_a_query_is_read(query: dict[str, str], into: type[Query], expected: Query) -> None:
    assert decode_query(query, into) == expected


TAG = "Expected a language tag (BCP 47) such as en or pt-BR"


@pytest.mark.parametrize(
    ("query", "into", "says"),
    [
        ({"lang": "de,!!"}, ListenQuery, f'field lang[1]: "!!": {TAG}'),
        ({"lang": "d"}, ListenQuery, f'field lang[0]: "d": {TAG}'),
        ({"lang": "de_DE"}, ListenQuery, f'field lang[0]: "de_DE": {TAG}'),
        ({"lang": "de-" + "x" * 40}, ListenQuery, "field lang[0]"),
        ({"lang": "de" + "-x" * 20}, ListenQuery, "length <= 35"),
        ({"stability": "calm"}, ListenQuery, 'field stability: "calm": Expected one of fast, steady, final'),
        ({"since": "-3"}, ListenQuery, 'field since: "-3": Expected `int` >= 0'),
        ({"since": "last"}, ListenQuery, 'field since: "last": Expected `int'),
        ({"since": "٣"}, ListenQuery, 'field since: "٣": Expected `int'),
        ({"since": "9" * 30}, ListenQuery, "Expected `int` <= 9007199254740992"),
        ({"since": "9" * 5000}, ListenQuery, 'field since: "9999'),
        ({"source": "en\n", "target": "de"}, SpeakQuery, f'field source: "en\\n": {TAG}'),
        ({"source": "en,fr", "target": "de"}, TranslateQuery, f'field source: "en,fr": {TAG}'),
        ({"target": "de"}, TranslateQuery, "field source: missing; the fields are: source, target, stability"),
        ({"source": "en"}, TranslateQuery, "field target: missing"),
        ({"source": "en", "target": " , "}, TranslateQuery, "field target: []: Expected `array` of length >= 1"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else None,
)
def test_a_bad_query_is_refused(query: dict[str, str], into: type[Query], says: str) -> None:
    with pytest.raises(BadRequest, match=re.escape(says)) as refused:
        decode_query(query, into)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("name", ["a", "main", "Hall_2-b", "x" * 64])
def test_a_room_has_a_name(name: str) -> None:
    assert decode_room(name) == name


@pytest.mark.parametrize("name", ["", "a b", "a/b", "..", "hall.2", "Säle", "hall\n", "x" * 65])
def test_a_bad_name_of_a_room_is_refused(name: str) -> None:
    shown = orjson.dumps(name).decode()[:50]
    with pytest.raises(BadRequest, match=re.escape(f"room: {shown}")) as refused:
        decode_room(name)
    assert "1 to 64 letters, digits, - or _" in str(refused.value)


if __name__ == "__main__":
    SCHEMA_FILE.write_bytes(published())
