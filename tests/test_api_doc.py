"""docs/api.md is true: the exchanges of each section are played against a server, and what comes is compared."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtt.config import Config
from rtt.engine import Job
from rtt.protocol.fields import MAX_FRAME, MAX_TERMS, MAX_TEXT
from tests.conftest import serving
from tests.played import Play
from tests.scripted import ScriptedEngine, scripted_catalog
from tests.test_asyncapi import CHANNELS, said
from tests.test_errors import WIRE
from tests.test_openapi import DOCUMENT as OPENAPI

TEXT = (Path(__file__).parent.parent / "docs" / "api.md").read_text()
SECTIONS = {part.partition("\n")[0]: part for part in TEXT.split("\n## ")[1:]}
BLOCK = re.compile(r"^```(exchange|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SECRET = "the secret of the documentation of the API"
GERMAN = {
    "good morning": "Guten Morgen",
    "good morning every": "Guten Morgen jeder",
    "good morning everyone": "Guten Morgen alle",
    "Good morning, everyone.": "Guten Morgen, alle zusammen.",
    "the hat": "der Hut",
    "The hat sat.": "Der Hut saß.",
    "The cat sat.": "Die Katze saß.",
    "It rained.": "Es regnete.",
    "We left.": "Wir gingen.",
    "the old bank": "die alte Bank",
    "the old bank by": "die alte Bank an",
    "the old bank by the": "die alte Bank an der",
    "the old bank by the river": "die alte Bank am Fluss",
    "The old bank by the river was wet.": "Die alte Bank am Fluss war nass.",
}


def german(job: Job) -> str:
    return GERMAN[job.text]


@pytest.mark.parametrize("section", SECTIONS)
async def test_the_exchanges_are_real(section: str, tmp_path: Path) -> None:
    blocks = BLOCK.findall(SECTIONS[section])
    (tmp_path / "secret").write_text(SECRET)
    secrets = [SECRET] if "--secret-file" in SECTIONS[section] else []
    # An utterance that stands still for a second is taken as agreed: here the machine may be slow.
    settings = {"segmenter": {"settle_s": 3600}}
    catalog = scripted_catalog(("en", "de"), ("en", "fr"))
    async with serving(ScriptedEngine(german), catalog, secrets=secrets, **settings) as service:
        async with Play(service, tmp_path) as play:
            for kind, block in blocks:
                await (play.exchange if kind == "exchange" else play.console)(block)
            await play.end()


def rows(section: str) -> Iterator[list[str]]:
    for line in SECTIONS[section].splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def test_the_table_of_errors() -> None:
    over_http = {
        code
        for answer in OPENAPI["components"]["responses"].values()
        for code in re.findall(r"`(\w+)`:", answer["description"])
    }
    assert {tuple(row[:4]) for row in rows("Errors and close codes")} == {
        (f"`{e.code}`", str(e.close), str(e("").status) if e.code in over_http else "", "yes" if e.retryable else "no")
        for e in WIRE
    }


def test_the_tables_of_sockets_and_parameters() -> None:
    sockets = {row[0].strip("`"): re.findall(r"`(\w+)`", row[2]) for row in rows("Connecting") if "/" in row[0]}
    parameters = [name for row in rows("Connecting") if "/" not in row[0] for name in re.findall(r"\w+", row[0])]
    assert {path: set(query) for path, query in sockets.items()} == {
        channel["address"]: set(channel["bindings"]["ws"]["query"]["properties"]) for channel in CHANNELS.values()
    }
    assert set(parameters) == {"token"}.union(*sockets.values())


def test_every_message_is_shown() -> None:
    shown = set(re.findall(r'^\w+ ([<>]) {"type":"(\w+)"', TEXT, re.MULTILINE))
    assert shown == {
        (sign, message["name"])
        for sign, action in ((">", "receive"), ("<", "send"))
        for channel in CHANNELS
        for message in said(channel, action)
    }


def test_the_numbers_are_those_of_the_code() -> None:
    config = Config()
    assert {
        f"{number:,.0f}" for number in (MAX_TEXT, MAX_FRAME, MAX_TERMS, config.outbox_limit, config.patience_s)
    } <= {*re.findall(r"[\d,]*\d", SECTIONS["Limits"])}
    assert f"{config.segmenter.idle_s:g} seconds" in SECTIONS["Speaking"]
