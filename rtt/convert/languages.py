"""Which languages a model reads and writes, and the tokens that tell it so.

NLLB names them `deu_Latn`, M2M-100 `__de__`, OPUS-MT's models of many targets `>>deu<<`. Readers ask for BCP 47 tags.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from itertools import product
from pathlib import PurePath
from typing import NamedTuple

import langcodes
from langcodes.tag_parser import LanguageTagError

from rtt.catalog import TagPlace
from rtt.errors import ModelError

# Pairs may overlap, as in `opus-mt-en-de`.
_IN_NAME = re.compile(r"(?<![a-z0-9])(?=([a-z]{2,3})[-_]([a-z]{2,3})(?![a-z0-9]))", re.IGNORECASE)


class Family(Enum):
    """How a family of models writes a language as a token."""

    NLLB = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}")
    M2M = re.compile(r"__([a-z]{2,3})__")
    OPUS = re.compile(r">>([A-Za-z_]{2,12})<<")


class Languages(NamedTuple):
    """What of a manifest says which languages there are."""

    source: str
    target: str
    sources: dict[str, str]
    targets: dict[str, str]
    tag_place: TagPlace


def tag_of(language: str) -> str:
    """Return the BCP 47 tag of a language's code: `deu_Latn` is `de`, `zho_Hant` `zh-Hant`, `arb_Arab` `ar`.

    Raises ModelError where it is none.
    """
    tag = _standard(language)
    usual = tag.script == langcodes.Language.get(tag.language or "und").maximize().script
    return str(tag.language) if usual and not tag.territory else tag.to_tag()


def language_tokens(vocabulary: Iterable[str]) -> tuple[Family | None, dict[str, str]]:
    """Return the family of a vocabulary's language tokens, and the token of each language."""
    tokens = list(vocabulary)
    for family in Family:
        matches = [(family.value.fullmatch(token), token) for token in tokens]
        # Some models have codes of their own making, which nobody can ask for.
        codes = [(code, token) for match, token in matches if match and _is_tag(code := match[match.lastindex or 0])]
        if len(codes) > 1:
            return family, _by_tag(codes)
    return None, {}


def pair_in_name(name: str) -> tuple[str, str] | None:
    """Return the languages that a model's name tells, such as `opus-mt-en-de`."""
    found = [pair for pair in _IN_NAME.findall(PurePath(name).name.lower()) if all(map(langcodes.tag_is_valid, pair))]
    short = [pair for pair in found if len("".join(pair)) == 4]
    return next(reversed(short or found), None)


def choose_languages(
    vocabulary: Iterable[str],
    sources: Sequence[str],
    targets: Sequence[str],
    known: tuple[str, str] | None,
    prefix: str = "",
) -> Languages:
    """Settle which languages a model serves: those that are wished for, or all that it has tokens for.

    `known` is the pair that its files or its name tell; `prefix` a token that they say each output begins with.
    Raises ModelError where nothing tells, or a language has no token.
    """
    family, tokens = language_tokens(vocabulary)
    wanted_sources = [tag_of(one) for one in sources] or ([] if family in {Family.NLLB, Family.M2M} else _one(known, 0))
    wanted_targets = [tag_of(one) for one in targets] or ([] if family else _one(known, 1))
    if family is None:
        if len(wanted_sources) != 1 or len(wanted_targets) != 1:
            return _many_without_tokens(wanted_sources, wanted_targets)
        (source,), (target,) = wanted_sources, wanted_targets
        return Languages(source, target, {}, {target: prefix} if prefix else {}, TagPlace.OUTPUT)
    written = _chosen(tokens, wanted_targets)
    if family is Family.OPUS:
        if not wanted_sources:
            raise ModelError("nothing says which languages it reads: name them with --source, several times if need be")
        read = dict.fromkeys(wanted_sources, "")
    else:
        read = _chosen(tokens, wanted_sources)
    place = TagPlace.INPUT if family is Family.OPUS else TagPlace.OUTPUT
    source, target = _first_pair(read, written)
    return Languages(source, target, read, written, place)


def _first_pair(read: Collection[str], written: Collection[str]) -> tuple[str, str]:
    """Return the pair that a model of many languages is tried with: English to German where it has them."""
    pairs = [pair for pair in product(read, written) if pair[0] != pair[1]]
    if not pairs:
        raise ModelError(f"language {next(iter(written))!r}: it would be translated into itself; name another")
    return min(pairs, key=lambda pair: (pair[0] != "en", pair[1] != "de"))


def _one(known: tuple[str, str] | None, side: int) -> list[str]:
    return [tag_of(known[side])] if known else []


def _many_without_tokens(sources: Sequence[str], targets: Sequence[str]) -> Languages:
    """Return the languages of a model that reads many and writes one, and needs no token for it."""
    if not sources or not targets:
        raise ModelError("nothing says which languages it translates: name them with --source and --target")
    if len(targets) > 1:
        raise ModelError(f"--target {', '.join(targets)}: the model has no tokens for languages, so it writes only one")
    return Languages(sources[0], targets[0], dict.fromkeys(sources, ""), {targets[0]: ""}, TagPlace.OUTPUT)


def _chosen(tokens: Mapping[str, str], wanted: Collection[str]) -> dict[str, str]:
    if missing := [one for one in wanted if one not in tokens]:
        raise ModelError(f"language {missing[0]!r}: the model has no token for it; it has {', '.join(sorted(tokens))}")
    return {tag: token for tag, token in tokens.items() if not wanted or tag in wanted}


def _by_tag(codes: Collection[tuple[str, str]]) -> dict[str, str]:
    """Name languages by their tags, without a script where the model knows but one."""
    scripts = Counter(_standard(code).language for code, _ in codes)
    found: dict[str, str] = {}
    for code, token in codes:
        language = _standard(code).language
        found.setdefault(str(language) if scripts[language] == 1 else tag_of(code), token)
    return found


def _is_tag(code: str) -> bool:
    try:
        _standard(code)
    except ModelError:
        return False
    return True


def _standard(code: str) -> langcodes.Language:
    try:
        # The macrolanguage, as readers know it: `ar` and not `arb`.
        return langcodes.Language.get(langcodes.standardize_tag(code.replace("_", "-"), macro=True))
    except LanguageTagError:
        raise ModelError(f"language {code!r} is no tag of BCP 47, such as de or pt-BR") from None
