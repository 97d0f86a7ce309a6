"""A smaller vocabulary for a model: the pieces that some text uses, and those that any text may need.

Whether names and numbers survive it is tried on sentences that had no part in the choice.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from rtt.catalog import Manifest, Model
from rtt.convert.folder import CARD, aside, put_in_place, require_free, seal
from rtt.convert.pieces import restrict
from rtt.convert.prune_report import PruneReport, Sizes, compare
from rtt.convert.space import require_space, size_of
from rtt.convert.vocabulary import Vocabularies, read_vocabularies, write_vocabularies
from rtt.convert.weights import SOURCE_ROWS, TARGET_ROWS, WEIGHTS, read_weights, write_weights
from rtt.ct2.tokeniser import load_tokeniser, written_pieces
from rtt.ct2.trial import Trial

# Unseen names and numbers are written with short pieces, so that these stay whatever the text is.
_SHORT = 3
# One sentence in so many is kept back, to try the outcome with.
_TRIED = 10
# Sentences that are translated before the next word about it.
_AT_A_TIME = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make of a model."""

    name: str
    pair: tuple[str, str]
    """The languages that it is for from then on."""
    keep: int = 8000
    """The most frequent pieces of each tokeniser, which stay whatever the text is."""
    replace: bool = False


def prune(
    model: Model, plan: Plan, texts: Sequence[str], tried: Sequence[str], tell: Callable[[str], None]
) -> tuple[PruneReport, Model | None]:
    """Leave the pieces out that neither `texts` nor their translations use; return what came of it.

    `tried` are further sentences to try it with. There is a new model, beside the old one, only where every name and
    number is intact. Raises ModelError.
    """
    require_free(model.folder.parent / plan.name, replace=plan.replace)
    seen, kept_back = _split(texts)
    with aside(model.folder.parent) as room:
        require_space(room, size_of(model.folder))
        before = Trial(model.folder, plan.pair)
        answers = _translate(before, seen, tell)
        tell("prune")
        made = room / "model"
        made.mkdir()
        sizes = _write(model, seen, answers, plan.keep, made)
        smaller = seal(made, _manifest(model.manifest, plan), _card(model, sizes, len(seen)))
        tell("try")
        report = compare(before, Trial(made), [*tried, *kept_back], sizes)
        return report, put_in_place(smaller, model.folder.parent, replace=plan.replace) if report.intact else None


def _manifest(manifest: Manifest, plan: Plan) -> Manifest:
    source, target = plan.pair
    if not manifest.many:
        return msgspec.structs.replace(manifest, name=plan.name)
    sources, targets = {source: manifest.sources.get(source, "")}, {target: manifest.targets.get(target, "")}
    return msgspec.structs.replace(
        manifest, name=plan.name, source=source, target=target, sources=sources, targets=targets
    )


def _split(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    kept_back = list(texts[::_TRIED])
    return [text for n, text in enumerate(texts) if n % _TRIED], kept_back


def _translate(trial: Trial, texts: Sequence[str], tell: Callable[[str], None]) -> list[str]:
    answers: list[str] = []
    while len(answers) < len(texts):
        tell(f"translate {len(answers)} of {len(texts)}")
        answers += trial.translate(texts[len(answers) : len(answers) + _AT_A_TIME])[0]
    return answers


def _write(model: Model, texts: Sequence[str], answers: Sequence[str], keep: int, out: Path) -> Sizes:
    """Write the smaller model's files; return the sizes of its vocabularies as they were and are."""
    manifest = model.manifest
    old = read_vocabularies(model.folder)
    source, target = (load_tokeniser(model, name) for name in (manifest.tokeniser.source, manifest.tokeniser.target))
    sources, targets = _used(source, texts) | _frequent(source, keep), _used(target, answers) | _frequent(target, keep)
    if old.shared:
        both = _kept(old.source, written_pieces(source) | written_pieces(target), sources | targets)
        rows = both, both
    else:
        rows = _kept(old.source, written_pieces(source), sources), _kept(old.target, written_pieces(target), targets)
    new_source = [old.source[row] for row in rows[0]]
    new = Vocabularies(new_source, new_source if old.shared else [old.target[row] for row in rows[1]])
    weights = read_weights(model.folder / WEIGHTS)
    if old.shared:
        weights.change_rows({SOURCE_ROWS, *TARGET_ROWS}, lambda array, _: array[rows[0]])
    else:
        weights.change_rows({SOURCE_ROWS}, lambda array, _: array[rows[0]])
        weights.change_rows(set(TARGET_ROWS), lambda array, _: array[rows[1]])
    write_weights(weights, out / WEIGHTS)
    write_vocabularies(out, new)
    for name, tokens in ((manifest.tokeniser.source, new.source), (manifest.tokeniser.target, new.target)):
        shutil.copyfile(model.folder / name, out / name)
        restrict(out / name, tokens)
    for name in manifest.files.keys() - {path.name for path in out.iterdir()}:
        if not name.endswith("_vocabulary.json"):
            shutil.copyfile(model.folder / name, out / name)
    return Sizes((len(old.source), len(new.source)), (len(old.target), len(new.target)))


def _card(model: Model, sizes: Sizes, sentences: int) -> str:
    """Return the card of the model with what was done to it."""
    path = model.folder / CARD
    card = path.read_text() if path.is_file() else f"# {model.name}\n"
    (source, new_source), (target, new_target) = sizes
    return (
        f"{card.rstrip()}\n\n## Pruned\n\nFrom {model.name}, to what {sentences} sentences and their translations use: "
        f"{source} → {new_source} tokens of the source, {target} → {new_target} of the target.\n"
    )


def _used(tokeniser: Any, texts: Sequence[str]) -> set[str]:  # noqa: ANN401 - as in rtt.ct2.tokeniser
    return {piece for pieces in tokeniser.encode(list(texts), out_type=str) for piece in pieces}


def _frequent(tokeniser: Any, count: int) -> set[str]:  # noqa: ANN401 - as in rtt.ct2.tokeniser
    """Return the most frequent pieces: SentencePiece numbers them in that order."""
    return {tokeniser.id_to_piece(index) for index in range(min(count, tokeniser.vocab_size()))}


def _kept(vocabulary: Sequence[str], pieces: set[str], used: set[str]) -> np.ndarray:
    """Return the numbers of the tokens to keep: what is used, short or a number, and what is no piece of text."""
    letters = set("".join(used))
    return np.array(
        [n for n, token in enumerate(vocabulary) if token not in pieces or token in used or _is_needed(token, letters)],
        np.int64,
    )


def _is_needed(piece: str, letters: set[str]) -> bool:
    bare = piece.lstrip("▁")
    short = len(bare) <= 1 or (len(bare) <= _SHORT and set(bare) <= letters)
    return short or bare.isdigit() or (piece.startswith("<0x") and piece.endswith(">"))
