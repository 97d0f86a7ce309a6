"""What speakers, operators and readers send."""

from typing import Annotated

from msgspec import Meta, Struct

from rtt import text as text_rules
from rtt.protocol.fields import MAX_TERMS, Count, Language, TermText, Text, Title, check_spoken, check_title
from rtt.protocol.problems import shown


class Message(Struct, frozen=True, tag_field="type", omit_defaults=True):
    pass


class _Spoken(Message, frozen=True):
    text: Text
    utterance: Count | None = None
    start_ms: Count | None = None
    end_ms: Count | None = None

    def __post_init__(self) -> None:
        check_spoken(self.text, self.start_ms, self.end_ms)


class Partial(_Spoken, frozen=True, tag="partial"):
    """The whole text of the open utterance so far; it replaces the one before."""


class Final(_Spoken, frozen=True, tag="final"):
    """The finished text of an utterance, which closes it."""


class CancelUtterance(Message, frozen=True, tag="cancel"):
    """Withdraw an utterance; without a number, the open one."""

    utterance: Count | None = None


class Correct(Message, frozen=True, tag="correct"):
    """Change the source text of a finished segment; every language gets a new revision."""

    segment: Count
    text: Text

    def __post_init__(self) -> None:
        check_spoken(self.text)


class Term(Struct, frozen=True, omit_defaults=True):
    """A word or words of the source language, and what is written for them; whole words, whatever their case."""

    source: TermText
    targets: dict[Language, TermText] = {}
    """By language."""
    keep: bool = False
    """Whether it stays as it is, in languages that it has no target in."""

    def __post_init__(self) -> None:
        if not (self.targets or self.keep):
            raise ValueError("Expected targets, or keep")
        for text in (self.source, *self.targets.values()):
            if not text_rules.is_speech(text):
                raise ValueError(f"Expected a letter or a digit in {shown(text)}")
            text_rules.check(text)


class Glossary(Message, frozen=True, tag="glossary"):
    """The terms of the room, in force from the next sentence on; they replace those before."""

    terms: Annotated[list[Term], Meta(max_length=MAX_TERMS)]


class ClearRoom(Message, frozen=True, tag="clear"):
    """End the talk and begin the next: what was said is taken off every screen, and transcripts begin anew.

    One that has the title and speaker of the talk that goes on changes nothing.
    """

    title: Title = ""
    speaker: Title = ""
    """Of the talk that begins."""

    def __post_init__(self) -> None:
        check_title(self.title, self.speaker)


class Ping(Message, frozen=True, tag="ping"):
    """Ask for a pong with the same `t`."""

    t: int | float


FromSpeaker = Partial | Final | CancelUtterance | Correct | Ping | Glossary | ClearRoom
FromReader = Ping
Spoken = Partial | Final | CancelUtterance | Correct | Glossary | ClearRoom
