"""A translation model of many languages: told in tokens which it reads and which it writes."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, NamedTuple

from rtt.catalog import MANIFEST, Model, TagPlace
from rtt.ct2.hardware import Hardware
from rtt.ct2.tokeniser import read_vocabulary
from rtt.ct2.translator import Translator
from rtt.errors import ModelError


class MultilingualTranslator(Translator):
    """One model of many languages; by itself it translates from its manifest's `source` to its `target`.

    Raises ModelError where it cannot be loaded, or a language's token is not in its vocabulary.
    """

    def __init__(self, model: Model, hardware: Hardware, *, prefill: bool = True, max_tokens: int = 4096) -> None:
        super().__init__(model, hardware, prefill=prefill, max_tokens=max_tokens)
        self._manifest = model.manifest
        self._model = self._decoder.model
        _check_tags(model)
        self.use(model.manifest.source, model.manifest.target)

    def of_pair(self, source: str, target: str) -> Translator:
        """Return a translator of another pair over the same weights."""
        other = copy(self)
        other.use(source, target)
        return other

    def use(self, source: str, target: str) -> None:
        """Translate from `source` to `target` from now on."""
        self._language = target
        tags = {*self._manifest.sources.values(), *self._manifest.targets.values()}
        tagged = _Tagged(self._model, *self._manifest.tags(source, target), frozenset(tags))
        # Of the decoder at hand, which knows by now what the model can do.
        self._decoder = self._decoder.of(tagged)


def _check_tags(model: Model) -> None:
    manifest = model.manifest
    inward = manifest.tag_place is TagPlace.INPUT
    places = (("source", "sources", manifest.sources), ("source" if inward else "target", "targets", manifest.targets))
    for side, field, tags in places:
        vocabulary, path = read_vocabulary(model, side)
        if unknown := {tag for tag in tags.values() if tag} - vocabulary.keys():
            raise ModelError(f"{model.folder / MANIFEST}: field {field}: {min(unknown)!r} is not in {path.name}")


class _Answer(NamedTuple):
    hypotheses: list[list[str]]
    scores: list[float]
    logits: list[list[Any]]


class _Score(NamedTuple):
    tokens: list[str]
    log_probs: list[float]


@dataclass(frozen=True, slots=True)
class _Tagged:
    """A CTranslate2 model that puts the tokens of a pair of languages before all it is given, and takes them away.

    Each source is a list of tokens, each target or prefix too; answers are as CTranslate2 gives them.
    """

    model: Any
    input_tags: list[str]
    output_tags: list[str]
    tags: frozenset[str]
    """All that the model knows: a stray one in an answer is no text."""

    def translate_batch(
        self,
        sources: Sequence[list[str]],
        target_prefix: Sequence[list[str]] | None = None,
        *,
        max_decoding_length: int = 256,
        **options: Any,  # noqa: ANN401 - whatever else CTranslate2 can be told
    ) -> list[_Answer]:
        prefixes = [[*self.output_tags, *prefix] for prefix in target_prefix or [[]] * len(sources)]
        results = self.model.translate_batch(
            self._tagged(sources),
            target_prefix=prefixes if any(prefixes) else None,
            max_decoding_length=max_decoding_length + len(self.output_tags),
            **options,
        )
        return [self._untagged(result) for result in results]

    def score_batch(
        self,
        sources: Sequence[list[str]],
        targets: Sequence[list[str]],
        **options: Any,  # noqa: ANN401
    ) -> list[_Score]:
        tagged = [[*self.output_tags, *target] for target in targets]
        scores = self.model.score_batch(self._tagged(sources), tagged, **options)
        skip = len(self.output_tags)
        return [_Score(score.tokens[skip:], score.log_probs[skip:]) for score in scores]

    def _untagged(self, result: Any) -> _Answer:  # noqa: ANN401 - a ctranslate2.TranslationResult
        """Take the tags out of the answer. Its logits are those of its last tokens."""
        tokens, logits = result.hypotheses[0], result.logits[0] if result.logits else []
        before = len(tokens) - len(logits)
        kept = [n for n, token in enumerate(tokens) if token not in self.tags]
        return _Answer([[tokens[n] for n in kept]], result.scores, [[logits[n - before] for n in kept if n >= before]])

    def _tagged(self, sources: Sequence[list[str]]) -> list[list[str]]:
        return [[*self.input_tags, *source] for source in sources]
