"""Captions as a WebVTT file (W3C) that goes on as long as the talk does, for players that show a live picture.

Times count from when the player connects, as those of the picture do that it plays: a cue begins when its sentence is
finished, and is there for as long as it takes to be read.
"""

import time
from collections.abc import Iterator

import msgspec
from starlette.requests import Request

from rtt.errors import WireError
from rtt.metrics import Socket
from rtt.protocol import Caption, ListenQuery, Ready, Stability, ToEverybody
from rtt.room import Room
from rtt.transcript import lines
from rtt.transcript.cues import Cue, reading_ms
from rtt.transcript.formats import vtt_cue

# Speech may be faster than reading: then cues come this late at most, and stand beside each other.
_LATE_MS = 4_000


class LiveVtt:
    """`/v1/rooms/{room}/live.vtt`: each sentence once, as it is finished; a file takes nothing back."""

    kind: Socket = "live.vtt"
    media_type = "text/vtt"
    opening = "WEBVTT\n\n"
    heartbeat = "NOTE\n\n"
    comes_back = False

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._free_ms = 0
        """Until when the cues before are to be read."""
        self._joined = 0
        self._shown: set[tuple[str, int]] = set()

    def query(self, asked: ListenQuery, _request: Request) -> ListenQuery:
        """Return a query for finished sentences."""
        return msgspec.structs.replace(asked, stability=Stability.FINAL)

    def placed(self, query: ListenQuery, _room: Room) -> ListenQuery:
        """Return it as it is."""
        return query

    def written(self, message: ToEverybody, _frame: str) -> str:
        """Return the cues of a sentence that was finished since the player came."""
        if isinstance(message, Ready):
            self._joined = message.segment
        if not isinstance(message, Caption) or message.segment <= self._joined:
            return ""
        if (message.lang, message.segment) in self._shown:
            return ""
        self._shown.add((message.lang, message.segment))
        return "".join(map(vtt_cue, self._cues(message.stable, message.lang)))

    def error(self, _error: WireError) -> str:
        """Return nothing: a player knows no errors."""
        return ""

    def _cues(self, text: str, lang: str) -> Iterator[Cue]:
        now_ms = round((time.monotonic() - self._began) * 1000)
        start_ms = min(max(now_ms, self._free_ms), now_ms + _LATE_MS)
        for part in lines.cues(text, lang, rows=2):
            cue = Cue(start_ms, start_ms, {lang: part})
            start_ms += reading_ms(cue)
            yield Cue(cue.start_ms, start_ms, cue.texts)
        self._free_ms = start_ms
