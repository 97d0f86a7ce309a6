"""`rtt config` and `--config`: what is in force, and why."""

import os
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from rtt.cli.main import commands
from rtt.errors import ConfigError
from tests.conftest import running_server

SECRET = "a secret for tests, long enough not to be guessed"


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("RTT_"):
            monkeypatch.delenv(name)


def rtt(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(commands, arguments, env=environment)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rtt.toml"
    path.write_text('port = 9001\nhistory = 4\nworkers = 3\nmodels = ["models"]\ndevice = "cpu"\nopen = true\n')
    return path


def test_a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default(file: Path) -> None:
    given = rtt("config", "--json", "--config", str(file), "--port", "9003", RTT_PORT="9002", RTT_HISTORY="5")
    rows = orjson.loads(given.stdout)
    assert {
        name: tuple(rows[name].values()) for name in ("port", "history", "workers", "models", "open", "drain_s")
    } == {
        "port": (9003, "flag --port"),
        "history": (5, "environment RTT_HISTORY"),
        "workers": (3, f"file {file}"),
        "models": (["models"], f"file {file}"),
        "open": (True, f"file {file}"),
        "drain_s": (10.0, "default"),
    }


def test_a_person_gets_a_table() -> None:
    given = rtt("config", "--port", "9003")
    assert [line for line in given.stdout.splitlines() if "port " in line and "9003" in line and "flag --port" in line]


def test_a_secret_is_masked(tmp_path: Path) -> None:
    from_environment = rtt("config", "--json", RTT_SECRET=SECRET)
    assert orjson.loads(from_environment.stdout)["secret"] == {"value": "********", "from": "environment RTT_SECRET"}
    assert SECRET not in from_environment.stdout
    (tmp_path / "secret").write_text(SECRET)
    from_file = rtt("config", "--json", "--secret-file", str(tmp_path / "secret"))
    assert orjson.loads(from_file.stdout)["secret"] == {"value": "********", "from": "flag --secret-file"}
    assert SECRET not in from_file.stdout
    assert orjson.loads(rtt("config", "--json").stdout)["secret"] == {"value": None, "from": "default"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("port = 65536", "port: 65536: Expected `int` <= 65535"),
        ('port = "http"', "port: 'http': Expected `int`, got `str`"),
        ('models = "models"', "models: 'models': Expected `array`, got `str`"),
        ('secret = "hush"', "secret: there is no such setting"),
        ("[policy]\nmask = 3", "policy: there is no such setting"),
        ('config = "other.toml"', "config: there is no such setting"),
        ("port", "Expected '=' after a key"),
        (None, "[Errno 2] No such file"),
    ],
)
def test_a_bad_file_is_refused_by_name(tmp_path: Path, text: str | None, says: str) -> None:
    path = tmp_path / "rtt.toml"
    if text is not None:
        path.write_text(text)
    for command in ("serve", "config"):
        refused = rtt(command, "--config", str(path)).exception
        assert isinstance(refused, ConfigError)
        assert str(refused).startswith(f"config: {str(path)!r}: {says}")
        assert "hush" not in str(refused)


def test_an_option_that_there_is_not_is_refused() -> None:
    refused = rtt("config", "--prot", "3")
    assert refused.exit_code == 2
    assert "--prot" in refused.stderr


def test_the_server_has_the_settings_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rtt.toml"
    path.write_text('host = "localhost"\nsource = "de"\n')
    with running_server(RTT_CONFIG=str(path)) as url:
        assert url.startswith(("http://127.0.0.1:", "http://[::1]:"))
