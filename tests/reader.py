"""A reader who holds the server to what the protocol promises."""

from typing import Any

import regex

from rtt import text as text_rules

_CLUSTER = regex.compile(r"\X")


class Reader:
    """Takes captions and cancels of one reader as they come, and fails at the first that breaks a promise."""

    def __init__(self) -> None:
        self.open: dict[tuple[str, int], dict[str, Any]] = {}
        self.finals: dict[tuple[str, int], dict[str, Any]] = {}
        self._gone: set[tuple[str, int]] = set()
        self._seq = 0

    def take(self, message: dict[str, Any]) -> None:
        assert message["seq"] > self._seq
        self._seq = message["seq"]
        key = message["lang"], message["segment"]
        assert key not in self._gone
        if message["type"] == "cancel":
            self._gone.add(key)
            self.open.pop(key, None)
            self.finals.pop(key, None)
            return
        assert key not in self.finals, "a second final"
        before = self.open.pop(key, None)
        if before:
            assert message["revision"] > before["revision"]
        check_text(message["stable"], message["tentative"])
        if message["final"]:
            assert message["tentative"] == ""
            assert text_rules.normalise(message["stable"]), "an empty segment"
            self.finals[key] = message
            return
        if before:
            assert message["stable"].startswith(before["stable"])
        self.open[key] = message

    def finished(self) -> set[int]:
        """Return the segments that have their final."""
        return {segment for _, segment in self.finals}

    def sentences(self, lang: str, utterance: int) -> list[str]:
        """Return the finals of an utterance, in order."""
        finals = sorted((segment, m) for (its, segment), m in self.finals.items() if its == lang)
        return [m["stable"] for _, m in finals if m["utterance"] == utterance]


def check_text(stable: str, tentative: str) -> None:
    """Fail on what no reader should see: odd blanks, control characters, letters torn apart."""
    whole = stable + tentative
    assert whole == " ".join(whole.split())
    text_rules.check(whole)
    assert _CLUSTER.findall(whole) == _CLUSTER.findall(stable) + _CLUSTER.findall(tentative)


def squeezed(text: str) -> str:
    return "".join(text.split())
