"""What comes for those who run many machines: the files hold for the tools that will read them, and for the code."""

import asyncio
import contextlib
import re
import ssl
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import typer
import yaml
from compose_spec import PyCompose
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect

from rtt.cli.main import commands as typer_commands
from rtt.config import Config
from rtt.engine import ModelMemory
from rtt.metrics import Metrics
from rtt.protocol import Load
from rtt.rehearsal.server import _LITTLE_BYTES
from rtt.server import _FLUSH_S
from tests.conftest import PATIENCE_S, Peer
from tests.dashboard import DEPLOY, EMPTY_WITHOUT_ERRORS, NODES, QUERIES, ROOT, watch_a_talk
from tests.redis_server import free_port
from tests.tools import running, tool
from tests.topology import topology

COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES: Mapping[str, Any] = yaml.safe_load(COMPOSE)["services"]
RULES = (DEPLOY / "alerts.yml").read_text()
ALERTS = {rule["alert"]: rule["expr"] for rule in yaml.safe_load(RULES)["groups"][0]["rules"]}
SERVERS = (ROOT / "docs" / "servers.md").read_text()


def check(*command: str) -> str:
    """Return what a tool that has found no error says all the same."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def told_by_a_server() -> list[Metric]:
    """Return what a server tells that has done nothing yet."""
    metrics = Metrics()
    metrics.watch(rooms=int, readers=int, unwritten=int, load=lambda: Load.NORMAL, memory=ModelMemory)
    metrics.watch_transcripts(int)
    return list(text_string_to_metric_families(metrics.text().decode()))


def table_of(what: str) -> list[str]:
    """Return what a table of the documentation for those who run servers is about."""
    rows = re.search(rf"^\| {what} \|.*?\n\n", SERVERS, re.MULTILINE | re.DOTALL)
    assert rows
    return [name for row in rows[0].strip().splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]


class TestContainers:
    def test_docker_compose_reads_it(self) -> None:
        compose = PyCompose.from_json(orjson.dumps(yaml.safe_load(COMPOSE)).decode())
        compose.validate()
        assert set(compose.service_names()) == {"node1", "node2", "relay", "redis", "proxy", "prometheus", "grafana"}

    @pytest.mark.parametrize("name", SERVICES)
    def test_a_container_can_do_no_more_than_it_must(self, name: str) -> None:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]

    def test_only_the_proxy_is_reached_from_outside(self) -> None:
        open_ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
        assert open_ports.keys() == {"proxy", "grafana"}
        assert all(port.startswith("127.0.0.1:") for port in open_ports["grafana"])

    def test_who_watches_comes_when_asked_for(self) -> None:
        assert {name for name, service in SERVICES.items() if service.get("profiles") == ["watch"]} == {
            "prometheus",
            "grafana",
        }

    @pytest.mark.parametrize("name", ["node1", "node2", "relay"])
    def test_a_node_is_told_settings_that_there_are(self, name: str) -> None:
        group = typer.main.get_command(typer_commands)
        assert isinstance(group, typer.core.TyperGroup)
        settings = {option.envvar for option in group.commands["serve"].params} | {"RTT_SECRET", "RTT_SECRET_PREVIOUS"}
        given = SERVICES[name]["environment"].keys() - {"FORWARDED_ALLOW_IPS"}
        assert given <= settings
        assert ("RTT_RELAY" in given) == (name == "relay")

    def test_the_dockerfile_is_sound(self) -> None:
        check(tool("hadolint"), "Dockerfile")

    def test_the_image_is_made_of_all_that_the_package_is(self) -> None:
        wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
        taken = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
        assert {path.split("/")[0] for path in (*wheel["packages"], *wheel["force-include"])} <= taken

    def test_everything_that_is_mounted_is_there(self) -> None:
        mounted = re.findall(r"^ +- \./(deploy/[^:]+):", COMPOSE, re.MULTILINE)
        assert len(mounted) == 5
        assert all((ROOT / path).exists() for path in mounted)


class TestOneMachine:
    def test_systemd_reads_the_unit(self, tmp_path: Path) -> None:
        unit = (DEPLOY / "rtt.service").read_text()
        started = tool("rtt")
        assert "/opt/rtt/.venv/bin/rtt" in unit
        (tmp_path / "rtt.service").write_text(unit.replace("/opt/rtt/.venv/bin/rtt", started))
        assert check(tool("systemd-analyze"), "verify", str(tmp_path / "rtt.service")) == ""

    def test_the_unit_gives_settings_that_there_are(self) -> None:
        unit = (DEPLOY / "rtt.service").read_text()
        assert set(re.findall(r"^Environment=(\w+)=", unit, re.MULTILINE)) == {"RTT_SECRET_FILE"}
        (stop_s,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
        assert int(stop_s) > Config().drain_s + _FLUSH_S

    def test_caddy_reads_what_the_documentation_says(self, tmp_path: Path) -> None:
        (site,) = re.findall(r"```\n(captions\.example\.org \{.*?)```", SERVERS, re.DOTALL)
        (tmp_path / "Caddyfile").write_text(site)
        check(tool("caddy"), "validate", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile")


class TestProxy:
    def test_caddy_reads_it(self) -> None:
        check(tool("caddy"), "validate", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile")

    async def test_peers_come_through_tls_to_the_nodes_that_serve_them(self, tmp_path: Path) -> None:
        caddy, port = tool("caddy"), free_port()
        async with topology(tmp_path) as all_:
            *nodes, relay = (node.url.removeprefix("http://") for node in all_.nodes)
            environment = {
                "RTT_SITE": "localhost",
                "RTT_HTTP_PORT": str(free_port()),
                "RTT_HTTPS_PORT": str(port),
                "RTT_NODES": " ".join(nodes),
                "RTT_READERS": " ".join([relay, *nodes]),
                "XDG_DATA_HOME": str(tmp_path),
                "XDG_CONFIG_HOME": str(tmp_path),
            }
            options = ("--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile")
            async with running(caddy, "run", *options, **environment):
                context = await _trust(tmp_path / "caddy/pki/authorities/local/root.crt")
                await self._talk(f"localhost:{port}", context)

    async def _talk(self, site: str, context: ssl.SSLContext) -> None:
        async with httpx.AsyncClient(verify=context, trust_env=False) as client:
            async with asyncio.timeout(PATIENCE_S):
                while not await _answers(client, f"https://{site}/health/ready"):
                    await asyncio.sleep(0.1)
            assert (await client.get(f"https://{site}/metrics")).status_code == 404
        rooms = f"wss://{site}/v1/rooms/hall"
        async with (
            connect(f"{rooms}/speak?source=en", ssl=context, proxy=None) as speaking,
            connect(f"{rooms}/listen?lang=de", ssl=context, proxy=None) as reading,
        ):
            speaker, reader = Peer(speaking), Peer(reading)
            await reader.next(type="ready")
            await speaker.send({"type": "final", "text": "Good morning."})
            await reader.next(stable="GOOD MORNING.")


async def _trust(root: Path) -> ssl.SSLContext:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with contextlib.suppress(FileNotFoundError):
                return ssl.create_default_context(cafile=root)
            await asyncio.sleep(0.05)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return (await client.get(url)).is_success
    return False


class TestWatching:
    def test_prometheus_reads_it(self) -> None:
        check(tool("promtool"), "check", "config", "--syntax-only", str(DEPLOY / "prometheus.yml"))

    def test_prometheus_asks_every_node(self) -> None:
        config = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
        (job,) = config["scrape_configs"]
        assert job["static_configs"][0]["targets"] == NODES.split(", ")
        # It has no token.
        assert all(SERVICES[target.split(":")[0]]["environment"]["RTT_PUBLIC_METRICS"] for target in NODES.split(", "))

    @pytest.mark.parametrize("query", [*(query.asks for query in QUERIES), *ALERTS.values()])
    def test_a_panel_or_an_alert_asks_for_what_a_server_tells(self, query: str) -> None:
        families = told_by_a_server()
        told = {sample.name for family in families for sample in family.samples}
        # What has never happened has no sample yet.
        told |= {family.name + ("_total" if family.type == "counter" else "") for family in families}
        asked = set(re.findall(r"\b(?:rtt|process)_[a-z_]+", query))
        assert asked <= told
        assert asked or "up{" in query

    def test_every_metric_is_explained(self) -> None:
        told = {family.name for family in told_by_a_server() if not family.name.endswith("_created")}
        assert set(table_of("metric")) == told | {"rtt_energy_joules"}

    def test_alerts_come_when_they_should(self) -> None:
        check(tool("promtool"), "check", "rules", str(DEPLOY / "alerts.yml"))
        check(tool("promtool"), "test", "rules", "tests/fixtures/alerts.yml")
        assert all(f'alertname="{name}"' in (ROOT / "tests/fixtures/alerts.yml").read_text() for name in ALERTS)

    def test_what_to_do_about_every_alert_is_told(self) -> None:
        assert table_of("alert") == list(ALERTS)

    def test_a_disk_is_as_small_for_an_alert_as_for_a_rehearsal(self) -> None:
        assert float(ALERTS["RttTranscriptsDiskLow"].partition(" < ")[2]) == _LITTLE_BYTES

    async def test_a_real_prometheus_answers_every_panel_and_reads_every_alert(self, tmp_path: Path) -> None:
        quiet, troubled, alerts = await watch_a_talk(tmp_path)
        assert [query for query in QUERIES if not quiet[query]] == EMPTY_WITHOUT_ERRORS
        assert all(troubled.values())
        assert alerts == dict.fromkeys(ALERTS, "ok")
