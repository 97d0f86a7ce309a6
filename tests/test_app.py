"""What is served over HTTP."""

import httpx
import pytest

from tests.conftest import Service


async def get(service: Service, path: str, *, method: str = "GET", **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        return await client.request(method, path, headers=headers)


@pytest.mark.parametrize(
    "path", ["/", "/speak/hall", "/captions/hall", "/display/hall", "/overlay/hall", "/operator/hall"]
)
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
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "content-security-policy" not in answer.headers


async def test_the_worker_has_the_policies_of_a_page(service: Service) -> None:
    assert "default-src 'none'" in (await get(service, "/worker.js")).headers["content-security-policy"]


async def test_pages_and_modules_are_compressed_and_answers_are_not(service: Service) -> None:
    for path in ("/captions/hall", "/static/lib/theme.css", "/static/i18n/zh.js", "/worker.js"):
        first, again = await get(service, path), await get(service, path)
        assert first.headers.get("content-encoding") == again.headers.get("content-encoding") == "gzip"
        assert first.content == again.content
    assert "content-encoding" not in (await get(service, "/v1/models")).headers


async def test_what_has_not_changed_is_not_sent_again(service: Service) -> None:
    etag = (await get(service, "/static/lib/theme.css")).headers["etag"]
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        answer = await client.get("/static/lib/theme.css", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_the_pages_can_be_installed(service: Service) -> None:
    manifest = await get(service, "/static/icons/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    for icon in manifest.json()["icons"]:
        url = httpx.URL("/static/icons/").join(icon["src"])
        assert (await get(service, str(url))).headers["content-type"] == icon["type"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/package.json",
        "/static/node_modules/x",
        "/static/lib/../../pyproject.toml",
        "/nowhere",
        "/speak/",
        "/static/worker/worker.js",
    ],
)
async def test_nothing_else_is_served(service: Service, path: str) -> None:
    assert (await get(service, path)).status_code == 404


async def test_the_models_there_are(service: Service) -> None:
    assert (await get(service, "/v1/models")).json() == {
        "models": [
            {"name": "en-de", "source": "en", "targets": ["de"], "licence": "none", "prefill": False, "loaded": False},
            {"name": "en-fr", "source": "en", "targets": ["fr"], "licence": "none", "prefill": False, "loaded": False},
        ]
    }
