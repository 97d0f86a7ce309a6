"""`rtt models remove`: one model less."""

from typing import Annotated

import typer

from rtt.cli.models_found import find, megabytes
from rtt.cli.models_options import Named
from rtt.cli.options import Models
from rtt.convert import folder


def remove(
    model: Named,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    models: Models = None,
) -> None:
    """Remove a model's folder."""
    found = find(model, models)
    if not yes:
        typer.confirm(f"Remove {found.folder} ({megabytes(found)} MB)?", abort=True)
    folder.remove(found)
    typer.echo(f"removed {found.folder}")
