"""`rtt`: the commands, and how their errors are told."""

import sys

import typer

from rtt.cli.config import config
from rtt.cli.groups import LateGroups
from rtt.cli.listen import listen
from rtt.cli.replay import replay
from rtt.cli.serve import serve
from rtt.cli.token import token
from rtt.cli.transcript import transcript
from rtt.cli.translate import translate
from rtt.errors import RttError

COMMANDS = (serve, config, token, translate, replay, listen, transcript)

commands = typer.Typer(
    cls=LateGroups,
    help="Live captions in every reader's language.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
_TAKES_ANY_OPTION = {"allow_extra_args": True, "ignore_unknown_options": True}
for command in COMMANDS:
    commands.command(context_settings=_TAKES_ANY_OPTION if command is config else None)(command)


def app() -> None:
    """Run the command line; an error of rtt's own is told in one line."""
    try:
        commands()
    except RttError as error:
        sys.exit(f"rtt: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
