"""`rtt models`: which models there are, and any other into one that rtt serves."""

import typer

from rtt.cli.logs import configure_logs
from rtt.cli.models_check import check
from rtt.cli.models_convert import convert
from rtt.cli.models_info import info
from rtt.cli.models_list import list_
from rtt.cli.models_prune import prune
from rtt.cli.models_pull import pull
from rtt.cli.models_remove import remove

commands = typer.Typer(help="Find, bring, check and remove models.", no_args_is_help=True)


@commands.callback()
def _logs() -> None:
    configure_logs(verbose=False)


commands.command("list")(list_)
for command in (info, check, convert, pull, prune, remove):
    commands.command()(command)
