"""What a model is held against before it is trusted with captions."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from rtt import guards
from rtt import text as text_rules
from rtt.catalog import Model
from rtt.convert.licence import UNKNOWN
from rtt.ct2.tokeniser import load_tokeniser, written_pieces
from rtt.ct2.translator import Translator
from rtt.ct2.trial import Trial
from rtt.errors import ModelError

# One pass rounds otherwise than one step a token, which now and then turns a near tie.
_ALIKE = 0.9


class Outcome(StrEnum):
    """How a check ended."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


class Finding(Struct, frozen=True):
    """What one check found."""

    check: str
    outcome: Outcome
    says: str


def check(model: Model, texts: Sequence[str], pair: tuple[str, str]) -> list[Finding]:
    """Check a model's files, licence, tokenisers, translation, prefixes, speed and size, with sentences to translate.

    `pair` is the source and target to try, of a model of many languages.
    """
    try:
        trial = Trial(model.folder, pair)
    except ModelError as error:
        return [Finding("files", Outcome.BAD, str(error))]
    return [
        Finding("files", Outcome.GOOD, f"{len(model.manifest.files)} files have their sizes and checksums"),
        _licence(model),
        _tokenisers(model),
        *_translation(trial, texts),
        *(_prefixes(trial.translator, texts) if trial.translator else []),
        _size(model),
    ]


def _licence(model: Model) -> Finding:
    licence = model.manifest.licence
    if licence == UNKNOWN:
        return Finding("licence", Outcome.DOUBTFUL, "unknown: nobody has said that you may use it")
    return Finding("licence", Outcome.GOOD, licence)


def _tokenisers(model: Model) -> Finding:
    said: list[str] = []
    for side, name in (("source", model.manifest.tokeniser.source), ("target", model.manifest.tokeniser.target)):
        tokeniser = load_tokeniser(model, name)
        written = len(written_pieces(tokeniser))
        said.append(f"{written} of {tokeniser.vocab_size()} {side} pieces")
    return Finding("vocabulary", Outcome.GOOD, f"{' and '.join(said)} are written, and all of those are known")


def _translation(trial: Trial, texts: Sequence[str]) -> list[Finding]:
    trial.translate(texts)  # the first time is slower
    answers, seconds = trial.translate(texts)
    empty = sum(not answer for answer in answers)
    degenerate = sum(_is_degenerate(text, answer) for text, answer in zip(texts, answers, strict=True))
    outcome = Outcome.BAD if empty else Outcome.DOUBTFUL if degenerate else Outcome.GOOD
    counts = f"of {len(texts)}, {empty} without answer, {degenerate} run away or repeat themselves"
    words = sum(len(text_rules.units(text)) for text in texts)
    return [
        Finding("translation", outcome, f"{texts[0]} → {answers[0]} ({counts})"),
        Finding("speed", Outcome.GOOD, f"{words / seconds:.0f} words a second on one core"),
    ]


def _is_degenerate(text: str, answer: str) -> bool:
    return guards.runs_away(text, answer) or guards.without_repeats(text, answer) != answer


def _prefixes(translator: Translator, texts: Sequence[str]) -> list[Finding]:
    """Hold what follows a forced beginning against what the model writes freely."""
    steps = _parity("prefix", [translator.goes_on(text, in_one_pass=False) for text in texts], Outcome.BAD)
    if not translator.prefill:
        says = "the model takes prefixes step by step only, which is slower"
        return [steps, Finding("prefix in one pass", Outcome.DOUBTFUL, says)]
    one_pass = [translator.goes_on(text, in_one_pass=True) for text in texts]
    return [steps, _parity("prefix in one pass", one_pass, Outcome.DOUBTFUL)]


def _parity(name: str, alike: Sequence[bool], otherwise: Outcome) -> Finding:
    outcome = Outcome.GOOD if sum(alike) >= _ALIKE * len(alike) else otherwise
    return Finding(name, outcome, f"{sum(alike)} of {len(alike)} sentences go on after their first half as without it")


def _size(model: Model) -> Finding:
    size = sum(file.bytes for file in model.manifest.files.values())
    return Finding("size", Outcome.GOOD, f"{size / 1e6:.1f} MB")
