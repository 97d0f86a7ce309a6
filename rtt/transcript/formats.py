"""A transcript as a file: SubRip (SRT), WebVTT, plain text or JSON."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from html import escape
from io import StringIO

import msgspec
from webvtt import Caption, WebVTT
from webvtt.models import Timestamp

from rtt.transcript.cues import Cue, cues
from rtt.transcript.sentences import Record, Transcript

# Begins and ends a line that is written from right to left, lest players take a Latin word or a full stop for its
# direction (Unicode Annex #9: RIGHT-TO-LEFT MARK).
_RLM = "\u200f"
# SubRip has no escapes: players take what is in angle brackets for markup, and an arrow for the times of a cue.
# Bytes; a file's name may have 255.
_LONGEST_TITLE = 100
_NO_MARKUP = str.maketrans("<>", "‹›")


class Format(StrEnum):
    """The formats there are, by the endings of their files."""

    SRT = "srt"
    VTT = "vtt"
    TXT = "txt"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """The media type of such a file."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Format.SRT: "application/x-subrip",
    Format.VTT: "text/vtt",
    Format.TXT: "text/plain",
    Format.JSON: "application/json",
}


def write(transcript: Transcript, format_: Format) -> str:
    """Return a transcript in a format."""
    return _WRITERS[format_](transcript)


def file_name(of: Record, format_: Format) -> str:
    """Return what a transcript's file is called: `hall.en+de.srt`, or `hall.My-talk.en+de.srt` where it has a title.

    A talk that has none is called by its number, unless it is the first.
    """
    talk = _words(of.talk.title) or (str(of.talk.number) if of.talk.number > 1 else "")
    return ".".join(part for part in (of.room, talk, "+".join(of.langs), format_) if part)


def to_srt(transcript: Transcript) -> str:
    """Return SubRip."""
    file = StringIO()
    _file_of(cues(transcript), lambda line, _: line.translate(_NO_MARKUP)).write(file, "srt")
    return file.getvalue() + "\n" if transcript.sentences else ""


def to_vtt(transcript: Transcript) -> str:
    """Return WebVTT (W3C), which names its language in the header, or that of each line where there are several."""
    several = len(transcript.langs) > 1

    def written(line: str, lang: str) -> str:
        return f"<lang {lang}>{_escaped(line, lang)}</lang>" if several else _escaped(line, lang)

    file = _file_of(cues(transcript), written)
    file.metadata = ["Kind: captions", f"Language: {transcript.langs[0]}"]
    return file.content


def vtt_cue(cue: Cue) -> str:
    """Return a cue as part of a WebVTT file."""
    return _file_of([cue], _escaped).content.removeprefix("WEBVTT\n\n") + "\n"


def to_txt(transcript: Transcript) -> str:
    """Return a sentence a line; where there are several languages, one below the other and then an empty line."""
    end = "\n\n" if len(transcript.langs) > 1 else "\n"
    return "".join("\n".join(sentence.texts.values()) + end for sentence in transcript.sentences)


def to_json(transcript: Transcript) -> str:
    """Return the transcript as it is, a JSON object."""
    return msgspec.json.encode(transcript).decode()


_WRITERS: dict[Format, Callable[[Transcript], str]] = {
    Format.SRT: to_srt,
    Format.VTT: to_vtt,
    Format.TXT: to_txt,
    Format.JSON: to_json,
}


def _file_of(shown: Iterable[Cue], written: Callable[[str, str], str]) -> WebVTT:
    return WebVTT(
        captions=[
            Caption(_time(cue.start_ms), _time(cue.end_ms), [written(line, lang) for lang, line in _lines(cue)])
            for cue in shown
        ]
    )


def _escaped(line: str, _lang: str) -> str:
    return escape(line, quote=False)


def _lines(cue: Cue) -> Iterator[tuple[str, str]]:
    for lang, part in cue.texts.items():
        for line in part:
            yield lang, f"{_RLM}{line}{_RLM}" if _is_right_to_left(" ".join(part)) else line


def _words(title: str) -> str:
    """Return what of a title may stand in a file's name: letters and digits, and no more of them than fit."""
    return "-".join(re.findall(r"\w+", title)).encode()[:_LONGEST_TITLE].decode(errors="ignore")


def _is_right_to_left(text: str) -> bool:
    """Tell whether most letters of a text are of a script that is written from right to left."""
    directions = [unicodedata.bidirectional(char) for char in text]
    return directions.count("R") + directions.count("AL") > directions.count("L")


def _time(ms: int) -> str:
    return str(Timestamp.from_seconds(ms / 1000))
