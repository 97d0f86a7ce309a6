"""What a model is held against before it is trusted with captions."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

import ctranslate2
from msgspec import Struct

from rtt import guards
from rtt import text as text_rules
from rtt.catalog import Model, Task
from rtt.convert.licence import UNKNOWN
from rtt.ct2.hardware import choose_hardware
from rtt.ct2.tokeniser import load_tokeniser, written_pieces
from rtt.ct2.trial import Trial
from rtt.errors import ModelError

# One pass rounds otherwise than one step a token, which now and then turns a near tie.
_ALIKE = 0.9
_LONGEST = 128


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
        *(_prefixes(model, texts, pair) if model.manifest.task is Task.TRANSLATE else []),
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


def _prefixes(model: Model, texts: Sequence[str], pair: tuple[str, str]) -> list[Finding]:
    """Hold what follows a forced beginning against what the model writes freely."""
    before_source, before_target = model.manifest.tags(*pair)
    tokeniser = load_tokeniser(model, model.manifest.tokeniser.source)
    sources = [[*before_source, *tokeniser.encode(text, out_type=str)] for text in texts]
    decoder = ctranslate2.Translator(str(model.folder), **choose_hardware("cpu", "auto", 1).options)

    def answers(prefixes: Sequence[list[str]], **options: Any) -> list[list[str]]:  # noqa: ANN401 - CTranslate2's own
        results = decoder.translate_batch(
            sources, target_prefix=prefixes, beam_size=1, max_decoding_length=_LONGEST, **options
        )
        return [result.hypotheses[0] for result in results]

    free = answers([before_target for _ in sources])
    halves = [answer[: max(len(before_target), len(answer) // 2)] for answer in free]
    return [
        _parity("prefix", free, lambda: answers(halves), Outcome.BAD),
        _parity(
            "prefix in one pass",
            free,
            lambda: answers(halves, return_alternatives=True, num_hypotheses=1),
            Outcome.DOUBTFUL,
        ),
    ]


def _parity(name: str, free: Sequence[list[str]], forced: Callable[[], list[list[str]]], otherwise: Outcome) -> Finding:
    same = sum(one == other for one, other in zip(free, forced(), strict=True))
    outcome = Outcome.GOOD if same >= _ALIKE * len(free) else otherwise
    return Finding(name, outcome, f"{same} of {len(free)} sentences go on after their first half as without it")


def _size(model: Model) -> Finding:
    size = sum(file.bytes for file in model.manifest.files.values())
    return Finding("size", Outcome.GOOD, f"{size / 1e6:.1f} MB")
