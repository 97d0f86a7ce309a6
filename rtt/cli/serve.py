"""`rtt serve`: the service."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvloop

from rtt.app import create_app
from rtt.auth import SAFE_LENGTH, Auth, find_secrets
from rtt.catalog import Catalog
from rtt.cli.engine import build_engine
from rtt.cli.logs import configure_logs
from rtt.cli.options import ComputeType, DeviceOption, Models, Workers
from rtt.cli.settings_file import SettingsFile
from rtt.config import Config, make_config
from rtt.engine import Engine, NoEngine
from rtt.errors import ConfigError, ModelError
from rtt.loopback import is_loopback
from rtt.metrics import Metrics
from rtt.residency.engine import ResidentEngine
from rtt.rooms import Rooms
from rtt.server import Server

_log = structlog.get_logger(__name__)

_SWITCH_S = 0.0005


def serve(
    config: SettingsFile = None,
    host: Annotated[str | None, typer.Option(envvar="RTT_HOST", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(envvar="RTT_PORT", help="Port to listen on.")] = None,
    models: Models = None,
    preload: Annotated[
        list[str] | None, typer.Option(envvar="RTT_PRELOAD", help="Model that is loaded at the start, and stays.")
    ] = None,
    model_memory: Annotated[
        int | None, typer.Option(envvar="RTT_MODEL_MEMORY", help="Megabytes that models may take; 0: half of all.")
    ] = None,
    model_idle_s: Annotated[
        float | None, typer.Option(envvar="RTT_MODEL_IDLE_S", help="Seconds an unused model stays; 0: for good.")
    ] = None,
    log: Annotated[
        str | None, typer.Option(envvar="RTT_LOG", help="Redis (redis://…) over which several nodes serve rooms.")
    ] = None,
    relay: Annotated[
        bool | None, typer.Option("--relay", envvar="RTT_RELAY", help="Have readers only, and no models; needs --log.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(envvar="RTT_SOURCE", help="Language of a room whose speaker has not come yet.")
    ] = None,
    secret_file: Annotated[
        Path | None, typer.Option(envvar="RTT_SECRET_FILE", help="File of the secrets that sign tokens, one a line.")
    ] = None,
    open: Annotated[  # noqa: A002 - the setting's name
        bool | None, typer.Option("--open", envvar="RTT_OPEN", help="Serve more than this machine without a secret.")
    ] = None,
    public_rooms: Annotated[
        bool | None, typer.Option("--public-rooms", envvar="RTT_PUBLIC_ROOMS", help="Let anybody make rooms.")
    ] = None,
    public_metrics: Annotated[
        bool | None, typer.Option("--public-metrics", envvar="RTT_PUBLIC_METRICS", help="Let anybody read /metrics.")
    ] = None,
    token_lifetime_s: Annotated[
        float | None, typer.Option(envvar="RTT_TOKEN_LIFETIME_S", help="Seconds a new room's tokens are good.")
    ] = None,
    origins: Annotated[
        list[str] | None, typer.Option(envvar="RTT_ORIGINS", help="Origin of a foreign page that may connect.")
    ] = None,
    hosts: Annotated[
        list[str] | None, typer.Option(envvar="RTT_HOSTS", help="Name that the server is reached by.")
    ] = None,
    device: DeviceOption = None,
    compute_type: ComputeType = None,
    workers: Workers = None,
    max_batch: Annotated[int | None, typer.Option(envvar="RTT_MAX_BATCH", help="Most texts in a batch.")] = None,
    max_batch_tokens: Annotated[
        int | None, typer.Option(envvar="RTT_MAX_BATCH_TOKENS", help="Most tokens computed at a time.")
    ] = None,
    prefill: Annotated[
        bool | None,
        typer.Option("--prefill/--no-prefill", envvar="RTT_PREFILL", help="Run known words in one pass when cheaper."),
    ] = None,
    cache_mb: Annotated[
        int | None, typer.Option(envvar="RTT_CACHE_MB", help="Megabytes of answers kept for repeats; 0: none.")
    ] = None,
    private: Annotated[
        bool | None,
        typer.Option("--private/--no-private", envvar="RTT_PRIVATE", help="Keep no answers of one room for another."),
    ] = None,
    adapt: Annotated[
        bool | None,
        typer.Option("--adapt/--no-adapt", envvar="RTT_ADAPT", help="Leave partials out under load; no new rooms."),
    ] = None,
    max_rooms: Annotated[int | None, typer.Option(envvar="RTT_MAX_ROOMS", help="Most rooms at a time.")] = None,
    room_linger_s: Annotated[
        float | None, typer.Option(envvar="RTT_ROOM_LINGER_S", help="Seconds an empty room is remembered.")
    ] = None,
    history: Annotated[
        int | None, typer.Option(envvar="RTT_HISTORY", help="Finished sentences a late reader gets first.")
    ] = None,
    transcripts: Annotated[
        Path | None, typer.Option(envvar="RTT_TRANSCRIPTS", help="Folder for the transcripts of talks that are over.")
    ] = None,
    schedule: Annotated[
        Path | None, typer.Option(envvar="RTT_SCHEDULE", help="TOML file of the talks, which clear their rooms.")
    ] = None,
    profanity: Annotated[
        Path | None, typer.Option(envvar="RTT_PROFANITY", help="List of words that are masked in captions.")
    ] = None,
    log_limit: Annotated[
        int | None, typer.Option(envvar="RTT_LOG_LIMIT", help="Finals kept of a room, for readers who resume.")
    ] = None,
    idle_timeout_s: Annotated[
        float | None, typer.Option(envvar="RTT_IDLE_TIMEOUT_S", help="Close a silent socket after so long; 0: never.")
    ] = None,
    max_age_s: Annotated[
        float | None, typer.Option(envvar="RTT_MAX_AGE_S", help="Close a socket after so long; 0: never.")
    ] = None,
    messages_per_s: Annotated[
        int | None, typer.Option(envvar="RTT_MESSAGES_PER_S", help="Messages a speaker may send; 0: any number.")
    ] = None,
    characters_per_s: Annotated[
        int | None, typer.Option(envvar="RTT_CHARACTERS_PER_S", help="Characters a speaker may send; 0: any number.")
    ] = None,
    sockets_per_address: Annotated[
        int | None, typer.Option(envvar="RTT_SOCKETS_PER_ADDRESS", help="Sockets of one address; 0: any number.")
    ] = None,
    rooms_per_address: Annotated[
        int | None, typer.Option(envvar="RTT_ROOMS_PER_ADDRESS", help="New rooms of one address an hour; 0: any.")
    ] = None,
    readers_per_room: Annotated[
        int | None, typer.Option(envvar="RTT_READERS_PER_ROOM", help="Most readers of a room; 0: any number.")
    ] = None,
    outbox_limit: Annotated[
        int | None, typer.Option(envvar="RTT_OUTBOX_LIMIT", help="Frames a reader may fall behind.")
    ] = None,
    patience_s: Annotated[
        float | None, typer.Option(envvar="RTT_PATIENCE_S", help="Seconds a reader may fall behind.")
    ] = None,
    drain_s: Annotated[
        float | None, typer.Option(envvar="RTT_DRAIN_S", help="Seconds a shutdown waits for the last finals.")
    ] = None,
) -> None:
    """Serve rooms, pages and sockets."""
    settings = make_config({name: value for name, value in locals().items() if name != "config"})
    auth = Auth(find_secrets(settings.secret_file, os.environ))
    if not (auth.required or settings.open or is_loopback(settings.host)):
        raise ConfigError(
            f"host: {settings.host!r}: without a secret, whoever reaches this address may speak and read; "
            "set RTT_SECRET, or --open where that is meant"
        )
    configure_logs(verbose=True)
    # Translating threads ask for the interpreter with each token; the default of 5 ms is half an answer.
    sys.setswitchinterval(_SWITCH_S)
    uvloop.run(_serve(settings, auth))


async def _serve(config: Config, auth: Auth) -> None:
    make_rooms = _make_rooms(config)
    catalog, engine = (Catalog.find(config.models), None) if config.relay else build_engine(config)
    server = Server(create_app(config, catalog, engine or NoEngine(), auth, make_rooms), config)
    _say_who_may_come(config, auth)
    loading = asyncio.create_task(_load(engine, server))
    await server.serve()
    await loading
    if engine:
        await engine.stop()


def _make_rooms(config: Config) -> Callable[[Catalog, Engine, Config, Metrics], Rooms]:
    if not config.log:
        if config.relay:
            raise ConfigError("relay: a relay gets its captions from a log that it shares with others; set --log too")
        return Rooms
    try:
        from rtt.nodes.shared_rooms import SharedRooms  # noqa: PLC0415 - with the extra redis only
    except ImportError as error:
        raise ConfigError(f"log: needs {error.name}: pip install 'rtt[redis]'") from None
    return SharedRooms


async def _load(engine: ResidentEngine | None, server: Server) -> None:
    try:
        if engine:
            await engine.start()
    except ModelError:
        server.should_exit = True
        raise
    await server.listening.wait()
    _log.info("ready", url=server.address)


def _say_who_may_come(config: Config, auth: Auth) -> None:
    if auth.weak:
        _log.warning(
            "a secret is short enough to be guessed; make one with: openssl rand -hex 32", expected=SAFE_LENGTH
        )
    if auth.required:
        _log.info("tokens are needed to speak and to read", host=config.host, anybody_makes_rooms=config.public_rooms)
    elif is_loopback(config.host):
        _log.info("no secret is set: everybody on this machine, and nobody else, may speak and read", host=config.host)
    else:
        _log.warning("no secret is set: everybody who reaches this address may speak and read", host=config.host)
