"""A node without a model, in a process of its own: python -m tests.node, with the settings of rtt serve as JSON."""

import os
import sys

import orjson
import uvloop

from rtt.app import create_app
from rtt.auth import Auth, find_secrets
from rtt.cli.logs import configure_logs
from rtt.config import make_config
from rtt.nodes.shared_rooms import SharedRooms
from rtt.server import Server
from tests.scripted import ScriptedEngine, scripted_catalog, shout


async def _serve() -> None:
    config = make_config(orjson.loads(sys.argv[1]))
    auth = Auth(find_secrets(config.secret_file, os.environ))
    app = create_app(config, scripted_catalog(("en", "de")), ScriptedEngine(shout), auth, SharedRooms)
    await Server(app, config).serve()


if __name__ == "__main__":
    configure_logs(verbose=True)
    uvloop.run(_serve())
