"""The README is true: its commands run, its tables are those of the code."""

import os
import re
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
import typer
from starlette.routing import Route

from rtt.app import create_app
from rtt.auth import Auth, Role, find_secrets
from rtt.cli import bench, measure, models
from rtt.cli.check import check
from rtt.cli.main import COMMANDS
from rtt.cli.main import commands as typer_commands
from rtt.config import Config, make_config
from rtt.profanity import read_profanity
from rtt.protocol import EVERYBODY_TYPES, READER_TYPES, SPEAKER_TYPES, Glossary, decode
from rtt.talk_schedule import Schedule
from tests.conftest import PATIENCE_S, running_server
from tests.scripted import ScriptedEngine, scripted_catalog

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
ENDLESS = re.compile("^rtt listen")
SECRET = re.compile(r"\bsecret\b")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines()]


def table(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def code(cell: str) -> str:
    return cell.strip("`")


@pytest.fixture
def shell(real_server: str) -> dict[str, str]:
    """An environment in which the README's commands meet a server."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "RTT_URL": real_server}


def speak_in_the_hall(shell: dict[str, str]) -> None:
    speaking = ["rtt", "replay", "examples/welcome.trace.jsonl", "--room", "hall", "--target", "de", "--speed", "100"]
    subprocess.run(speaking, cwd=ROOT, env=shell, capture_output=True, timeout=60, check=True)


def ordinary(command: str) -> bool:
    return not (command.startswith("./") or ENDLESS.match(command) or SECRET.search(command))


@pytest.mark.parametrize("command", [c for c in commands() if ordinary(c)])
def test_a_command_runs(command: str, shell: dict[str, str]) -> None:
    if command.startswith("rtt transcript"):
        speak_in_the_hall(shell)
    done = subprocess.run(
        command, shell=True, cwd=ROOT, env=shell, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(
        "Guten Morgen|Danke|Wie geht|Katze|finals|finalisation lag|wait-3|to ready|en → de|one core|flag --port|"
        "can go live",
        done.stdout,
    )


@pytest.mark.parametrize("command", [c for c in commands() if ENDLESS.match(c)])
def test_a_command_that_goes_on_for_ever_shows_captions(command: str, shell: dict[str, str]) -> None:
    speak_in_the_hall(shell)
    with subprocess.Popen(
        command.split(), cwd=ROOT, env=shell, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        too_late = threading.Timer(30, process.kill)
        too_late.start()
        assert process.stdout
        assert any("Danke" in line for line in process.stdout)
        too_late.cancel()
        process.send_signal(signal.SIGINT)
        process.communicate()


@pytest.mark.parametrize("message", blocks("json"))
def test_a_message_is_one(message: str) -> None:
    assert isinstance(decode(message, SPEAKER_TYPES), Glossary)


def test_the_schedule_is_one(tmp_path: Path) -> None:
    (tmp_path / "schedule.toml").write_text(next(block for block in blocks("toml") if "[[talks]]" in block))
    slot = Schedule(tmp_path / "schedule.toml").due("hall", datetime.now(UTC) + timedelta(days=36_500))
    assert slot
    assert slot.languages == ("de",)


def test_the_list_of_words_is_one(tmp_path: Path) -> None:
    (block,) = blocks("text")
    (tmp_path / "list.txt").write_text(block)
    read_profanity(tmp_path / "list.txt")


def test_the_python_example_runs(shell: dict[str, str]) -> None:
    (example,) = blocks("python")
    program = example.replace("ws://127.0.0.1:8000", shell["RTT_URL"]).replace("hall", "example")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Guten Morgen" in done.stdout


def test_a_conference_is_protected(shell: dict[str, str], tmp_path: Path) -> None:
    def run(command: str) -> str:
        done = subprocess.run(command, shell=True, cwd=tmp_path, env=shell, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    make_secret, serve, make_room, *make_tokens = filter(SECRET.search, commands())
    run(make_secret)
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
    with running_server(*serve.split()[1:], cwd=tmp_path) as url:
        port = url.rpartition(":")[2]
        assert orjson.loads(run(make_room.replace("8000", port)))["tokens"].keys() == {"speaker", "operator", "reader"}
    organiser, link = map(run, make_tokens)
    auth = Auth(find_secrets(tmp_path / "secret", {}))
    assert auth.admit(organiser, Role.ORGANISER, "hall").room is None
    assert link.startswith("https://captions.example.org/speak/hall#token=")


def test_the_scripts_are_those_of_the_readme() -> None:
    scripts = {command.split()[0] for command in commands() if command.startswith("./")}
    assert scripts == {"./scripts/serve", "./scripts/test", "./scripts/bench"}


@pytest.mark.skipif(not (ROOT / ".venv" / ".installed-dev").exists(), reason="not in a checkout that scripts/test made")
@pytest.mark.parametrize(
    "arguments",
    [c.split()[1:] for c in commands() if c.startswith("./scripts/serve") and not SECRET.search(c)],
)
def test_scripts_serve_serves(arguments: list[str]) -> None:
    port = ["--port", "0"] if "--port" not in arguments else arguments
    command = [str(ROOT / "scripts" / "serve"), *port]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        events = (orjson.loads(line) for line in process.stderr if line.startswith("{"))
        assert any(event["event"] == "ready" for event in events)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)


def subcommands(commands: typer.Typer) -> list[str]:
    group = typer.main.get_command(commands)
    assert isinstance(group, typer.core.TyperGroup)
    return list(group.commands)


def test_the_table_of_commands() -> None:
    assert [code(row[0]) for row in table("Commands")] == [
        *(f"rtt {command.__name__}" for command in (*COMMANDS, check)),
        *(f"rtt measure {name}" for name in subcommands(measure.commands)),
        *(f"rtt models {name}" for name in subcommands(models.commands)),
        *(f"rtt bench {name}" for name in subcommands(bench.commands)),
    ]


def test_the_table_of_settings() -> None:
    group = typer.main.get_command(typer_commands)
    assert isinstance(group, typer.core.TyperGroup)
    flags = {option.opts[0]: option for option in group.commands["serve"].params}
    rows = {code(flag): (code(environment), code(default)) for flag, environment, default, _ in table("Settings")}
    assert list(rows) == list(flags)
    settings = {f"--{name.replace('_', '-')}" for name in Config.__struct_fields__} - {"--segmenter", "--policy"}
    assert set(rows) - {"--config"} == settings
    for flag, (environment, default) in rows.items():
        name = flag.removeprefix("--").replace("-", "_")
        assert environment == f"RTT_{name.upper()}" == flags[flag].envvar
        if name == "config":
            assert default == ""
        elif name == "models":
            assert [path.name for path in Config().models] == [default]
        else:
            assert getattr(make_config({name: default or None}), name) == getattr(Config(), name)


def test_the_table_of_paths() -> None:
    app = create_app(make_config({}), scripted_catalog(), ScriptedEngine())
    paths = {route.path for route in app.routes if isinstance(route, Route)}
    assert {code(row[0]) for heading in ("Pages", "HTTP") for row in table(heading)} == paths


def test_the_table_of_messages() -> None:
    rows = {(sender, code(kind)) for sender, kind, _ in table("Messages")}
    assert rows == {("speaker", kind) for kind in SPEAKER_TYPES.keys() - READER_TYPES.keys()} | {
        ("anybody", kind) for kind in READER_TYPES
    } | {("server", kind) for kind in EVERYBODY_TYPES}


def test_the_picture_is_there() -> None:
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).stat().st_size > 10_000
