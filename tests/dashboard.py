"""What a real Prometheus answers to the panels of the dashboard, while a talk is replayed to a real server.

python -m tests.dashboard prints it.
"""

import asyncio
import contextlib
import math
import shutil
import tempfile
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
from rich.console import Console
from rich.table import Table
from websockets.asyncio.client import connect

from tests.conftest import PATIENCE_S, running_server
from tests.redis_server import free_port
from tests.tools import running, tool

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
NODES = "node1:8000, node2:8000, relay:8000"
"""The servers of `prometheus.yml`."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a panel asks for."""

    panel: str
    legend: str
    asks: str


def _queries() -> list[Query]:
    dashboard = orjson.loads((DEPLOY / "grafana" / "dashboards" / "rtt.json").read_bytes())
    return [
        Query(panel["title"], target["legendFormat"], target["expr"])
        for panel in dashboard["panels"]
        for target in panel["targets"]
    ]


QUERIES = _queries()
# What has a series for each kind of event only.
EMPTY_WITHOUT_ERRORS = [query for query in QUERIES if "rtt_errors_total" in query.asks]

Answer = Mapping[str, float]
"""A value for each series, by its labels."""


class Prometheus:
    """One that watches a server."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(self, query: Query) -> Answer:
        """Return what it knows now; nothing while it starts, nor of what has no value. Fails where it is no query."""
        params = {"query": query.asks.replace("$__rate_interval", "5s")}
        with contextlib.suppress(httpx.TransportError):
            answer = await self._client.get("/api/v1/query", params=params)
            assert answer.status_code in {200, 503}, answer.text
            found = answer.json()["data"]["result"] if answer.is_success else []
            values = {" ".join(one["metric"].values()): float(one["value"][1]) for one in found}
            return {labels: value for labels, value in values.items() if math.isfinite(value)}
        return {}

    async def ask_each(self, queries: Collection[Query]) -> dict[Query, Answer]:
        """Return what it answers to each, as soon as it has an answer to all of them. Raises TimeoutError."""
        answers: dict[Query, Answer] = {}
        async with asyncio.timeout(PATIENCE_S):
            while len(answers) < len(queries):
                answers |= {query: answer for query in queries if (answer := await self.ask(query))}
                await asyncio.sleep(0.2)
        return answers

    async def alerts(self) -> dict[str, str]:
        """Return the health of every alert, as soon as each has been tried. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while "unknown" in (found := await self._alerts()).values():
                await asyncio.sleep(0.2)
            return found

    async def _alerts(self) -> dict[str, str]:
        (group,) = (await self._client.get("/api/v1/rules")).json()["data"]["groups"]
        return {rule["name"]: rule["health"] for rule in group["rules"]}


@asynccontextmanager
async def watching(server: str, folder: Path) -> AsyncIterator[Prometheus]:
    """Have a Prometheus watch a server, with our own configuration but for where that is and how often it is asked."""
    config = (DEPLOY / "prometheus.yml").read_text()
    config = config.replace(NODES, server.removeprefix("http://")).replace("5s", "250ms")
    (folder / "prometheus.yml").write_text(config)
    shutil.copy(DEPLOY / "alerts.yml", folder)
    address = f"127.0.0.1:{free_port()}"
    options = (f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data")
    async with (
        running(tool("prometheus"), *options, f"--web.listen-address={address}"),
        httpx.AsyncClient(base_url=f"http://{address}", trust_env=False) as client,
    ):
        yield Prometheus(client)


async def watch_a_talk(folder: Path) -> tuple[dict[Query, Answer], dict[Query, Answer], dict[str, str]]:
    """Return what every panel shows of a talk in which no peer was told an error, and of one in which one was.

    Besides, the health of every alert.
    """
    with running_server("--no-adapt") as url:
        room = ("--url", url, "--room", "hall")
        talk = ("replay", str(ROOT / "examples" / "welcome.trace.jsonl"), *room, "--target", "de", "--speed", "4")
        async with (
            watching(url, folder) as prometheus,
            running(tool("rtt"), "listen", "hall", "--url", url, "--lang", "de"),
            running(tool("rtt"), *talk),
        ):
            quiet = await prometheus.ask_each([query for query in QUERIES if query not in EMPTY_WITHOUT_ERRORS])
            quiet |= {query: await prometheus.ask(query) for query in EMPTY_WITHOUT_ERRORS}
            async with connect(url.replace("http", "ws") + "/v1/translate?source=en&target=de", proxy=None) as peer:
                # A counter that is there only now has no rate before it moves once more.
                while not await prometheus.ask(EMPTY_WITHOUT_ERRORS[0]):
                    await peer.send("no JSON")
                    await asyncio.sleep(0.2)
                return quiet, await prometheus.ask_each(QUERIES), await prometheus.alerts()


def main() -> None:
    """Print what every panel shows."""
    with tempfile.TemporaryDirectory() as folder:
        quiet, troubled, _ = asyncio.run(watch_a_talk(Path(folder)))
    table = Table("panel", "curve", "during a talk", "after an error")
    for query in QUERIES:
        table.add_row(query.panel, query.legend, *(_shown(answers[query]) for answers in (quiet, troubled)))
    Console(width=160).print(table)


def _shown(answer: Answer) -> str:
    return ", ".join(f"{labels} {value:.3g}".strip() for labels, value in sorted(answer.items())) or "–"


if __name__ == "__main__":
    main()
