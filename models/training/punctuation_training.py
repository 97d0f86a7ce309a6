"""Trains the punctuation model: how sure it is of a sentence's end by how much of what follows it has heard."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from models.training.learner import Group, Learner
from models.training.punctuation_examples import IGNORE, Marked, matrices
from models.training.punctuation_model import Punctuator
from models.training.schedule import rate_at

_RATE = 4e-4
_WARM_UP = 0.01
_DECAY = 0.998
_BATCH, _SORTED = 64, 512
# Sentence ends are rare among words, and missing one costs more than a comma.
_MARK_WEIGHTS = (1.0, 1.0, 1.5, 2.0)
# The head's outputs that end a sentence, and by how many words heard after them they are counted.
_FIRST_END = 2
_HEARD_AFTER = (0, 1, 2, 4)
_TOLD_STEPS, _EVALUATED_STEPS = 200, 1000


class Speech(NamedTuple):
    """What is trained on, without end, and what the model is tried with."""

    endless: Iterator[Marked]
    held_out: list[Marked]


def train(
    model: Punctuator,
    speech: Speech,
    minutes: float,
    *,
    bfloat16: bool,
    tell: Callable[[str], None],
) -> dict[str, Tensor]:
    """Train for so many minutes and return the averaged weights. The embeddings stay as they are.

    `tell` is told the loss now and then, and how many sentence ends are found.
    """
    fixed = model.encoder.pieces, model.encoder.positions
    for embedding in fixed:
        embedding.requires_grad_(requires_grad=False)
    embeddings = {name: weight.clone() for name, weight in model.named_parameters() if not weight.requires_grad}
    groups = [Group(("encoder.norm", "encoder.layers", "head"), 1.0)]
    learner = Learner(model, groups, bfloat16=bfloat16, decay=_DECAY)
    model.train()
    began = time.monotonic()
    total = 0.0
    for group in _groups(speech.endless):
        elapsed = (time.monotonic() - began) / 60
        if elapsed >= minutes:
            break
        total += _step(model, group)
        learner.step(rate_at(elapsed, peak=_RATE, warm_up=_WARM_UP * minutes, total=minutes))
        if learner.steps % _TOLD_STEPS == 0:
            tell(f"{elapsed:.1f} min, step {learner.steps}, loss {total / _TOLD_STEPS:.3f}")
            total = 0.0
        if learner.steps % _EVALUATED_STEPS == 0:
            tell(evaluate(model, speech.held_out))
    averaged = embeddings | learner.average
    model.float().load_state_dict(averaged)
    tell(evaluate(model, speech.held_out))
    return averaged


def _groups(source: Iterator[Marked]) -> Iterator[list[Marked]]:
    """Yield batches of stretches of similar length, in any order."""
    while True:
        stretch = sorted((next(source) for _ in range(_SORTED)), key=lambda one: len(one.pieces))
        groups = [stretch[start : start + _BATCH] for start in range(0, _SORTED, _BATCH)]
        random.shuffle(groups)
        yield from groups


def _step(model: Punctuator, group: Sequence[Marked]) -> float:
    pieces, marks = matrices(group)
    scores = model(pieces).float()
    weights = torch.tensor(_MARK_WEIGHTS)
    loss = functional.cross_entropy(scores.flatten(0, 1), marks.flatten(), weights, ignore_index=IGNORE)
    torch.autograd.backward(loss)
    return float(loss.detach())


@torch.no_grad()
def evaluate(model: Punctuator, held_out: Sequence[Marked]) -> str:
    """Return precision and recall of sentence ends by how many words were heard after them."""
    model.eval()
    counts = {after: [0, 0, 0] for after in _HEARD_AFTER}
    for start in range(0, len(held_out), _BATCH):
        pieces, marks = matrices(held_out[start : start + _BATCH])
        said = torch.softmax(model(pieces).float(), -1)[..., _FIRST_END:].sum(-1) > 0.5
        for row_said, row in zip(said, marks, strict=True):
            words = (row != IGNORE).nonzero().flatten().flip(0)
            for after, place in enumerate(words.tolist()):
                found, is_end = bool(row_said[place]), int(row[place]) >= _FIRST_END
                group = counts[max(key for key in _HEARD_AFTER if key <= after)]
                for index, counted in enumerate((found and is_end, found, is_end)):
                    group[index] += counted
    model.train()
    return ", ".join(
        f"{after} behind: P {both / max(said_, 1):.2f} R {both / max(true, 1):.2f}"
        for after, (both, said_, true) in counts.items()
    )
