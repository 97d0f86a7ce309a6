"""`rtt config`: which settings are in force, and why."""

import os
from enum import Enum
from pathlib import Path
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rtt.auth import find_secrets
from rtt.cli.options import Json
from rtt.cli.serve import serve
from rtt.config import make_config

_MASK = "********"


def config(context: typer.Context, json: Json = False) -> None:
    """Print the settings that rtt serve has with the same options, and where each comes from."""
    alone = typer.Typer(add_completion=False)
    alone.command()(serve)
    with typer.main.get_command(alone).make_context("serve", context.args, parent=context.parent) as given:
        rows = _rows(given)
    if json:
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    table = Table("setting", "value", "from")
    for name, row in rows.items():
        table.add_row(name, Text(_shown(row["value"]), overflow="fold"), Text(row["from"], overflow="fold"))
    Console().print(table)


def _rows(given: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401 - typer has no public name for its contexts
    options = {option.name: option for option in given.command.params if option.name != "config"}
    settings = make_config({name: given.params[name] for name in options})
    rows = {
        name: {"value": _plain(getattr(settings, name)), "from": _origin(given, option)}
        for name, option in options.items()
    }
    secrets = find_secrets(settings.secret_file, os.environ)
    origin = rows["secret_file"]["from"] if settings.secret_file else "environment RTT_SECRET"
    return rows | {"secret": {"value": _MASK if secrets else None, "from": origin if secrets else "default"}}


def _origin(given: Any, option: Any) -> str:  # noqa: ANN401 - nor for its options
    return {
        "COMMANDLINE": f"flag {option.opts[0]}",
        "ENVIRONMENT": f"environment {option.envvar}",
        "DEFAULT_MAP": f"file {given.params['config']}",
    }.get(given.get_parameter_source(option.name).name, "default")


def _plain(value: object) -> object:
    """Return a setting's value as JSON knows it."""
    match value:
        case Enum():
            return value.value
        case Path():
            return str(value)
        case tuple():
            return [_plain(item) for item in value]
    return value


def _shown(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
