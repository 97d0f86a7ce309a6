"""What happens to a service during a talk, and what its readers get all the same.

    python -m tests.faults [--readers 200] [--json]

does it to real processes and prints an account of each fault; the tests do the same.
"""

import asyncio
import signal
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import orjson
import structlog
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.crowd import Account, Talk
from tests.topology import Topology, topology

# Before and after.
_SENTENCES = 6


@dataclass(frozen=True)
class Fault:
    """Something that happens during a talk."""

    name: str
    strike: Callable[[Topology], Coroutine[None, None, None]]
    readers: int = 24
    connections: int = 1
    """How often a reader connects at least, if the fault struck."""


async def _nothing(_all: Topology) -> None:
    await asyncio.sleep(1)


async def _kill_leader(all_: Topology) -> None:
    all_.leader.kill()


async def _stop_leader(all_: Topology) -> None:
    all_.leader.terminate()


async def _freeze_leader(all_: Topology) -> None:
    """Longer than its lease: another node leads when it wakes up, and thinks that it leads still."""
    all_.leader.send_signal(signal.SIGSTOP)
    all_.speaker.cut()
    all_.speaker.turn()
    await asyncio.sleep(4)
    all_.leader.send_signal(signal.SIGCONT)


async def _restart_redis(all_: Topology) -> None:
    all_.redis.kill()
    await asyncio.sleep(1)
    await all_.redis.start()


async def _empty_redis(all_: Topology) -> None:
    all_.redis.kill()
    all_.redis.lose()
    await asyncio.sleep(1)
    await all_.redis.start()


async def _fill_disk_of_redis(all_: Topology) -> None:
    all_.redis.fill_disk(full=True)
    await asyncio.sleep(1.5)
    all_.redis.fill_disk(full=False)


async def _cut_readers(all_: Topology) -> None:
    """Three times; each time they come back at another node."""
    for _ in range(3):
        for way in all_.readers:
            way.turn()
            way.cut()
        await asyncio.sleep(0.4)


async def _cut_speaker(all_: Topology) -> None:
    """In the middle of an utterance; it comes back at the other node."""
    for _ in range(3):
        all_.speaker.turn()
        all_.speaker.cut()
        await asyncio.sleep(0.43)


NOTHING = Fault("nothing", _nothing, readers=200)
FAULTS = (
    Fault("leader killed (kill -9)", _kill_leader, readers=200),
    Fault("leader stopped (SIGTERM)", _stop_leader),
    Fault("leader frozen for 4 s", _freeze_leader),
    Fault("Redis killed and started", _restart_redis),
    Fault("Redis comes back empty", _empty_redis),
    Fault("Redis's disk full for 1.5 s", _fill_disk_of_redis),
    Fault("readers cut off three times", _cut_readers, connections=2),
    Fault("speaker cut off three times", _cut_speaker),
)


async def suffer(fault: Fault, folder: Path, *, model: bool = False, readers: int = 0) -> Account:
    """Have a fault happen during a talk, and return what became of it."""
    async with topology(folder, model=model) as all_:
        talk = Talk()
        async with talk.read(all_.reader_urls, readers or fault.readers), talk.speaker(all_.speaker_url) as speaker:
            await talk.go_on(speaker, _SENTENCES)
            striking = asyncio.create_task(fault.strike(all_))
            while not striking.done():
                await talk.go_on(speaker, 1)
            await striking
            await talk.go_on(speaker, _SENTENCES)
        return talk.account()


_COLUMNS: Mapping[str, Callable[[Account], object]] = {
    "finals": lambda account: account.sent,
    "readers": lambda account: account.readers,
    "connections": lambda account: account.connections,
    "received (fewest)": lambda account: account.received,
    "lost": lambda account: account.lost,
    "doubled": lambda account: account.doubled,
    "gaps": lambda account: account.gaps,
    "transcripts": lambda account: account.transcripts,
    "p50 ms": lambda account: round(account.p50_ms),
    "p95 ms": lambda account: round(account.p95_ms),
    "longest ms": lambda account: round(account.longest_ms),
}


def main(
    readers: Annotated[int, typer.Option(help="Readers over all nodes; 0: as the tests have them.")] = 0,
    only: Annotated[str, typer.Option(help="Faults whose name has this in it.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - an option
) -> None:
    """Do to real processes what the tests of faults do, and print what readers got."""
    structlog.configure(processors=[_drop])
    accounts: dict[str, Account] = {}
    faults = [fault for fault in (NOTHING, *FAULTS) if only in fault.name]
    for fault in track(faults, "Striking …", console=Console(stderr=True), transient=True):
        with tempfile.TemporaryDirectory() as folder:
            accounts[fault.name] = asyncio.run(suffer(fault, Path(folder), model=True, readers=readers))
    if json:
        typer.echo(orjson.dumps({name: asdict(account) for name, account in accounts.items()}))
        return
    table = Table("fault", *_COLUMNS)
    for name, account in accounts.items():
        table.add_row(name, *(str(column(account)) for column in _COLUMNS.values()))
    Console(width=160).print(table)


def _drop(*_: object) -> str:
    raise structlog.DropEvent


if __name__ == "__main__":
    typer.run(main)
