"""`rtt check`: the rehearsal of a room, before a talk."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import msgspec
import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from rtt.cli.logs import configure_logs
from rtt.cli.options import Json, TokenOption, Url
from rtt.protocol import decode_room
from rtt.rehearsal.findings import Finding, Grade, worst
from rtt.rehearsal.place import find_place
from rtt.rehearsal.rehearsal import Rehearsal, Wanted

_COLOURS = {Grade.OK: "green", Grade.LOOK: "yellow", Grade.BAD: "red"}
_VERDICTS = {
    Grade.OK: "The room can go live.",
    Grade.LOOK: "The room can go live; have a look at what is marked.",
    Grade.BAD: "The room cannot go live yet.",
}


def check(
    room: Annotated[str, typer.Argument(help="The room's name.")],
    lang: Annotated[
        list[str] | None, typer.Option(help="Language that will be read; several times; without, those of the room.")
    ] = None,
    source: Annotated[str, typer.Option(help="Language of the talk; without, that of the room.")] = "",
    talk_minutes: Annotated[
        float, typer.Option(min=1, help="How long the talk takes: tokens and certificates have to last as long.")
    ] = 120.0,
    url: Url = "http://127.0.0.1:8000",
    token: TokenOption = "",
    json: Json = False,
) -> None:
    """Rehearse a room on a running server, and say whether it can go live."""
    configure_logs(verbose=False)
    wanted = Wanted(find_place(url), decode_room(room), token, source, tuple(lang or []), talk_minutes * 60)
    with _progress(quiet=json) as tell:
        rehearsal = Rehearsal(wanted, tell)
        asyncio.run(rehearsal.run())
    grade = worst(rehearsal.findings)
    if json:
        told = {"room": room, "url": wanted.place.url, "grade": grade, "findings": rehearsal.findings}
        typer.echo(orjson.dumps(told, default=msgspec.to_builtins).decode())
    else:
        console = Console()
        console.print(_table(f"{room} on {wanted.place.url}", rehearsal.findings), _VERDICTS[grade])
    if grade is Grade.BAD:
        raise typer.Exit(1)


commands = typer.Typer()
commands.command()(check)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str, float], None]]:
    columns = TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda step, share: progress.update(task, description=step, completed=share)


def _table(title: str, findings: Sequence[Finding]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in ("check", "", "what was found", "what to do"):
        table.add_column(name, overflow="fold")
    for one in findings:
        grade = Text(one.grade, _COLOURS[one.grade])
        table.add_row(Text(f"{one.lang} {one.check}".strip()), grade, Text(one.found), Text(one.advice))
    return table
