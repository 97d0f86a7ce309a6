"""`rtt measure`: what readers get, and what a model can do."""

import typer

from rtt.cli.measure_model import model
from rtt.cli.measure_policy import policy
from rtt.cli.measure_talk import talk

commands = typer.Typer(help="Measure talks and models.", no_args_is_help=True)
for command in (talk, policy, model):
    commands.command()(command)
