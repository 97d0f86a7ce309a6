"""A translation model: text to text, beginning with what readers have seen where the model still believes in it."""

import math
from collections.abc import Sequence

import ctranslate2

from rtt import text as text_rules
from rtt.catalog import Model
from rtt.ct2.hardware import Hardware
from rtt.ct2.tokeniser import check_vocabulary, load_tokeniser, reads
from rtt.engine import Hypothesis, Job
from rtt.errors import ModelError, TranslationError

# Room for short texts, whose translation may be longer by more than the ratio.
_OUTPUT_ALLOWANCE = 10


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
        """Answer each job. A text that is longer than the encoder is translated in parts: nothing of it is lost.

        A text in a script that the model cannot read stays as it is: what it would make up is no translation.
        """
        answers = {number: Hypothesis(job.text) for number, job in enumerate(jobs)}
        readable = [n for n, job in enumerate(jobs) if reads(self._source, text_rules.split_emoji(job.text)[0])]
        if readable:
            answers.update(zip(readable, self._translate([jobs[n] for n in readable]), strict=True))
        return list(answers.values())

    def _translate(self, jobs: Sequence[Job]) -> list[Hypothesis]:
        texts = [text_rules.split_emoji(job.text) for job in jobs]
        sources = self._source.encode([text for text, _ in texts], out_type=str)
        prefixes = self._verified(jobs, sources)
        parts = [
            (owner, part, [] if number else prefixes[owner])
            for owner, source in enumerate(sources)
            for number, part in enumerate(self._parts(source))
        ]
        answers: list[list[str]] = [[] for _ in jobs]
        decoded = self._decode([part for _, part, _ in parts], [prefix for _, _, prefix in parts])
        for (owner, _, _), answer in zip(parts, decoded, strict=True):
            answers[owner].append(answer)
        # Emoji stand at the end, which is not there yet while the sentence is open.
        return [
            Hypothesis(" ".join(filter(None, [text_rules.join(answer), emoji.strip() if job.final else ""])))
            for job, answer, (_, emoji) in zip(jobs, answers, texts, strict=True)
        ]

    def _verified(self, jobs: Sequence[Job], sources: Sequence[list[str]]) -> list[list[str]]:
        """Return the tokens that each answer begins with: the prefix, and what of the draft the model believes in."""
        prefixes: list[list[str]] = self._target.encode([job.prefix for job in jobs], out_type=str)
        drafts = self._target.encode([job.prefix + job.draft for job in jobs], out_type=str)
        drafted = [i for i, job in enumerate(jobs) if job.draft and len(sources[i]) <= self._size and drafts[i]]
        if not drafted:
            return prefixes
        try:
            scores = self._model.score_batch([sources[i] for i in drafted], [drafts[i] for i in drafted])
        except (RuntimeError, ValueError) as error:
            raise TranslationError(str(error)) from error
        for i, score in zip(drafted, scores, strict=True):
            least = math.log(jobs[i].trust) if jobs[i].trust else -math.inf
            kept = next((n for n, p in enumerate(score.log_probs) if p < least), len(drafts[i]))
            kept = min(kept, len(drafts[i]))
            while len(prefixes[i]) < kept < len(drafts[i]) and not drafts[i][kept].startswith("▁"):
                kept -= 1
            if kept > len(prefixes[i]):
                prefixes[i] = drafts[i][:kept]
        return prefixes

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
