"""Decoding of tokens, each answer with a prefix of its own: in a batch, or a prefix in one pass where that is cheaper.

A forced prefix costs a decoder step for each token. CTranslate2 runs it in one pass where it is asked for the
alternatives after it (`return_alternatives`, with one alternative), text by text. That way never ends an answer right
after its prefix, so it is told of another end token, and stopped when the model's own comes.
"""

import time
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import ctranslate2

from rtt.ct2.costs import Costs
from rtt.errors import TranslationError

_END = "</s>"
# Never in an answer: what begins one, and what fills up a batch.
_UNUSED = ("<s>", "<pad>")
# How long an answer may go on after its prefix, however short its source.
_ALLOWANCE = 10


@dataclass(frozen=True, slots=True)
class DecoderOptions:
    """How a model's answers are decoded."""

    beam_size: int = 1
    max_output_ratio: float = 1.6
    """Longest answer in tokens for each token of the source."""
    max_tokens: int = 4096
    """Most tokens of a batch, padding included; a larger one is split."""
    prefill: bool = True
    """Whether prefixes may be run in one pass. Beams cannot."""


class Decoder:
    """The decoder of one model. Several threads may use it: an average that misses a measurement is as good."""

    def __init__(self, model: ctranslate2.Translator, options: DecoderOptions, vocabulary: Collection[str]) -> None:
        self.model = model
        self._options = options
        self._unused = [token for token in _UNUSED if token in vocabulary]
        self._costs = Costs()
        self.prefill = options.prefill and options.beam_size == 1 and bool(self._unused) and _END in vocabulary

    def of(self, model: Any) -> "Decoder":  # noqa: ANN401 - a ctranslate2.Translator, or what has its methods
        """Return a decoder of a model that stands before this one's, whose costs are the same."""
        other = copy(self)
        other.model = model
        return other

    def decode(self, sources: Sequence[list[str]], prefixes: Sequence[list[str]]) -> list[list[str]]:
        """Return the answer to each source, its prefix included. Raises TranslationError."""
        order = sorted(range(len(sources)), key=lambda index: -len(prefixes[index]))
        count = self._costs.prefills([len(prefixes[index]) for index in order]) if self.prefill else 0
        answers = {index: self._prefilled(sources[index], prefixes[index]) for index in order[:count]}
        if rest := order[count:]:
            batch = self._batched([sources[index] for index in rest], [prefixes[index] for index in rest])
            answers.update(zip(rest, batch, strict=True))
        return [answers[index] for index in range(len(sources))]

    def check(self, sources: Sequence[list[str]]) -> None:
        """Compare both ways on some sources; a model for which they differ has its prefixes decoded step by step.

        So measures what either costs. Raises TranslationError.
        """
        if not self.prefill:
            return
        self._batched(sources, [[]] * len(sources))
        if not all(self.goes_on(source, in_one_pass=True) for source in sources):
            self.prefill = False

    def goes_on(self, source: list[str], *, in_one_pass: bool) -> bool:
        """Tell whether an answer goes on after its first half, where that is forced, as it does without.

        Raises TranslationError.
        """
        free = self._batched([source], [[]])[0]
        half = free[: max(1, len(free) // 2)]
        again = self._prefilled(source, half) if in_one_pass else self._batched([source], [half])[0]
        # One that never ends is cut, and later where it has a prefix.
        return free == (again[: len(free)] if len(free) >= self._limit(source, []) else again)

    def score(self, sources: Sequence[list[str]], drafts: Sequence[list[str]]) -> list[list[float]]:
        """Return the log-probability of each token of the drafts and of the end after them. Raises TranslationError."""
        if not sources:
            return []
        try:
            scores = self.model.score_batch(
                sources, drafts, max_batch_size=self._options.max_tokens, batch_type="tokens"
            )
        except (RuntimeError, ValueError) as error:
            raise TranslationError(str(error)) from error
        return [score.log_probs for score in scores]

    def _batched(self, sources: Sequence[list[str]], prefixes: Sequence[list[str]]) -> list[list[str]]:
        started = time.perf_counter()
        try:
            results = self.model.translate_batch(
                sources,
                target_prefix=prefixes if any(prefixes) else None,
                beam_size=self._options.beam_size,
                max_decoding_length=max(map(self._limit, sources, prefixes)),
                max_batch_size=self._options.max_tokens,
                batch_type="tokens",
            )
        except (RuntimeError, ValueError) as error:
            raise TranslationError(str(error)) from error
        answers: list[list[str]] = [result.hypotheses[0] for result in results]
        self._costs.saw_batch(len(answers), max(map(len, answers)) + 1, time.perf_counter() - started)
        return answers

    def _prefilled(self, source: list[str], prefix: list[str]) -> list[str]:
        started = time.perf_counter()
        try:
            (result,) = self.model.translate_batch(
                [source],
                target_prefix=[prefix],
                beam_size=1,
                max_decoding_length=self._limit(source, prefix),
                return_alternatives=True,
                num_hypotheses=1,
                end_token=self._unused,
                callback=_ends,
            )
        except (RuntimeError, ValueError) as error:
            raise TranslationError(str(error)) from error
        answer: list[str] = result.hypotheses[0]
        if _END in answer[len(prefix) :]:
            answer = answer[: answer.index(_END, len(prefix))]
        self._costs.saw_prefill(len(answer) - len(prefix) + 1, time.perf_counter() - started)
        return answer

    def _limit(self, source: list[str], prefix: list[str]) -> int:
        return max(int(len(source) * self._options.max_output_ratio), len(prefix)) + _ALLOWANCE


def _ends(step: ctranslate2.GenerationStepResult) -> bool:
    return bool(step.token == _END)
