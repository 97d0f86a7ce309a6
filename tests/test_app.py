"""What is served over HTTP."""

import httpx
import pytest

from tests.conftest import Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout


async def get(service: Service, path: str, *, method: str = "GET", **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        return await client.request(method, path, headers=headers)


@pytest.mark.parametrize("path", ["/", "/speak/hall", "/captions/hall", "/display/hall"])
async def test_pages(service: Service, path: str) -> None:
    answer = await get(service, path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert ("microphone=(self)" in answer.headers["permissions-policy"]) == path.startswith("/speak/")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers


async def test_modules_are_served_as_such(service: Service) -> None:
    answer = await get(service, "/static/lib/protocol.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path",
    ["/static/package.json", "/static/node_modules/x", "/static/lib/../../pyproject.toml", "/nowhere", "/speak/"],
)
async def test_nothing_else_is_served(service: Service, path: str) -> None:
    assert (await get(service, path)).status_code == 404


async def test_the_models_there_are(service: Service) -> None:
    assert (await get(service, "/v1/models")).json() == {
        "models": [
            {"name": "en-de", "source": "en", "targets": ["de"], "licence": "none", "prefill": False},
            {"name": "en-fr", "source": "en", "targets": ["fr"], "licence": "none", "prefill": False},
        ]
    }


async def test_health() -> None:
    engine = ScriptedEngine(shout)
    engine.ready = False
    async with serving(engine, scripted_catalog(("en", "de"))) as service:
        assert (await get(service, "/health/live")).json() == {"status": "live"}
        loading = await get(service, "/health/ready")
        assert (loading.status_code, loading.json()) == (503, {"status": "loading"})
        engine.ready = True
        ready = await get(service, "/health/ready")
        assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
