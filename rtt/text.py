"""Pure functions on text: what is allowed, words by script, common prefixes, sentence ends."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import regex
import sentencex

# Scripts written without blanks: there each grapheme cluster is a unit of its own.
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
# An opening bracket or quote belongs to what follows. A few at most, lest a long row of them take quadratic time.
_OPENING = r"[\p{Ps}\p{Pi}]{0,3}+"
_UNIT = regex.compile(
    rf"\s*(?:{_OPENING}(?=[{UNSPACED}])\X[\p{{P}}--[\p{{Ps}}\p{{Pi}}]]*|(?:(?!{_OPENING}[{UNSPACED}])\S)+)",
    regex.VERSION1,
)
_SPACE = regex.compile(r"\s+")
_FRACTION = regex.compile(r"(\d?)([¼-¾⅐-⅞↉])")
_DIGITS = regex.compile(r"\d+")
_VISIBLE = regex.compile(r"[^\s\p{Cf}\p{Default_Ignorable_Code_Point}]")
# U+2028 and U+2029 are blanks, not control characters; \p{Cc} covers C0, DEL and C1.
_FORBIDDEN = regex.compile(r"[\p{Cc}\p{Cs}--[\t\n\r]]", regex.VERSION1)
_MARKS = regex.compile(r"\p{M}{31}")
# Searched from the end, lest a long row of dots take quadratic time. Closing quotes are of either kind: „…“, »…«, “…”.
_SENTENCE_END = regex.compile(r"(?r)[\p{STerm}…]+[\p{Pe}\p{Pf}\p{Pi}\"']*\s*$")
_UNSPACED_END = regex.compile(rf"[{UNSPACED}\u3000-\u303f\uff00-\uffef]$")
# A whole grapheme cluster each: what joins or colours an emoji belongs to it, and joiners elsewhere to their script.
_EMOJI = regex.compile(
    r"\s?(?:(?=\p{Emoji_Presentation}|[\p{Emoji}--[0-9#*]][\uFE0F\p{Emoji_Modifier}]|[0-9#*]\uFE0F?\u20E3)\X)+",
    regex.VERSION1,
)
_MARK_END = regex.compile(r"[\p{Terminal_Punctuation}…]$")
_CLAUSE_END = regex.compile(r"[[\p{Terminal_Punctuation}--\p{STerm}]…–—]$", regex.VERSION1)
_UNSPACED = regex.compile(rf"\s*[{UNSPACED}]")
_NARROW_MARK = regex.compile(r"(?<=[\p{Han}\p{Hiragana}\p{Katakana}」』》”’)）])([,?!;:])\s*")
_BLANK_BEFORE_MARK = regex.compile(r"\s+(?=[，。？！；：、])")
_WIDE = str.maketrans(",?!;:", "，？！；：")
_WIDE_LANGUAGES = frozenset({"zh", "yue", "ja"})
# Arabic and Hebrew marks that some write and some leave out, and the stroke that only lengthens an Arabic word.
_OPTIONAL = regex.compile("[\u0591-\u05c7\u0640\u064b-\u065f\u0670]+")
_END = regex.compile(r"(?<!\p{P})\p{P}++$")
_PUNCTUATION = regex.compile(r"^[\p{P}\s]++|(?<![\p{P}\s])[\p{P}\s]++$")


def check(text: str) -> None:
    """Refuse text that no captioner means to send.

    Raises ValueError on control characters, lone surrogates, and more than 30 combining marks in a row (the limit of
    the Stream-Safe Text Format, Unicode Standard Annex #15).
    """
    if bad := _FORBIDDEN.search(text):
        raise ValueError(f"character U+{ord(bad[0]):04X} at {bad.start()} is a control character or a lone surrogate")
    if marks := _MARKS.search(text):
        raise ValueError(f"more than 30 combining marks in a row at {marks.start()}")


def normalise(text: str) -> str:
    """Return `text` in NFC without what is no text, each run of blanks as one and none at the ends.

    Where nothing is to be seen nothing is left.
    """
    text = _SPACE.sub(" ", unicodedata.normalize("NFC", _FORBIDDEN.sub("", text))).strip()
    return text if _VISIBLE.search(text) else ""


def units(text: str) -> list[str]:
    """Split into words, each with the blanks before it and the punctuation after it.

    In scripts without blanks a unit is a grapheme cluster. `"".join(units(t)) == t` unless `t` ends in blanks.
    """
    return _UNIT.findall(text)


def common_prefix(a: Sequence[str], b: Sequence[str]) -> int:
    """Return the length of the longest common prefix of two sequences."""
    length = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        length += 1
    return length


def key(unit: str) -> str:
    """Return what of a unit counts when words are compared: no case, blanks, outer punctuation or optional marks."""
    return _PUNCTUATION.sub("", _OPTIONAL.sub("", unit)).casefold()


def with_end_of(unit: str, other: str) -> str:
    """Return a unit with the punctuation at the end of another."""
    return _END.sub("", unit) + other[len(_END.sub("", other)) :]


def keys(text_units: Sequence[str]) -> list[str]:
    """Return the comparison key of each unit that has one: a lone dash is no word."""
    return [k for unit in text_units if (k := key(unit))]


def is_clause_border(before: str, after: str) -> bool:
    """Tell whether a clause ends between two units: at a mark, or at a blank in a script that has few."""
    return bool(_CLAUSE_END.search(before)) or (after[0].isspace() and is_unspaced(after))


def is_unspaced(unit: str) -> bool:
    """Tell whether a unit is one of a script without blanks."""
    return bool(_UNSPACED.match(unit))


def is_punctuated(text_units: Sequence[str]) -> bool:
    """Tell whether any word is followed by a mark: then whoever wrote the text punctuates it."""
    return any(_MARK_END.search(unit) for unit in text_units)


def capitalised(unit: str) -> str:
    """Return a unit with its first letter in upper case, unless that would make another word of it."""
    bare = unit.lstrip()
    upper = unit[: len(unit) - len(bare)] + bare[:1].upper() + bare[1:]
    return upper if key(upper) == key(unit) else unit


def begun_like(source: str, text: str) -> str:
    """Return `text` with a capital at its beginning where `source` has one: models that read no case may write none."""
    return capitalised(text) if source[:1].isupper() else text


def numbers(text: str) -> Counter[str]:
    """Return each run of digits and how often it is there: `3.5` and `3,5` have the same two."""
    return Counter(_DIGITS.findall(text))


def is_speech(text: str) -> bool:
    """Tell whether there is anything to translate: a letter or a digit."""
    return any(c.isalnum() for c in text)


def ends_sentence(text: str) -> bool:
    """Tell whether `text` ends with sentence-final punctuation, closing quotes and brackets aside."""
    return _SENTENCE_END.search(text) is not None


def without_sentence_end(text: str) -> str:
    """Return `text` without its sentence-final punctuation."""
    return _SENTENCE_END.sub("", text)


def with_own_marks(text: str, language: str) -> str:
    """Return `text` with the marks that its language writes: Chinese and Japanese ones fill a whole square.

    Models may write them narrow, since the NFKC of SentencePiece makes them so, or after a blank.
    """
    if language.split("-", maxsplit=1)[0] not in _WIDE_LANGUAGES:
        return text
    wide = _NARROW_MARK.sub(lambda mark: mark[1].translate(_WIDE), text)
    return _BLANK_BEFORE_MARK.sub("", wide)


def plain_fractions(text: str) -> str:
    """Return `text` with each fraction as digits and a slash, "½" as 1/2: models know no other."""
    signs = _FRACTION.sub(lambda sign: f"{sign[1]} {unicodedata.normalize('NFKC', sign[2])}".lstrip(), text)
    return signs.replace("\u2044", "/")


def split_emoji(text: str) -> tuple[str, str]:
    """Return `text` without its emoji, which models cannot read, and the emoji."""
    return _EMOJI.sub("", text).strip(), "".join(_EMOJI.findall(text))


def join(parts: Iterable[str]) -> str:
    """Join sentences with a blank, or without one after a script that is written without."""
    joined = ""
    for part in parts:
        blank = " " if joined and not _UNSPACED_END.search(joined) else ""
        joined += blank + part
    return joined


def sentences(text: str, language: str) -> list[str]:
    """Split normalised text at sentence ends; `"".join(sentences(t, l)) == t`, blanks stay with what is before them.

    Blanks other than U+0020, which `normalise` leaves none of, make sentencex panic.
    """
    parts: list[str] = sentencex.segment(language, text)
    return parts
