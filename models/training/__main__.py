"""The commands that train a model, in their order."""

import sys

import typer

from models.training.cli.average import average
from models.training.cli.export import export
from models.training.cli.mix import mix
from models.training.cli.own import own
from models.training.cli.phrases import phrases
from models.training.cli.pieces import pieces
from models.training.cli.punctuation import punctuation
from models.training.cli.speed import speed
from models.training.cli.together import together
from models.training.cli.train import train
from rtt.cli.logs import configure_logs
from rtt.cli.measure_model import model as score
from rtt.errors import RttError

commands = typer.Typer(
    help="Train a translation model for rtt.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@commands.callback()
def _logs() -> None:
    configure_logs(verbose=False)


for command in (speed, phrases, mix, pieces, train, together, own, average, export):
    commands.command()(command)
commands.command("score")(score)
commands.add_typer(punctuation, name="punctuation")


def main() -> None:
    """Run the command line; an error of the project's own is told in one line."""
    try:
        commands()
    except RttError as error:
        sys.exit(f"training: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
