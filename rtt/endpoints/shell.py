"""The service worker of the pages for readers: told what they consist of, and which version of it there is."""

import hashlib
from pathlib import Path

import orjson

_PAGES = ("captions", "display")
_FOLDERS = (*_PAGES, "fonts", "i18n", "lib", "vendor")
# Fonts are large, and most readers take none of them.
_KINDS = {".css", ".js", ".svg"}


def worker_script(web: Path) -> bytes:
    """Return the worker as the browser runs it, which compares it byte by byte to see whether there is another."""
    pages = [web / page / "index.html" for page in _PAGES]
    files = [path for folder in _FOLDERS for path in sorted((web / folder).rglob("*")) if path.suffix in _KINDS]
    worker = (web / "worker" / "worker.js").read_bytes()
    digest = hashlib.sha256(worker)
    for path in (*pages, *files):
        digest.update(path.read_bytes())
    shell = {
        "version": digest.hexdigest()[:16],
        # Any room's page will do: it is the same in all of them.
        "pages": [f"{page}/-" for page in _PAGES],
        "files": [f"static/{path.relative_to(web).as_posix()}" for path in files],
    }
    return b"self.SHELL = " + orjson.dumps(shell) + b";\n" + worker
