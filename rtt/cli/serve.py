"""`rtt serve`: the service."""

import asyncio
import ipaddress
import os
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvloop

from rtt.app import create_app
from rtt.cli.engine import build_engine
from rtt.cli.logs import configure_logs
from rtt.cli.options import ComputeType, DeviceOption, Models, Workers
from rtt.config import Config, make_config
from rtt.errors import ConfigError, ModelError
from rtt.scheduler import Scheduler
from rtt.server import Server

_log = structlog.get_logger(__name__)


def serve(
    host: Annotated[str | None, typer.Option(envvar="RTT_HOST", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(envvar="RTT_PORT", help="Port to listen on.")] = None,
    models: Models = None,
    source: Annotated[
        str | None, typer.Option(envvar="RTT_SOURCE", help="Language of a room whose speaker has not come yet.")
    ] = None,
    origins: Annotated[
        list[str] | None, typer.Option(envvar="RTT_ORIGINS", help="Origin of a foreign page that may connect.")
    ] = None,
    device: DeviceOption = None,
    compute_type: ComputeType = None,
    workers: Workers = None,
    max_batch: Annotated[int | None, typer.Option(envvar="RTT_MAX_BATCH", help="Most texts in a batch.")] = None,
    max_rooms: Annotated[int | None, typer.Option(envvar="RTT_MAX_ROOMS", help="Most rooms at a time.")] = None,
    room_linger_s: Annotated[
        float | None, typer.Option(envvar="RTT_ROOM_LINGER_S", help="Seconds an empty room is remembered.")
    ] = None,
    history: Annotated[
        int | None, typer.Option(envvar="RTT_HISTORY", help="Finished sentences a late reader gets first.")
    ] = None,
    transcripts: Annotated[
        Path | None, typer.Option(envvar="RTT_TRANSCRIPTS", help="Folder for the transcripts of rooms that close.")
    ] = None,
    log_limit: Annotated[
        int | None, typer.Option(envvar="RTT_LOG_LIMIT", help="Finals kept of a room, for readers who resume.")
    ] = None,
    idle_timeout_s: Annotated[
        float | None, typer.Option(envvar="RTT_IDLE_TIMEOUT_S", help="Close a silent socket after so long; 0: never.")
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
    config = make_config(locals())
    _refuse_secret()
    configure_logs(verbose=True)
    uvloop.run(_serve(config))


async def _serve(config: Config) -> None:
    catalog, engine = build_engine(config)
    server = Server(create_app(config, catalog, engine), config)
    if not _is_loopback(config.host):
        _log.warning("everybody who reaches this address may speak and read: no secret is configured", host=config.host)
    loading = asyncio.create_task(_load(engine, server))
    await server.serve()
    await loading
    await engine.stop()


async def _load(engine: Scheduler, server: Server) -> None:
    try:
        await engine.start()
    except ModelError:
        server.should_exit = True
        raise
    await server.listening.wait()
    _log.info("ready", url=server.address)


def _refuse_secret() -> None:
    """Refuse to serve openly where somebody counts on tokens."""
    if os.environ.get("RTT_SECRET"):
        raise ConfigError("RTT_SECRET: this version has no tokens: whoever reaches it may speak and read; unset it")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
