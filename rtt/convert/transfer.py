"""Files over HTTP that go on where they were cut off, in this run or another.

The Hub's own library begins anew what an earlier run has left off.
"""

from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from urllib.request import Request, urlopen

_BLOCK = 1 << 20
_TIMEOUT_S = 30.0


def fetch(url: str, headers: Mapping[str, str], path: Path, size: int, advance: Callable[[int], None]) -> None:
    """Get what of a file of so many bytes is not at `path` yet; `advance` is told of every byte that is there.

    A connection that breaks is opened again as long as anything comes. Raises OSError.
    """
    path.touch()
    have = path.stat().st_size
    if have > size:
        path.write_bytes(b"")
        have = 0
    advance(have)
    while have < size:
        try:
            got = _continue(url, headers, path, have, advance)
        except HTTPException as error:
            raise OSError(repr(error)) from error
        if got <= have:
            raise OSError(f"{path.stem}: the connection broke at {have} of {size} bytes")
        have = got


def _continue(url: str, headers: Mapping[str, str], path: Path, have: int, advance: Callable[[int], None]) -> int:
    """Get one answer's worth, and return how many bytes are there then."""
    request = Request(url)  # noqa: S310 - of the endpoint that the user has chosen
    for name, value in headers.items():
        # Who is asking is nobody else's business, where the file lies with another host.
        request.add_unredirected_header(name, value)
    if have:
        request.add_header("Range", f"bytes={have}-")
    with urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
        again = have and answer.status != 206
        if again:
            advance(-have)
        with path.open("wb" if again else "ab") as file:
            while block := answer.read(_BLOCK):
                file.write(block)
                advance(len(block))
    return path.stat().st_size
