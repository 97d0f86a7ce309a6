"""`--config`: settings from a TOML file, where neither a flag nor the environment gives them."""

import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from rtt.config import make_config
from rtt.errors import ConfigError


def _take(context: typer.Context, file: Path | None) -> Path | None:
    """Make what the file says the defaults of the command's other options."""
    if file:
        context.default_map = _read(file, {str(option.name) for option in context.command.params} - {"config"})
    return file


def _read(file: Path, known: set[str]) -> dict[str, Any]:
    """Return the settings of a file. Raises ConfigError naming the file, the setting and its value."""
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"config: {str(file)!r}: {error}") from None
    if unknown := values.keys() - known:
        raise ConfigError(f"config: {str(file)!r}: {min(unknown)}: there is no such setting")
    try:
        make_config(values)
    except ConfigError as error:
        raise ConfigError(f"config: {str(file)!r}: {error}") from None
    return values


# Eager: before the options whose defaults it gives.
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="RTT_CONFIG",
        is_eager=True,
        callback=_take,
        help="TOML file of these settings, by their names.",
    ),
]
