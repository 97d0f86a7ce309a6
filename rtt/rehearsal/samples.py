"""A short talk to rehearse with: the samples of the operator's page, spoken as that page speaks them."""

import random
import re
from functools import cache

import msgspec

from rtt import text as text_rules
from rtt.config import bundled
from rtt.trace import TraceEvent

# The pace of a calm speaker and the rest after a sentence, as in web/lib/talk.js; characters are those of scripts
# without blanks, of which a word has one or two.
_WORDS_A_MINUTE = 140
_CHARACTERS_A_MINUTE = 240
_REST_MS = 600
_NUMBER = re.compile(r"\{n\}")


def sample_in(language: str) -> list[TraceEvent]:
    """Return the sample in a language (its regions and scripts aside), word by word; nothing where there is none.

    Its numbers are drawn anew each time: what a server has translated before it knows, and answers sooner.
    """
    script = _samples().get(language.partition("-")[0].lower(), "")
    return spoken(_NUMBER.sub(lambda _: str(random.randint(100, 999)), script))  # noqa: S311 - no secret


def spoken(script: str) -> list[TraceEvent]:
    """Return a script as a captioner sends it: each line is an utterance, with a partial for each of its words."""
    events: list[TraceEvent] = []
    at_ms = 0.0
    for utterance, sentence in enumerate(script.splitlines()):
        words = text_rules.units(sentence)
        for count, word in enumerate(words, 1):
            at_ms += 60_000 / (_CHARACTERS_A_MINUTE if text_rules.is_unspaced(word) else _WORDS_A_MINUTE)
            events.append(TraceEvent(round(at_ms), "partial", "".join(words[:count]), utterance))
        events.append(TraceEvent(round(at_ms), "final", sentence, utterance))
        at_ms += _REST_MS
    return events


@cache
def _samples() -> dict[str, str]:
    return msgspec.json.decode((bundled("web") / "operator" / "samples.json").read_bytes(), type=dict[str, str])
