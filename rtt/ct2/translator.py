"""A translation model: text to text, beginning with what readers have seen where the model still believes in it."""

import math
import time
from collections.abc import Sequence

import ctranslate2

from rtt import text as text_rules
from rtt.catalog import Model
from rtt.ct2.decoder import Decoder, DecoderOptions
from rtt.ct2.hardware import Hardware
from rtt.ct2.tokeniser import check_vocabulary, load_tokeniser
from rtt.engine import Hypothesis, Job, Timing
from rtt.errors import ModelError

# An answer that ends here with this probability ends here: no other token can be more likely.
_CERTAIN = math.log(0.5)
# Texts made of the model's own words, to try it with: how many, and of how many words each.
_TRIALS = 4
_TRIAL_WORDS = 8


class Translator:
    """One model and its tokenisers. Raises ModelError where they cannot be loaded."""

    def __init__(self, model: Model, hardware: Hardware, *, prefill: bool = True, max_tokens: int = 4096) -> None:
        manifest = model.manifest
        # The end of the text takes a place of its own.
        self._size = manifest.options.max_input_tokens - 1
        self._source = load_tokeniser(model, manifest.tokeniser.source)
        self._target = load_tokeniser(model, manifest.tokeniser.target)
        check_vocabulary(model, "source", self._source)
        vocabulary = check_vocabulary(model, "target", self._target)
        try:
            translator = ctranslate2.Translator(str(model.folder), **hardware.options)
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{model.folder}: {error}") from error
        options = DecoderOptions(
            beam_size=manifest.options.beam_size,
            max_output_ratio=manifest.options.max_output_ratio,
            max_tokens=max_tokens,
            prefill=prefill,
        )
        self._decoder = Decoder(translator, options, vocabulary)

    @property
    def prefill(self) -> bool:
        """Whether the prefix of an answer is run in one pass where that is cheaper."""
        return self._decoder.prefill

    def check(self) -> None:
        """Translate a few texts, in every way that is used later. Raises TranslationError."""
        self.translate([Job("", "1", "", final=True)])
        words = [p for n in range(self._source.vocab_size()) if (p := self._source.id_to_piece(n))[1:].isalpha()]
        words = [word for word in words if word.startswith("▁")]
        every = max(1, len(words) // (_TRIALS * _TRIAL_WORDS))
        spread = words[::every][: _TRIALS * _TRIAL_WORDS]
        self._decoder.check([spread[start::_TRIALS] for start in range(_TRIALS)])

    def translate(self, jobs: Sequence[Job]) -> list[Hypothesis]:
        """Answer each job. A text that is longer than the encoder is translated in parts: nothing of it is lost."""
        started = time.perf_counter()
        texts = [text_rules.split_emoji(job.text) for job in jobs]
        sources: list[list[str]] = self._source.encode([text for text, _ in texts], out_type=str)
        prefixes: list[list[str]] = self._target.encode([job.prefix for job in jobs], out_type=str)
        drafts: list[list[str]] = self._target.encode([job.prefix + job.draft for job in jobs], out_type=str)
        tokenised = time.perf_counter()
        answers, sure = self._answers(jobs, sources, prefixes, drafts)
        translated = time.perf_counter()
        decoded = [self._target.decode(parts) for parts in answers]
        certain = [self._target.decode(tokens) for tokens in sure]
        tokenise_s = tokenised - started + time.perf_counter() - translated
        timing = Timing(tokenise_s=tokenise_s, translate_s=translated - tokenised, batch=len(jobs))
        return [
            Hypothesis(" ".join(filter(None, [text_rules.join(parts), emoji.strip()])), words, timing)
            for parts, words, (_, emoji) in zip(decoded, certain, texts, strict=True)
        ]

    def _answers(
        self,
        jobs: Sequence[Job],
        sources: Sequence[list[str]],
        prefixes: Sequence[list[str]],
        drafts: Sequence[list[str]],
    ) -> tuple[list[list[list[str]]], list[list[str]]]:
        """Return the tokens of each answer, in one or more parts, and those that it begins with and that are sure."""
        starts, sure, ended = self._verified(jobs, sources, prefixes, drafts)
        answers = [[start] if index in ended else [] for index, start in enumerate(starts)]
        parts = [
            (owner, part, [] if number else starts[owner])
            for owner, source in enumerate(sources)
            if owner not in ended
            for number, part in enumerate(self._parts(source))
        ]
        decoded = self._decoder.decode([part for _, part, _ in parts], [prefix for _, _, prefix in parts])
        for (owner, _, _), answer in zip(parts, decoded, strict=True):
            answers[owner].append(answer)
        return answers, sure

    def _verified(
        self,
        jobs: Sequence[Job],
        sources: Sequence[list[str]],
        prefixes: Sequence[list[str]],
        drafts: Sequence[list[str]],
    ) -> tuple[list[list[str]], list[list[str]], set[int]]:
        """Return what each answer begins with, the prefix and what of the draft the model believes in.

        And what of that is sure, and which of them are all of the answer.
        """
        starts, sure, ended = list(prefixes), list(prefixes), set()
        drafted = [i for i, job in enumerate(jobs) if job.draft and len(sources[i]) <= self._size and drafts[i]]
        scores = self._decoder.score([sources[i] for i in drafted], [drafts[i] for i in drafted])
        for i, score in zip(drafted, scores, strict=True):
            fixed = len(prefixes[i])
            kept = _believed(drafts[i], score, fixed, jobs[i].trust)
            starts[i] = drafts[i][:kept]
            sure[i] = drafts[i][: min(kept, _believed(drafts[i], score, fixed, jobs[i].sure))]
            if fixed < kept == len(drafts[i]) and score[kept] > _CERTAIN:
                ended.add(i)
        return starts, sure, ended

    def _parts(self, source: list[str]) -> list[list[str]]:
        return [source[start : start + self._size] for start in range(0, len(source), self._size)] or [[]]


def _believed(draft: Sequence[str], score: Sequence[float], fixed: int, least: float) -> int:
    """Return how many tokens of a draft are as likely as they must be: those fixed, and whole words after them."""
    threshold = math.log(least) if least else -math.inf
    believed = next((n for n in range(fixed, len(draft)) if score[n] < threshold), len(draft))
    while fixed < believed < len(draft) and not draft[believed].startswith("▁"):
        believed -= 1
    return believed
