"""Every error of rtt's own.

RttError
├── ConfigError             a setting that cannot be used
├── ModelError              a model folder that cannot be used
├── TranslationError        the engine could not translate a job
├── TraceError              a recorded talk, or another file to measure, that cannot be read
├── BenchError              a bench that could not be carried through
├── ServerError             what a server told the client before it closed the socket
├── Unreachable             no server answered for as long as the client was to wait
└── WireError               what a peer on a socket is told
    ├── BadRequest          bad_request       4400
    ├── BadMessage          bad_message       4400
    ├── Unauthorized        unauthorized      4401
    ├── Forbidden           forbidden         4403
    ├── UnsupportedPair     unsupported_pair  4404
    ├── NoRoom              no_room           4404
    ├── IdleTimeout         idle_timeout      4408
    ├── Replaced            replaced          4409
    ├── RateLimited         rate_limited      4429
    ├── QuotaExceeded       quota_exceeded    4429
    ├── TooLarge            too_large         1009
    ├── Restarting          restarting        1012
    ├── ModelUnavailable    model_unavailable 1013
    └── TryAgainLater       try_again_later   1013
"""

from typing import ClassVar

_STATUS = {1009: 413, 1012: 503, 1013: 503}


class RttError(Exception):
    """The root: whatever rtt itself raises."""


class ConfigError(RttError):
    """A setting that cannot be used; the message names it, its value and what would be right."""


class ModelError(RttError):
    """A model folder that cannot be used; the message names the folder and what is wrong with it."""


class TranslationError(RttError):
    """The engine could not translate a job."""


class TraceError(RttError):
    """A recorded talk, its references, a test set or an event log that cannot be read; the message names the place."""


class BenchError(RttError):
    """A bench that could not be carried through; the message says what its load met."""


class ServerError(RttError):
    """What a server told the client, and trying again would not change."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Unreachable(RttError):
    """No server answered for as long as the client was to wait."""


class WireError(RttError):
    """An error that is sent to a peer: its `code`, the close code that goes with it, and whether to try again."""

    code: ClassVar[str]
    close: ClassVar[int]
    retryable: ClassVar[bool] = False

    @property
    def status(self) -> int:
        """The HTTP status that says the same."""
        return self.close - 4000 if self.close > 4000 else _STATUS[self.close]


class BadRequest(WireError):
    """A path or query that cannot be read."""

    code = "bad_request"
    close = 4400


class BadMessage(WireError):
    """A message that cannot be read; the socket lives on."""

    code = "bad_message"
    close = 4400


class Unauthorized(WireError):
    """A token that is missing, wrong or expired."""

    code = "unauthorized"
    close = 4401


class Forbidden(WireError):
    """A token of another role or room; a page of a foreign origin, or under a name that is not the server's."""

    code = "forbidden"
    close = 4403


class UnsupportedPair(WireError):
    """A pair of languages for which there is no model."""

    code = "unsupported_pair"
    close = 4404


class NoRoom(WireError):
    """A room that nobody has opened, or that is forgotten."""

    code = "no_room"
    close = 4404


class IdleTimeout(WireError):
    """Nothing was received for the configured time."""

    code = "idle_timeout"
    close = 4408
    retryable = True


class Replaced(WireError):
    """Another speaker took the room over."""

    code = "replaced"
    close = 4409


class RateLimited(WireError):
    """A message that came too soon after the others; the socket lives on, unless it goes on for long."""

    code = "rate_limited"
    close = 4429
    retryable = True


class QuotaExceeded(WireError):
    """More sockets, rooms or readers than one address or room may have at present."""

    code = "quota_exceeded"
    close = 4429
    retryable = True


class TooLarge(WireError):
    """A message over the limit."""

    code = "too_large"
    close = 1009


class Restarting(WireError):
    """The server is shutting down; everything final has been sent."""

    code = "restarting"
    close = 1012
    retryable = True


class ModelUnavailable(WireError):
    """The model of a language cannot be loaded for now; the socket lives on, and captions come once it can."""

    code = "model_unavailable"
    close = 1013
    retryable = True


class TryAgainLater(WireError):
    """The server is full, or this reader is too slow."""

    code = "try_again_later"
    close = 1013
    retryable = True
