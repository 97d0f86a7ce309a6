"""The command line that trains models, in the test's own process."""

from typer.testing import CliRunner, Result

from models.training.__main__ import commands


def training(*arguments: object) -> Result:
    """Run `python -m models.training` with arguments, which must succeed."""
    done = CliRunner().invoke(commands, [str(one) for one in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done
