"""Tokens and roles: who may do what in which room.

A token is a signed grant (HMAC-SHA256) that expires. No list of them is kept: whoever knows the secret can make them,
and taking the secret out of use withdraws them all.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec
from itsdangerous import BadData, URLSafeSerializer
from msgspec import Struct

from rtt.errors import ConfigError, Forbidden, Unauthorized
from rtt.protocol import Language, RoomName
from rtt.retention import Retention

# A shorter one can be guessed by whoever holds a token (RFC 7518, section 3.2, asks for as many bytes as the hash has).
SAFE_LENGTH = 32


class Role(StrEnum):
    """What somebody is in a room. Each may do what those before it may."""

    READER = "reader"
    OPERATOR = "operator"
    SPEAKER = "speaker"
    ORGANISER = "organiser"

    def includes(self, other: "Role") -> bool:
        """Tell whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Grant(Struct, frozen=True, omit_defaults=True):
    """What a token allows until it expires, and what the room it is for is like."""

    role: Role
    expires: int = 0
    """Seconds since 1970; 0: never, which only a server without a secret grants."""
    room: RoomName | None = None
    """None, for an organiser only: any room."""
    source: Language | None = None
    targets: tuple[Language, ...] = ()
    retention: Retention = Retention()


class Auth:
    """Issues tokens and reads them. Without a secret everybody may do everything."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        """Take the secrets: the first one signs, all are accepted."""
        self._secrets = tuple(secrets)
        # The library signs with its last key.
        self._serializer = URLSafeSerializer(
            list(reversed(self._secrets)) or "",
            salt="rtt token",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    @property
    def required(self) -> bool:
        """Whether tokens are needed at all."""
        return bool(self._secrets)

    @property
    def weak(self) -> bool:
        """Whether a secret is so short that it can be guessed."""
        return any(len(secret) < SAFE_LENGTH for secret in self._secrets)

    def issue(self, grant: Grant) -> str:
        """Return the token for a grant. Raises ConfigError where there is no secret."""
        if not self._secrets:
            raise ConfigError("a token needs a secret: set RTT_SECRET or --secret-file")
        return self._serializer.dumps(msgspec.to_builtins(grant))

    def admit(self, token: str, least: Role, room: str | None = None) -> Grant:
        """Return what a token allows, if that is at least a role in a room (None: in any).

        The secret itself is as good as an organiser's token. Raises Unauthorized, Forbidden.
        """
        if not self._secrets or any(hmac.compare_digest(token.encode(), known.encode()) for known in self._secrets):
            return Grant(Role.ORGANISER)
        grant = self._read(token)
        if grant.room is not None and room is not None and grant.room != room:
            raise Forbidden(f"the token is for room {grant.room}, not for {room}")
        if not grant.role.includes(least):
            raise Forbidden(f"the token's role is {grant.role}; this needs {least}")
        return grant

    def _read(self, token: str) -> Grant:
        if not token:
            raise Unauthorized("a token is needed: as `token` in the query, or as Authorization: Bearer")
        try:
            grant = msgspec.convert(self._serializer.loads(token), Grant)
        except (BadData, msgspec.ValidationError):
            raise Unauthorized("the token is not one of this server's") from None
        if grant.expires <= time.time():
            raise Unauthorized("the token has expired; ask for a new one")
        return grant


def claims_in(token: str) -> Grant | None:
    """Return what a token says of itself, which its server alone can trust; None: it is no token of rtt's."""
    _, payload = URLSafeSerializer("").loads_unsafe(token)
    try:
        return msgspec.convert(payload, Grant)
    except msgspec.ValidationError:
        return None


def find_secrets(file: Path | None, environment: Mapping[str, str]) -> list[str]:
    """Return the secrets there are, the one that signs first: lines of a file, or RTT_SECRET and RTT_SECRET_PREVIOUS.

    Raises ConfigError where both are given, or the file cannot be read or is empty.
    """
    given = [secret for name in ("RTT_SECRET", "RTT_SECRET_PREVIOUS") if (secret := environment.get(name, "").strip())]
    if file is None:
        if given and not environment.get("RTT_SECRET", "").strip():
            raise ConfigError("RTT_SECRET_PREVIOUS: is there without RTT_SECRET, which signs new tokens")
        return given
    if given:
        raise ConfigError(f"secret_file: {str(file)!r}: RTT_SECRET is set too; give the secret in one place only")
    try:
        secrets = [line.strip() for line in file.read_text().splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"secret_file: {str(file)!r}: {error}") from None
    if not secrets:
        raise ConfigError(f"secret_file: {str(file)!r}: is empty; expected a secret a line, the one that signs first")
    return secrets
