"""A translation model: text to text, beginning with what readers have seen where the model still believes in it."""

import math
from dataclasses import replace
from collections.abc import Sequence

import ctranslate2

from rtt import text as text_rules
from rtt.catalog import Model
from rtt.ct2.hardware import Hardware
from rtt.ct2.tokeniser import check_vocabulary, load_tokeniser
from rtt.engine import Hypothesis, Job
from rtt.errors import ModelError, TranslationError

# Room for short texts, whose translation may be longer by more than the ratio.
_OUTPUT_ALLOWANCE = 10
import os
_MENDS = int(os.environ.get('MENDS','2'))


class Translator:
    """One model and its tokenisers. Raises ModelError where they cannot be loaded."""

    def __init__(self, model: Model, hardware: Hardware) -> None:
        manifest = model.manifest
        self._options = manifest.options
        # The end of the text takes a place of its own.
        self._size = manifest.options.max_input_tokens - 1
        self._source = load_tokeniser(model, manifest.tokeniser.source)
        self._target = load_tokeniser(model, manifest.tokeniser.target)
        check_vocabulary(model, "source", self._source)
        check_vocabulary(model, "target", self._target)
        try:
            self._model = ctranslate2.Translator(str(model.folder), **hardware.options)
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{model.folder}: {error}") from error

    def translate(self, jobs: Sequence[Job]) -> list[Hypothesis]:
        """Answer each job. A text that is longer than the encoder is translated in parts: nothing of it is lost."""
        texts = [text_rules.split_emoji(job.text) for job in jobs]
        sources = self._source.encode([text for text, _ in texts], out_type=str)
        answers, sure = self._drafted(jobs, sources)
        for _ in range(_MENDS):
            mended = {
                i: draft
                for i, job in enumerate(jobs)
                if job.draft and (draft := _mended(job.prefix + job.draft, answers[i])) != job.prefix + job.draft
            }
            if not mended: break
            again = [replace(jobs[i], draft=draft[len(jobs[i].prefix):]) for i, draft in mended.items()]
            jobs = list(jobs)
            for i, job in zip(mended, again): jobs[i] = job
            a2, s2 = self._drafted(again, [sources[i] for i in mended])
            for i, x, y in zip(mended, a2, s2): answers[i], sure[i] = x, y
        return [
            Hypothesis(" ".join(filter(None, [answer, emoji.strip()])), certain)
            for answer, (_, emoji), certain in zip(answers, texts, sure, strict=True)
        ]

    def _drafted(self, jobs, sources):
        prefixes, sure = self._verified(jobs, sources)
        parts = [
            (owner, part, [] if number else prefixes[owner])
            for owner, source in enumerate(sources)
            for number, part in enumerate(self._parts(source))
        ]
        answers: list[list[str]] = [[] for _ in jobs]
        decoded = self._decode([part for _, part, _ in parts], [prefix for _, _, prefix in parts])
        for (owner, _, _), answer in zip(parts, decoded, strict=True):
            answers[owner].append(answer)
        return [text_rules.join(answer) for answer in answers], [self._target.decode(c) for c in sure]

    def _verified(self, jobs: Sequence[Job], sources: Sequence[list[str]]
    ) -> tuple[list[list[str]], list[list[str]]]:
        """Return the tokens that each answer begins with, and those of them that are sure.

        They are the prefix, and what of the draft the model believes in.
        """
        prefixes: list[list[str]] = self._target.encode([job.prefix for job in jobs], out_type=str)
        drafts = self._target.encode([job.prefix + job.draft for job in jobs], out_type=str)
        drafted = [i for i, job in enumerate(jobs) if job.draft and len(sources[i]) <= self._size and drafts[i]]
        if not drafted:
            return prefixes, prefixes
        try:
            scores = self._model.score_batch([sources[i] for i in drafted], [drafts[i] for i in drafted])
        except (RuntimeError, ValueError) as error:
            raise TranslationError(str(error)) from error
        sure = list(prefixes)
        for i, score in zip(drafted, scores, strict=True):
            log_probs = score.log_probs[: len(drafts[i])]
            fixed = len(prefixes[i])
            prefixes[i] = drafts[i][: _believed(drafts[i], log_probs, fixed, jobs[i].trust)]
            sure[i] = drafts[i][: _believed(drafts[i], log_probs, fixed, jobs[i].sure)]
        return prefixes, sure

    def _parts(self, source: list[str]) -> list[list[str]]:
        return [source[start : start + self._size] for start in range(0, len(source), self._size)] or [[]]

    def _decode(self, sources: list[list[str]], prefixes: list[list[str]]) -> list[str]:
        limit = int(max(map(len, sources)) * self._options.max_output_ratio) + _OUTPUT_ALLOWANCE
        try:
            results = self._model.translate_batch(
                sources,
                target_prefix=prefixes if any(prefixes) else None,
                beam_size=self._options.beam_size,
                max_decoding_length=max(limit, max(map(len, prefixes)) + _OUTPUT_ALLOWANCE),
            )
        except (RuntimeError, ValueError) as error:
            raise TranslationError(str(error)) from error
        return [self._target.decode(result.hypotheses[0]) for result in results]


def _believed(draft: Sequence[str], log_probs: Sequence[float], fixed: int, least: float) -> int:
    """Return how many tokens of a draft are as likely as they must be, in whole words, beginning with those fixed."""
    threshold = math.log(least) if least else -math.inf
    believed = next((n for n in range(fixed, len(draft)) if log_probs[n] < threshold), len(draft))
    while fixed < believed < len(draft) and not draft[believed].startswith("▁"):
        believed -= 1
    return believed


def _mended(draft: str, answer: str) -> str:
    """Return a draft with the marks and capitals of an answer in the words that both begin with."""
    drafted, answered = text_rules.units(draft), text_rules.units(answer)
    same = 0
    for one, other in zip(drafted, answered, strict=False):
        if text_rules.key(one) != text_rules.key(other): break
        same += 1
    if same == len(drafted): return draft
    return "".join(answered[:same] + drafted[same:])
