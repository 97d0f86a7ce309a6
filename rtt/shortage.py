"""Which languages of a room wait for their models, and whether that is news."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from rtt.errors import ModelUnavailable


class Way(Protocol):
    """A language, and the route by which it is translated into."""

    @property
    def lang(self) -> str:
        """The language."""
        ...

    @property
    def model(self) -> str:
        """The route."""
        ...


class Shortage:
    """The languages whose captions come as soon as their models are there."""

    def __init__(self) -> None:
        self.loading: list[str] = []
        self._failed: set[str] = set()

    def update(self, ways: Iterable[Way], missing: Mapping[str, bool]) -> set[str]:
        """Take which routes are missing (see rtt.engine.Engine.keep); return the languages that fail since now."""
        waiting = [way for way in ways if way.model in missing]
        self.loading = sorted(way.lang for way in waiting)
        before, self._failed = self._failed, {way.lang for way in waiting if missing[way.model]}
        return self._failed - before

    def errors(self, langs: Iterable[str]) -> list[ModelUnavailable]:
        """Return what is to be said of those languages that fail."""
        return [
            # Why is in the server's log: it may name folders, which are nobody else's business.
            ModelUnavailable(f"no captions in {lang} for now: its model cannot be loaded; it is tried again and again")
            for lang in sorted(self._failed & {*langs})
        ]
