"""axe-core, the accessibility checker: https://github.com/dequelabs/axe-core."""

from pathlib import Path

from playwright.async_api import Page

_AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 up to AA with the contrast of AAA, and what axe holds to be good practice.
_RUN = """async () => {
  const options = { rules: { "color-contrast-enhanced": { enabled: true } } };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html}`));
}"""


async def violations(page: Page) -> list[str]:
    """Return what is wrong with a page as it is now, an element a line."""
    # Evaluated from outside, where the page's Content-Security-Policy does not forbid it.
    await page.evaluate(_AXE.read_text())
    found: list[str] = await page.evaluate(_RUN)
    return found


async def check_at_every_size(page: Page) -> None:
    """Assert of a page on a phone, a desktop and a wall, light and dark: nothing is wrong, and nothing sticks out."""
    for width, height in ((360, 640), (1440, 900), (3840, 2160)):
        await page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
