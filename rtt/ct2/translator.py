"""A translation model: text to text, beginning with what readers have seen where the model still believes in it."""

import time
from collections.abc import Sequence
from operator import attrgetter

import ctranslate2

from rtt import text as text_rules
from rtt.catalog import Model
from rtt.ct2.decoder import Decoder, DecoderOptions
from rtt.ct2.drafts import Task, Way, ways, worth
from rtt.ct2.hardware import Hardware
from rtt.ct2.question import Question
from rtt.ct2.tokeniser import check_vocabulary, encoded, load_tokeniser, reads
from rtt.engine import Hypothesis, Job, Timing
from rtt.errors import ModelError

# Texts made of the model's own words, to try it with: how many, and of how many words each.
_TRIALS = 4
_TRIAL_WORDS = 8


class Translator:
    """One model and its tokenisers. Raises ModelError where they cannot be loaded."""

    def __init__(self, model: Model, hardware: Hardware, *, prefill: bool = True, max_tokens: int = 4096) -> None:
        manifest = model.manifest
        self._language = manifest.target
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

    def goes_on(self, text: str, *, in_one_pass: bool) -> bool:
        """Tell whether a text's answer goes on after its forced first half as without. Raises TranslationError."""
        return self._decoder.goes_on(encoded(self._source, text), in_one_pass=in_one_pass)

    def translate(self, jobs: Sequence[Job]) -> list[Hypothesis]:
        """Answer each job. A text that is longer than the encoder is translated in parts: nothing of it is lost.

        A text in a script that the model cannot read stays as it is: what it would make up is no translation.
        """
        started = time.perf_counter()
        texts = [text_rules.split_emoji(text_rules.plain_fractions(job.text)) for job in jobs]
        sources = [encoded(self._source, text) for text, _ in texts]
        answers = {number: Hypothesis(job.text) for number, job in enumerate(jobs)}
        readable = [n for n, (text, _) in enumerate(texts) if reads(self._source, text, sources[n])]
        if readable:
            translated = self._translate(
                [jobs[n] for n in readable], [texts[n] for n in readable], [sources[n] for n in readable], started
            )
            answers.update(zip(readable, translated, strict=True))
        return list(answers.values())

    def _translate(
        self, jobs: Sequence[Job], texts: Sequence[tuple[str, str]], sources: Sequence[list[str]], started: float
    ) -> list[Hypothesis]:
        prefixes = [encoded(self._target, job.prefix) for job in jobs]
        drafts = [encoded(self._target, job.prefix + job.draft) for job in jobs]
        tasks = [Task(*of_one) for of_one in zip(jobs, sources, prefixes, drafts, strict=True)]
        tokenised = time.perf_counter()
        self._score(tasks)
        answers = self._answers(tasks)
        translated = time.perf_counter()
        said = [
            (self._begun(job, self._text(answer)), self._begun(job, self._said(self._sure(answer))))
            for job, answer in zip(jobs, answers, strict=True)
        ]
        tokenise_s = tokenised - started + time.perf_counter() - translated
        timing = Timing(tokenise_s=tokenise_s, translate_s=translated - tokenised, batch=len(jobs))
        # Emoji stand at the end, which is not there yet while the sentence is open.
        return [
            Hypothesis(" ".join(filter(None, [text, emoji.strip() if job.final else ""])), sure, timing)
            for job, (text, sure), (_, emoji) in zip(jobs, said, texts, strict=True)
        ]

    def _score(self, tasks: Sequence[Task]) -> None:
        """Have the model say what it thinks of the drafts of finished sentences."""
        drafted = [task for task in tasks if task.job.final and task.job.draft and self._fits(task)]
        scores = self._decoder.score([task.source for task in drafted], [task.draft for task in drafted])
        for task, score in zip(drafted, scores, strict=True):
            task.score = score

    def _answers(self, tasks: Sequence[Task]) -> list[Way]:
        """Return the best way to answer each task."""
        tried = [ways(task) for task in tasks]
        self._decode([way for of_one in tried for way in of_one])
        for of_one in tried:
            if len(of_one) > 1:
                for way in of_one:
                    way.worth = worth(way.task.job, self._text(way), way.scores)
        return [max(of_one, key=attrgetter("worth")) for of_one in tried]

    def _decode(self, undecoded: Sequence[Way]) -> None:
        asked = [(way, question) for way in undecoded if not way.ended for question in self._questions(way)]
        for (way, _), answer in zip(asked, self._decoder.decode([question for _, question in asked]), strict=True):
            way.parts.append(answer)

    def _questions(self, way: Way) -> list[Question]:
        if self._fits(way.task):
            return [Question(way.task.source, way.start, way.task.draft, way.least)]
        first, *others = self._parts(way.task.source)
        return [Question(first, way.start), *map(Question, others)]

    def _sure(self, way: Way) -> list[str]:
        """Return what is sure of an answer: of a finished sentence's, whose ways are compared, nothing is."""
        task = way.task
        return task.prefix if task.job.final or not self._fits(task) else task.sure(way.parts[0])

    def _text(self, way: Way) -> str:
        parts = [part.tokens for part in way.parts] or [way.start]
        return text_rules.join(map(self._said, parts))

    def _begun(self, job: Job, answer: str) -> str:
        """Return an answer with its first letter as the text's, where readers have not seen it yet."""
        return answer if job.prefix else text_rules.begun_like(job.text, answer)

    def _said(self, tokens: list[str]) -> str:
        return text_rules.with_own_marks(self._target.decode(tokens), self._language)

    def _fits(self, task: Task) -> bool:
        return len(task.source) <= self._size

    def _parts(self, source: list[str]) -> list[list[str]]:
        return [source[start : start + self._size] for start in range(0, len(source), self._size)]
