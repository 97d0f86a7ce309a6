"""Commands that are imported when they are asked for: what they need is no business of the others."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import typer
from typer.core import TyperGroup

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "measure": "rtt.cli.measure",
        "models": "rtt.cli.models",
        "bench": "rtt.cli.bench",
        "check": "rtt.cli.check",
    }
)
"""The module of each, whose `commands` it is."""


class LateGroups(TyperGroup):
    """A group that has these too. What typer calls contexts and commands has no public name."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401
        """Return the names of all."""
        return [*super().list_commands(ctx), *GROUPS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401
        """Return one; None where there is none of that name."""
        if cmd_name not in GROUPS:
            return super().get_command(ctx, cmd_name)
        found = typer.main.get_command(import_module(GROUPS[cmd_name]).commands)
        found.name = cmd_name
        return found
