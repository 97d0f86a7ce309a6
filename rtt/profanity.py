"""Words that are not shown: they are masked in each update, after the policy has decided what is stable.

The model translates what was said, and each language is masked by its own words. What may yet become a listed phrase
is held back until it is decided, so that no word is masked, or shown plainly, after it was seen.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import regex

from rtt import text as text_rules
from rtt.errors import ConfigError
from rtt.policy import Update
from rtt.protocol import Language

_EVERY_LANGUAGE = ""
_AFTER_THE_FIRST = regex.compile(r"(?<=[\w\p{M}])[\w\p{M}]")
_ANY = regex.compile(r"\w")


class Profanity:
    """The phrases that are masked, by language; those of "" in every language."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        """Take phrases of one word or several; they are found whole, whatever their case."""
        self._phrases = {lang: {_keys(phrase) for phrase in listed} for lang, listed in phrases.items()}
        self._masks: dict[str, _Mask] = {}

    def masked(self, lang: str, update: Update) -> Update:
        """Return an update with its phrases masked."""
        mask = self._mask_for(lang)
        if not mask.phrases:
            return update
        stable, steady, fast = (
            mask.visible(text, final=update.final)
            for text in (update.stable, update.stable + update.steady, update.stable + update.fast)
        )
        return replace(update, stable=stable, steady=steady[len(stable) :], fast=fast[len(stable) :])

    def _mask_for(self, lang: str) -> "_Mask":
        if lang not in self._masks:
            wanted = (_EVERY_LANGUAGE, lang.partition("-")[0], lang)
            self._masks[lang] = _Mask(set().union(*(self._phrases.get(name, set()) for name in wanted)))
        return self._masks[lang]


class _Mask:
    def __init__(self, phrases: set[tuple[str, ...]]) -> None:
        self.phrases = phrases
        self._beginnings = {phrase[:length] for phrase in phrases for length in range(1, len(phrase))}

    def visible(self, text: str, *, final: bool) -> str:
        """Return what of a text is shown. A text that goes on shows what it showed before, and more."""
        units = text_rules.units(text)
        masked, undecided = self._find([text_rules.key(unit) for unit in units])
        shown = len(units)
        if not final and undecided is not None:
            shown = next((at for at in range(undecided, shown) if at not in masked), shown)
        return "".join(_mask(unit) if at in masked else unit for at, unit in enumerate(units[:shown]))

    def _find(self, keys: Sequence[str]) -> tuple[set[int], int | None]:
        """Return where words are masked, and where the first phrase begins that may go on after the text."""
        masked: set[int] = set()
        undecided: int | None = None
        for start in range(len(keys)):
            for end in range(start + 1, len(keys) + 1):
                words = tuple(keys[start:end])
                if words in self.phrases:
                    masked.update(range(start, end))
                if words not in self._beginnings:
                    break
                if end == len(keys) and undecided is None:
                    undecided = start
        return masked, undecided


def read_profanity(path: Path) -> Profanity:
    """Read a list: a phrase a line, for every language or for that of the last `[de]` above it; `#` begins a comment.

    Raises ConfigError naming the line.
    """
    phrases: defaultdict[str, list[str]] = defaultdict(list)
    lang = _EVERY_LANGUAGE
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"profanity: {str(path)!r}: {error}") from None
    for number, line in enumerate(lines, 1):
        said = line.partition("#")[0].strip()
        if said.startswith("["):
            lang = _language(said, f"profanity: {str(path)!r}: line {number}")
        elif _keys(said):
            phrases[lang].append(said)
        elif said:
            raise ConfigError(f"profanity: {str(path)!r}: line {number}: {said!r}: Expected a letter or a digit")
    return Profanity(phrases)


def _language(heading: str, where: str) -> str:
    try:
        return msgspec.convert(heading.removeprefix("[").removesuffix("]"), Language)
    except msgspec.ValidationError:
        raise ConfigError(f"{where}: {heading!r}: Expected a language in brackets, such as [de]") from None


def _keys(phrase: str) -> tuple[str, ...]:
    return tuple(text_rules.keys(text_rules.units(text_rules.normalise(phrase))))


def _mask(unit: str) -> str:
    """Leave of a word its first letter, and nothing of one that has no other."""
    if len(text_rules.key(unit)) == 1:
        return _ANY.sub("*", unit)
    return _AFTER_THE_FIRST.sub("*", unit)
