"""Nothing final is lost and nothing doubled, whatever happens: real processes, the real model, a real Redis."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from rtt.auth import Auth, Grant, Role
from tests.crowd import Account, Talk
from tests.faults import FAULTS, Fault, suffer
from tests.topology import topology


def assert_nothing_lost(account: Account) -> None:
    assert replace(account, connections=0, p50_ms=0, p95_ms=0, longest_ms=0) == Account(
        sent=account.sent, readers=account.readers, connections=0, received=account.sent,
        lost=0, doubled=0, gaps=0, transcripts=1, p50_ms=0, p95_ms=0, longest_ms=0,
    )  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_every_reader_ends_with_the_same(fault: Fault, tmp_path: Path) -> None:
    account = await suffer(fault, tmp_path)
    assert_nothing_lost(account)
    assert account.connections >= account.readers * fault.connections


async def test_a_full_disk_for_the_logs_of_nodes(tmp_path: Path) -> None:
    async with topology(tmp_path, log=Path("/dev/full")) as all_:
        talk = Talk()
        async with talk.read(all_.reader_urls, 6), talk.speaker(all_.speaker_url) as speaker:
            await talk.go_on(speaker, 10, pause_s=0.02)
        assert_nothing_lost(talk.account())


def _faked(clock: Path) -> dict[str, str]:
    """Return the environment of a process whose clock is off by what stands in a file."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        pytest.skip("needs libfaketime (Debian: faketime), which scripts/test installs")
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        # It is steady by its definition.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


async def test_a_clock_that_jumps(tmp_path: Path) -> None:
    """That of every process, by an hour ahead and back: leases run out, and with them all that Redis has."""
    clock = tmp_path / "clock"
    clock.write_text("+0")
    async with topology(tmp_path, environment=_faked(clock)) as all_:
        talk = Talk()
        async with talk.read(all_.reader_urls, 6), talk.speaker(all_.speaker_url) as speaker:
            for offset in ("+0", "+3600", "+0"):
                clock.write_text(offset)
                # Redis's allocator and libfaketime do not get along: this is what its clock would do.
                await all_.redis.expire_all()
                await talk.go_on(speaker, 15)
        assert_nothing_lost(talk.account())


async def test_a_token_that_expires_during_a_talk(tmp_path: Path) -> None:
    secret = "a secret that is long enough to be one"
    async with topology(tmp_path, environment={"RTT_SECRET": secret}) as all_:
        expires = int(time.time()) + 2
        talk = Talk(token=Auth([secret]).issue(Grant(Role.SPEAKER, expires, "hall")))
        async with talk.read(all_.reader_urls, 6), talk.speaker(all_.speaker_url) as speaker:
            while time.time() < expires + 1:
                await talk.go_on(speaker, 1)
        assert_nothing_lost(talk.account())
