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
