"""All settings in one frozen value; a bad one is refused by name."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from rtt.errors import ConfigError
from rtt.policy import PolicyOptions
from rtt.protocol import Language, plainly
from rtt.segmenter import SegmenterOptions

_PACKAGE = Path(__file__).parent


def bundled(name: str) -> Path:
    """Return a folder that comes with rtt: inside the package when installed, beside it in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


Device = Annotated[
    str,
    Meta(
        pattern=r"^(auto|cpu|cuda|cuda:\d+(,cuda:\d+)*)(?!\n)$",
        description="auto, cpu, cuda or devices such as cuda:0,cuda:1",
    ),
]
"""Where the models run: `cpu`, `cuda`, one or more of its devices (`cuda:0,cuda:1`), or `auto`, whatever is there."""


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """What the service is told at start."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    models: tuple[Path, ...] = (bundled("models"),)
    log: str = ""
    """The Redis in which rooms are logged, so that several nodes serve them; "": in this server's memory."""
    relay: bool = False
    """Whether this node has readers only, and no models."""
    source: Language = "en"
    """Language of a room that a reader opens before its speaker comes."""
    secret_file: Path | None = None
    """The secrets that sign tokens, one a line, where they are not in the environment (see rtt.auth)."""
    open: bool = False
    """Whether a server without a secret may listen to more than this machine."""
    public_rooms: bool = False
    """Whether anybody may make rooms on a server that has a secret."""
    public_metrics: bool = False
    """Whether anybody may read `/metrics` on a server that has a secret."""
    token_lifetime_s: Annotated[float, Meta(gt=0)] = 7 * 86_400.0
    """How long the tokens of a new room are good."""
    origins: tuple[str, ...] = ()
    """Origins of foreign pages that may connect, such as https://example.org."""
    hosts: tuple[str, ...] = ()
    """Names that the server is reached by, besides localhost and IP addresses."""
    device: Device = "auto"
    compute_type: str = "auto"
    workers: Annotated[int, Meta(ge=0, le=256)] = 0
    """Translations that run at the same time; 0: one for each core."""
    max_batch: Annotated[int, Meta(ge=1, le=1024)] = 16
    max_batch_tokens: Annotated[int, Meta(ge=256)] = 4096
    """Most tokens that are computed at a time, padding included."""
    preload: tuple[str, ...] = ()
    """Models that are loaded at the start, and stay; (): the first that reads `source`, with its punctuation."""
    model_memory: Annotated[int, Meta(ge=0)] = 0
    """Megabytes that models may take; 0: half of what the machine has."""
    model_idle_s: Annotated[float, Meta(ge=0)] = 600.0
    """How long a model stays that no room has open; 0: for good."""
    prefill: bool = True
    """Run what an answer begins with in one pass, where that is cheaper; else a step for each token."""
    cache_mb: Annotated[int, Meta(ge=0, le=65_536)] = 64
    """Megabytes of answers that are kept for whoever says the same again; 0: none."""
    private: bool = False
    """Keep nothing that is said in one room for another: no answers are kept."""
    adapt: bool = True
    """Leave partials out under load, and take no new rooms."""
    max_rooms: Annotated[int, Meta(ge=1)] = 1000
    room_linger_s: Annotated[float, Meta(ge=0)] = 600.0
    """How long a room that everybody has left is remembered."""
    history: Annotated[int, Meta(ge=0, le=1000)] = 10
    """Finished sentences that a late reader gets first."""
    transcripts: Path | None = None
    """Folder in which transcripts are written when a talk or its room is over; nothing is written without."""
    schedule: Path | None = None
    """TOML file of the talks (see rtt.talk_schedule): each clears its room when it begins, and names its transcript."""
    profanity: Path | None = None
    """List of words that are masked in captions and transcripts (see rtt.profanity)."""
    log_limit: Annotated[int, Meta(ge=1)] = 20_000
    """Finals and cancels kept of a room, over all its languages, for readers who resume."""
    idle_timeout_s: Annotated[float, Meta(ge=0)] = 0.0
    """Close a socket from which nothing came for so long; 0: never."""
    max_age_s: Annotated[float, Meta(ge=0)] = 86_400.0
    """Close a socket after so long; its peer connects again, if its token is still good; 0: never."""
    messages_per_s: Annotated[int, Meta(ge=0)] = 200
    characters_per_s: Annotated[int, Meta(ge=0)] = 100_000
    """What a speaker may send in any second; 0: any number."""
    sockets_per_address: Annotated[int, Meta(ge=0)] = 1000
    rooms_per_address: Annotated[int, Meta(ge=0)] = 100
    """Sockets at a time, and new rooms in an hour, of one address that is not this machine's; 0: any number."""
    readers_per_room: Annotated[int, Meta(ge=0)] = 5000
    """Most readers of a room at a time; 0: any number."""
    outbox_limit: Annotated[int, Meta(ge=10)] = 1000
    patience_s: Annotated[float, Meta(ge=1)] = 15.0
    """How far a reader may fall behind before it is closed, in frames and in seconds."""
    drain_s: Annotated[float, Meta(ge=0)] = 10.0
    """How long a shutdown waits for the last finals."""
    segmenter: SegmenterOptions = SegmenterOptions()
    policy: PolicyOptions = PolicyOptions()


def make_config(values: Mapping[str, Any]) -> Config:
    """Check settings (absent or None: the default). Raises ConfigError naming the setting and its value."""
    given = {name: value for name, value in values.items() if value is not None}
    try:
        return msgspec.convert(given, Config, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$.")
        path = path.removesuffix("`")
        if not path:
            raise ConfigError(what) from None
        name = re.split(r"[.[]", path)[0]
        kind = {field.name: field.type for field in msgspec.structs.fields(Config)}[name]
        raise ConfigError(f"{path}: {given[name]!r}: {plainly(what, kind)}") from None


def _path(kind: type, value: object) -> object:
    """Read the one kind of value that msgspec does not know."""
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    raise TypeError(f"Expected `{kind.__name__}`, got `{type(value).__name__}`")
