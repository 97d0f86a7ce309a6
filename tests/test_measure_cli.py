import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from rtt.auth import Auth, Grant, Role
from rtt.measure.report import Report
from tests.conftest import running_server

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-c", "from rtt.cli.measure import commands; commands()"]
TALK = '{"at_ms":100,"type":"final","text":"Good morning.","utterance":0,"start_ms":0,"end_ms":90}\n'
REFERENCES = {"en": ["Good morning."], "de": ["Guten Morgen."]}


def measure(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RTT_")}
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment | {"COLUMNS": "120"},
    )


def json(*arguments: str | Path) -> dict[str, Any]:
    done = measure(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = orjson.loads(done.stdout)
    return found


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """A talk of two words, with references beside it."""
    (tmp_path / "short.refs.json").write_bytes(orjson.dumps(REFERENCES))
    path = tmp_path / "short.trace.jsonl"
    path.write_text(TALK)
    return path


def test_a_talk_is_measured_on_a_server_of_its_own_and_its_log_measured_again(trace: Path, tmp_path: Path) -> None:
    logs, plots = tmp_path / "logs", tmp_path / "plots"
    first = json("talk", trace, "--speed", "10", "--log", logs, "--plot", plots)
    assert first["totals"] == first["talks"]
    (figures,) = first["talks"]
    assert figures.keys() == set(Report.__struct_fields__)
    assert (figures["talk"], figures["segments"], figures["lost_segments"]) == ("short", 1, 0)
    # Two words have no quadruple: what counts is that both are the same.
    assert figures["bleu"] == figures["offline_bleu"]
    assert {path.name for path in plots.iterdir()} == {"short.de.steady.segment.png", "short.de.steady.lag.png"}
    again = json("talk", logs / "short.de.steady.log.jsonl", "--references", tmp_path)
    assert again["talks"] == first["talks"]


def test_kinds_of_readers_have_a_table_each(trace: Path, real_server: str) -> None:
    kinds = ["--stability", "fast", "--stability", "steady"]
    done = measure("talk", trace, trace, "--speed", "10", "--url", real_server, *kinds)
    assert done.returncode == 0, done.stderr
    assert [line.strip() for line in done.stdout.splitlines() if "speed 10" in line] == [
        f"2 talks → de, {kind}, speed 10, model en-de" for kind in ("fast", "steady")
    ]
    assert "pass" in done.stdout
    assert "honest at speed 1" in done.stdout


def test_a_model_is_measured(tmp_path: Path) -> None:
    test_set = tmp_path / "set.tsv"
    test_set.write_text("Good morning, my friends.\tGuten Morgen, meine Freunde.\nYes.\tJa.\n")
    found = json("model", ROOT / "models" / "en-de", "--sets", test_set)
    assert found["model"] == "en-de"
    assert 30 < found["megabytes"] < 40
    (figures,) = found["sets"]
    assert (figures["sentences"], figures["prefixes"]) == (2, 3)
    assert figures["words_per_second"] > 10
    done = measure("model", ROOT / "models" / "en-de", "--sets", test_set, "--limit", "1")
    assert "set.tsv" in done.stdout


def test_a_model_is_asked_for_meaning(tmp_path: Path) -> None:
    sentences = tmp_path / "sentences.tsv"
    sentences.write_text("topic\ten\tde\nx\tGood morning.\tguten morgen\nx\tThank you.\t!dank\n")
    found = json("model", ROOT / "models" / "en-de", "--sentences", sentences)["meaning"]
    assert (found["sentences"], found["kept"]) == (2, 1)
    assert [(one["text"], one["faults"]) for one in found["blunders"]] == [("Thank you.", ["!dank"])]
    done = measure("model", ROOT / "models" / "en-de", "--sentences", sentences)
    assert "1 of 2 sentences" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["talk", "nowhere.trace.jsonl"], "No such file"),
        (["talk", "nowhere.log.jsonl"], "No such file"),
        (["model", "nowhere"], "no such folder"),
        (["talk"], "Missing argument"),
    ],
)
def test_what_cannot_be_measured_is_told(arguments: list[str], says: str) -> None:
    done = measure(*arguments)
    assert done.returncode != 0
    assert says in done.stderr


def test_a_server_that_does_not_start_is_told(trace: Path, tmp_path: Path) -> None:
    done = measure("talk", trace, "--models", tmp_path)
    assert done.returncode != 0
    assert "the server did not start: no model" in done.stderr


def test_policies_are_compared(trace: Path, tmp_path: Path) -> None:
    plot = tmp_path / "curve.png"
    found = json("policy", trace, "--variant", "steady", "--variant", "baseline", "--plot", plot)
    assert [one["talk"] for one in found["variants"]][:2] == ["steady", "baseline: re-translation"]
    assert {one["lost_segments"] for one in found["variants"]} == {0}
    assert plot.read_bytes().startswith(b"\x89PNG")
    done = measure("policy", trace, "--variant", "baseline: wait")
    assert "baseline: wait-5" in done.stdout


def test_an_unknown_variant_is_told(trace: Path) -> None:
    done = measure("policy", trace, "--variant", "nonsense")
    assert done.returncode != 0
    assert "there are: fast, steady, final" in done.stderr + done.stdout


def test_a_server_that_needs_a_token_is_measured_with_an_organisers(trace: Path) -> None:
    secret = "a secret for tests, long enough not to be guessed"
    with running_server("--no-adapt", RTT_SECRET=secret) as url:
        figures = json("talk", trace, "--speed", "10", "--url", url, "--token", secret)["talks"][0]
        assert (figures["segments"], figures["lost_segments"]) == (1, 0)
        refused = measure(
            "talk", trace, "--url", url, "--token", Auth([secret]).issue(Grant(Role.SPEAKER, 2**32, "hall"))
        )
    assert (refused.returncode, "the token is for room hall" in refused.stderr) == (1, True)
