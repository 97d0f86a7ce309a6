"""The rooms' keys in Redis: reads, claims, writes. Every method raises RedisError where Redis does not answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from rtt.errors import ConfigError
from rtt.log import Event
from rtt.nodes import scripts
from rtt.nodes.cancellation import heeding_cancellation
from rtt.nodes.records import Talk, Terms, decode_event
from rtt.protocol import Status

# A leader that has not been heard of for so long is taken for dead.
LEASE_S = 3.0
_LIVE_LIMIT = 10_000
_MAIL_LIMIT = 10_000
_MAIL_KEPT_S = 60
_TIMEOUT_S = 5.0
BEGINNING = "0-0"

Fact = Talk | Terms | Status
FACTS: Mapping[bytes, type[Fact]] = {b"talk": Talk, b"terms": Terms, b"status": Status}
_Fact = TypeVar("_Fact", Talk, Terms, Status)


class Deposed(Exception):
    """Another node leads the room."""


class Forgotten(Exception):
    """Redis has forgotten the room, or what came after `seq`."""

    def __init__(self, seq: int | None) -> None:
        super().__init__(seq)
        self.seq = seq


@dataclass(frozen=True, slots=True)
class Past:
    """All that Redis has of a room."""

    log: str
    seq: int
    events: Sequence[Event]
    talk: Talk | None
    terms: Terms | None
    status: Status | None
    positions: Mapping[str, str]
    """The newest entry of each of its streams, by key."""


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads a room."""

    node: str | None
    """None: nobody that is alive."""
    wanted: bool
    """Whether somebody has to: the last one was cut off."""


class Store:
    """One node's way to Redis."""

    def __init__(self, url: str, *, log_limit: int) -> None:
        """Raises ConfigError."""
        self._redis = _connect(url)
        self._log_limit = log_limit
        self._claim, self._reclaim, self._write, self._release = map(
            self._redis.register_script, (scripts.CLAIM, scripts.RECLAIM, scripts.WRITE, scripts.RELEASE)
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    @heeding_cancellation
    async def read(self, room: str, log: str, kept_s: float) -> Past:
        """Read all there is of a room; where there is nothing, it gets that log's id.

        `kept_s`, here and below: how long it is kept once no node has it.
        """
        _, state, log_key, live_key = keys = _keys(room)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hsetnx(state, "log", log)
            for key in keys[1:]:
                pipe.pexpire(key, _kept_ms(kept_s))
            pipe.hgetall(state)
            for key in (log_key, live_key):
                pipe.xrange(key)
            *_, fields, logged, live = await pipe.execute()
        entries = _flat({log_key: logged, live_key: live})
        return Past(
            log=fields[b"log"].decode(),
            seq=int(fields.get(b"seq", 0)),
            events=[decode_event(data) for *_, name, data in entries if name == b"event"],
            talk=_fact(fields.get(b"talk"), Talk),
            terms=_fact(fields.get(b"terms"), Terms),
            status=_fact(fields.get(b"status"), Status),
            positions={log_key: _newest(logged), live_key: _newest(live)},
        )

    @heeding_cancellation
    async def has(self, room: str) -> bool:
        """Tell whether there is anything of a room."""
        _, state, *_ = _keys(room)
        return bool(await self._redis.exists(state))

    @heeding_cancellation
    async def claim(self, room: str, token: str, log: str) -> float | str:
        """Lead a room; return the age of its log in seconds, or the token of the node that leads it."""
        answer = await self._claim(keys=_keys(room)[:2], args=[token, _ms(LEASE_S), log])
        return answer.decode() if isinstance(answer, bytes) else answer / 1000

    @heeding_cancellation
    async def reclaim(self, room: str, token: str, log: str, age_s: float) -> None:
        """Lead a room that Redis has forgotten. Raises Deposed."""
        if not await self._reclaim(keys=_keys(room), args=[token, _ms(LEASE_S), log, _ms(age_s)]):
            raise Deposed

    @heeding_cancellation
    async def write(
        self, room: str, token: str, after: int, items: Iterable[tuple[str, int, bytes]], *, kept_s: float
    ) -> int:
        """Write events and facts after the event `after`, and go on leading; return the newest seq.

        What is there already is left out. Raises Deposed, Forgotten.
        """
        given: list[Any] = [token, _ms(LEASE_S), _kept_ms(kept_s), self._log_limit, _LIVE_LIMIT, after]
        code, *seq = await self._write(keys=_keys(room), args=given + [part for item in items for part in item])
        if code == 1:
            raise Deposed
        if code:
            raise Forgotten(seq[0] if seq else None)
        return int(seq[0])

    @heeding_cancellation
    async def release(self, room: str, token: str, *, for_good: bool) -> None:
        """Lead a room no longer; `for_good`: nobody else has to, and nothing of it is kept."""
        await self._release(keys=_keys(room), args=[token, int(for_good)])

    @heeding_cancellation
    async def leads(self, rooms: Mapping[str, float]) -> list[Lead]:
        """Return who leads each of some rooms, by name, and have all of them kept for so many seconds."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for room, kept_s in rooms.items():
                lease, *rest = _keys(room)
                pipe.get(lease)
                pipe.hexists(rest[0], "token")
                for key in rest:
                    pipe.pexpire(key, _kept_ms(kept_s))
            answers = await pipe.execute()
        return [
            Lead(node_of(lease.decode()) if lease else None, bool(token))
            for lease, token in zip(answers[::5], answers[1::5], strict=True)
        ]

    @heeding_cancellation
    async def seq(self, room: str) -> int:
        """Return the number of a room's newest event."""
        _, state, *_ = _keys(room)
        return int(await self._redis.hget(state, "seq") or 0)

    @heeding_cancellation
    async def send(self, node: str, letter: bytes) -> None:
        """Put a letter into a node's mailbox; an empty one wakes it."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.xadd(mailbox(node), {"letter": letter}, maxlen=_MAIL_LIMIT, approximate=True)
            pipe.expire(mailbox(node), _MAIL_KEPT_S)
            await pipe.execute()

    @heeding_cancellation
    async def take_away(self, node: str, letters: Iterable[str]) -> None:
        """Take letters that were read out of a mailbox, by their positions."""
        await self._redis.xdel(mailbox(node), *letters)

    @heeding_cancellation
    async def newest_letter(self, node: str) -> str:
        """Return the position of the newest letter in a mailbox."""
        found: Any = await self._redis.xrevrange(mailbox(node), count=1)
        return _newest(found)

    @heeding_cancellation
    async def news(self, positions: Mapping[str, str]) -> list[tuple[str, str, bytes, bytes]]:
        """Wait a while for what comes after these positions; return stream, position, name and data, in order."""
        found: Any = await self._redis.xread({key: position for key, position in positions.items()}, block=1000)  # noqa: C416 - its keys may be of more types
        return _flat({key.decode(): entries for key, entries in found})


def _connect(url: str) -> Redis:
    try:
        return Redis.from_url(
            url,
            protocol=2,
            socket_timeout=_TIMEOUT_S,
            socket_connect_timeout=_TIMEOUT_S,
            # One more try on a fresh connection: those at hand are dead after Redis was away.
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError as error:
        # It may hold a password, which is not repeated.
        raise ConfigError(f"log: Expected the URL of a Redis, such as redis://10.0.0.5: {error}") from None


def streams(room: str) -> tuple[str, str]:
    """Return the keys of a room's streams."""
    _, _, log, live = _keys(room)
    return log, live


def mailbox(node: str) -> str:
    """Return the key of a node's mailbox."""
    return f"rtt:node:{node}"


def new_token(node: str, nonce: str) -> str:
    """Return a token of which everybody can tell whose it is."""
    return f"{node}:{nonce}"


def node_of(token: str) -> str:
    """Return the node whose token it is."""
    return token.partition(":")[0]


def _keys(room: str) -> tuple[str, str, str, str]:
    return f"rtt:room:{room}:lease", f"rtt:room:{room}:state", f"rtt:room:{room}:log", f"rtt:room:{room}:live"


def _newest(entries: Sequence[tuple[bytes, Any]]) -> str:
    return entries[-1][0].decode() if entries else BEGINNING


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


def _kept_ms(seconds: float) -> int:
    """Return how long a key is kept: no node that still has the room may be so late in asking for it."""
    return _ms(seconds + 10 * LEASE_S)


def _fact(data: bytes | None, kind: type[_Fact]) -> _Fact | None:
    return None if data is None else msgspec.msgpack.decode(data, type=kind)


def _flat(found: Mapping[str, Iterable[tuple[bytes, Mapping[bytes, bytes]]]]) -> list[tuple[str, str, bytes, bytes]]:
    """Return the entries of several streams by their positions; a room's two are numbered as one."""
    entries = [
        (key, position.decode(), name, data)
        for key, of_key in found.items()
        for position, fields in of_key
        for name, data in fields.items()
    ]
    return sorted(entries, key=lambda entry: tuple(map(int, entry[1].split("-"))))
