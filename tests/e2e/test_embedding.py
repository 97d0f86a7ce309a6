"""`<rtt-captions>` in the page of somebody else, from another origin."""

import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.conftest import Service, serving
from tests.e2e.axe import violations
from tests.e2e.conftest import Visitor
from tests.scripted import ScriptedEngine, scripted_catalog, shout

EXAMPLE = Path(__file__).parents[2] / "examples" / "embedding.html"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *_arguments: Any) -> None:  # noqa: A002 - its name
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Somebody else's site; it serves `tmp_path`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest_asyncio.fixture(loop_scope="session")
async def service(site: str) -> AsyncIterator[Service]:
    catalog = scripted_catalog(("en", "de"), ("en", "fr"))
    async with serving(ScriptedEngine(shout), catalog, origins=[site]) as it:
        yield it


def put_up(folder: Path, service: Service) -> None:
    (folder / "page.html").write_text(EXAMPLE.read_text().replace("http://127.0.0.1:8000", service.url))
    (folder / "favicon.ico").touch()


async def test_the_example_shows_captions(service: Service, site: str, tmp_path: Path, visitor: Visitor) -> None:
    put_up(tmp_path, service)
    page = await visitor.open(f"{site}/page.html")
    element = page.locator("rtt-captions")
    await expect(element).to_contain_text("Waiting for the speaker")
    async with service.peer("/v1/rooms/hall/speak?source=en") as speaker:
        await speaker.send({"type": "final", "text": "Good morning."})
        await expect(element.locator(".segment")).to_have_text(["GOOD MORNING."])
        await expect(element.locator(".state")).to_be_hidden()
        await expect(element.locator(".segment")).to_have_css("color", "rgb(255, 255, 255)")
        await element.evaluate("it => it.setAttribute('lang', 'fr,en')")
        await speaker.send({"type": "final", "text": "How are you?"})
        await expect(element.locator(".row").last.locator(".segment")).to_have_text(["HOW ARE YOU?", "How are you?"])
        assert await violations(page) == []
        await element.evaluate("it => it.setAttribute('room', 'another')")
        await expect(element.locator(".segment")).to_have_count(0)
        await element.evaluate("it => it.remove()")
        await expect(page.locator("rtt-captions")).to_have_count(0)
    await page.close()


async def test_elsewhere_it_is_not_let_in(site: str, tmp_path: Path, visitor: Visitor) -> None:
    async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de"))) as service:
        put_up(tmp_path, service)
        page = await visitor.open(f"{site}/page.html")
        assert await page.evaluate("customElements.get('rtt-captions') === undefined")
    assert visitor.problems
    visitor.problems = []
