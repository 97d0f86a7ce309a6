"""Decoding of tokens, each answer with a prefix of its own: in a batch, or a prefix in one pass where that is cheaper.

A forced prefix costs a decoder step for each token. CTranslate2 runs it in one pass where it is asked for the
alternatives after it (`return_alternatives`, with one alternative), text by text. That way never ends an answer right
after its prefix, so it is told of another end token, and stopped when the model's own comes.

An earlier answer is not judged before a new one is decoded, but beside it: only where the model leaves it, and thinks
it likely all the same, is the rest decoded again after it.
"""

import math
import time
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import ctranslate2

from rtt.ct2.costs import Costs
from rtt.ct2.odds import Odds
from rtt.ct2.question import END, Attempt, Decoded, Question
from rtt.errors import TranslationError

# Never in an answer: what begins one, and what fills up a batch.
_UNUSED = ("<s>", "<pad>")
# Where more than so many texts are asked at once, a draft that is left is let go: all would wait for another pass.
_FEW = 4
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

    def __init__(self, model: ctranslate2.Translator, options: DecoderOptions, vocabulary: Mapping[str, int]) -> None:
        """`vocabulary`: the number of each token of the target language."""
        self.model = model
        self._options = options
        self._vocabulary = vocabulary
        self._unused = [token for token in _UNUSED if token in vocabulary]
        self._costs = Costs()
        self.prefill = options.prefill and options.beam_size == 1 and bool(self._unused) and END in vocabulary

    def of(self, model: Any) -> "Decoder":  # noqa: ANN401 - a ctranslate2.Translator, or what has its methods
        """Return a decoder of a model that stands before this one's, whose costs are the same."""
        other = copy(self)
        other.model = model
        return other

    def decode(self, questions: Sequence[Question]) -> list[Decoded]:
        """Return the answer to each question. Raises TranslationError."""
        attempts = self._attempts(questions)
        answers = [attempt.decoded() for attempt in attempts]
        again = [n for n, attempt in enumerate(attempts) if attempt.keeps_draft] if len(questions) <= _FEW else []
        if again:
            rests = self.decode([questions[n].keeping(attempts[n].left + 1) for n in again])
            for n, rest in zip(again, rests, strict=True):
                answers[n] = attempts[n].going_on(rest)
        return answers

    def check(self, sources: Sequence[list[str]]) -> None:
        """Compare both ways on some sources; a model for which they differ has its prefixes decoded step by step.

        So measures what either costs. Raises TranslationError.
        """
        if not self.prefill:
            return
        self._batched([Question(source) for source in sources])
        if not all(self.goes_on(source, in_one_pass=True) for source in sources):
            self.prefill = False

    def goes_on(self, source: list[str], *, in_one_pass: bool) -> bool:
        """Tell whether an answer goes on after its first half, where that is forced, as it does without.

        Raises TranslationError.
        """
        (free,) = self._batched([Question(source)])
        half = Question(source, free.tokens[: max(1, len(free.tokens) // 2)])
        again = self._prefilled(half) if in_one_pass else self._batched([half])[0]
        answer = half.prefix + again.tokens
        # One that never ends is cut, and later where it has a prefix.
        return free.tokens == (answer if END in free.tokens else answer[: len(free.tokens)])

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

    def _attempts(self, questions: Sequence[Question]) -> list[Attempt]:
        order = sorted(range(len(questions)), key=lambda index: -len(questions[index].prefix))
        count = self._costs.prefills([len(questions[index].prefix) for index in order]) if self.prefill else 0
        attempts = {index: self._prefilled(questions[index]) for index in order[:count]}
        if rest := order[count:]:
            attempts.update(zip(rest, self._batched([questions[index] for index in rest]), strict=True))
        return [attempts[index] for index in range(len(questions))]

    def _batched(self, questions: Sequence[Question]) -> list[Attempt]:
        started = time.perf_counter()
        prefixes = [question.prefix for question in questions]
        drafted = any(question.draft for question in questions)
        greedy = self._options.beam_size == 1
        results = self._translate(
            questions,
            target_prefix=prefixes if any(prefixes) else None,
            beam_size=self._options.beam_size,
            max_batch_size=self._options.max_tokens,
            batch_type="tokens",
            return_logits_vocab=drafted and greedy,
        )
        answers: list[list[str]] = [result.hypotheses[0] for result in results]
        self._costs.saw_batch(len(answers), max(1, *map(len, answers)), time.perf_counter() - started)
        if drafted and not greedy:
            return self._scored(questions, answers)
        return [
            self._attempt(question, answer[len(question.prefix) :], result.logits[0] if result.logits else [])
            for question, answer, result in zip(questions, answers, results, strict=True)
        ]

    def _prefilled(self, question: Question) -> Attempt:
        started = time.perf_counter()
        (result,) = self._translate(
            [question],
            target_prefix=[question.prefix],
            beam_size=1,
            return_alternatives=True,
            num_hypotheses=1,
            end_token=self._unused,
            callback=_ends,
            return_scores=True,
            return_logits_vocab=bool(question.draft),
        )
        tokens: list[str] = result.hypotheses[0][len(question.prefix) :]
        self._costs.saw_prefill(len(tokens), time.perf_counter() - started)
        return self._attempt(question, tokens, result.logits[0][1:] if result.logits else [], result.scores[0])

    def _attempt(
        self, question: Question, tokens: list[str], logits: Sequence[ctranslate2.StorageView], score: float = 0.0
    ) -> Attempt:
        """Return what was decoded after a prefix.

        After one that was run in one pass the first token has no logits; the `score` of the answer is then its
        log-probability and the mean of the others'.
        """
        said = tokens[: tokens.index(END) + 1] if END in tokens else tokens
        if not (question.draft and tokens):
            return Attempt(question, said, [])
        odds = Odds(logits[-len(tokens) :])
        hidden = len(tokens) - len(odds)
        scores = [odds.of(n, self._vocabulary[token]) for n, token in enumerate(tokens[hidden:])]
        if hidden:
            scores.insert(0, score - sum(scores) / max(1, len(scores)))

        def other(place: int, token: str) -> float:
            if place >= hidden:
                return odds.of(place - hidden, self._vocabulary.get(token, 0))
            if math.exp(scores[0]) + math.exp(question.least) > 1:
                return -math.inf
            return self.score([question.source], [[*question.prefix, token]])[0][-2]

        return Attempt(question, said, scores[: len(said)]).held_against_draft(other)

    def _scored(self, questions: Sequence[Question], answers: Sequence[list[str]]) -> list[Attempt]:
        """Return answers that were searched with beams: they keep to their prefix only."""
        said = [[token for token in answer if token != END] for answer in answers]
        scores = self.score([question.source for question in questions], said)
        return [
            Attempt(question, answer[len(question.prefix) :], score[len(question.prefix) :])
            for question, answer, score in zip(questions, answers, scores, strict=True)
        ]

    def _translate(self, questions: Sequence[Question], **options: Any) -> Any:  # noqa: ANN401 - as CTranslate2 has it
        try:
            return self.model.translate_batch(
                [question.source for question in questions],
                max_decoding_length=max(map(self._limit, questions)),
                return_end_token=True,
                **options,
            )
        except (RuntimeError, ValueError) as error:
            raise TranslationError(str(error)) from error

    def _limit(self, question: Question) -> int:
        return max(int(len(question.source) * self._options.max_output_ratio), len(question.prefix)) + _ALLOWANCE


def _ends(step: ctranslate2.GenerationStepResult) -> bool:
    return bool(step.token == END)
