"""The models at work: SentencePiece and CTranslate2, on CPU or GPU. The only import of either."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import ctranslate2
import orjson
import sentencepiece

from rtt import text as text_rules
from rtt.catalog import Catalog, Model
from rtt.config import Device
from rtt.engine import Hypothesis, Job
from rtt.errors import ConfigError, ModelError, TranslationError

# Room for short texts, whose translation may be longer by more than the ratio.
_OUTPUT_ALLOWANCE = 10


@dataclass(frozen=True, slots=True)
class Hardware:
    """A device that is there, and how it computes."""

    device: str
    compute_type: str
    workers: int


def choose_hardware(device: Device, compute_type: str, workers: int) -> Hardware:
    """Turn wishes into what this machine has; `compute_type` may be "auto" and `workers` 0. Raises ConfigError."""
    gpus = ctranslate2.get_cuda_device_count()
    if device is Device.CUDA and not gpus:
        raise ConfigError("device: cuda; no CUDA device is visible here; use cpu or auto")
    chosen = "cuda" if gpus and device is not Device.CPU else "cpu"
    # int8 is fastest on CPU; on GPU float16 beats it for models of this size.
    wanted = ("float16" if chosen == "cuda" else "int8") if compute_type == "auto" else compute_type
    supported = ctranslate2.get_supported_compute_types(chosen)
    if wanted not in supported:
        raise ConfigError(f"compute_type: {wanted}; {chosen} supports {', '.join(sorted(supported))}")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Hardware(chosen, wanted, workers or cores)


class _LoadedModel:
    """One model and its tokenisers."""

    def __init__(self, model: Model, hardware: Hardware) -> None:
        model.verify()
        manifest = model.manifest
        self._options = manifest.options
        self._source = _tokeniser(model, manifest.tokeniser.source)
        self._target = _tokeniser(model, manifest.tokeniser.target)
        _check_vocabulary(model, "source", self._source)
        _check_vocabulary(model, "target", self._target)
        try:
            # One thread a translation and one translation a core serves more text than the other way round.
            self._translator = ctranslate2.Translator(
                str(model.folder),
                device=hardware.device,
                compute_type=hardware.compute_type,
                inter_threads=hardware.workers,
                intra_threads=1,
            )
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{model.folder}: {error}") from error

    def translate(self, jobs: Sequence[Job]) -> list[Hypothesis]:
        """Answer each job. A text that is longer than the encoder is translated in parts: nothing of it is lost."""
        texts = [text_rules.split_emoji(job.text) for job in jobs]
        sources = self._source.encode([text for text, _ in texts], out_type=str)
        prefixes = self._target.encode([job.prefix for job in jobs], out_type=str)
        parts = [
            (owner, part, [] if number else prefixes[owner])
            for owner, source in enumerate(sources)
            for number, part in enumerate(self._parts(source))
        ]
        answers: list[list[str]] = [[] for _ in jobs]
        decoded = self._decode([part for _, part, _ in parts], [prefix for _, _, prefix in parts])
        for (owner, _, _), answer in zip(parts, decoded, strict=True):
            answers[owner].append(answer)
        return [
            Hypothesis(" ".join(filter(None, [text_rules.join(answer), emoji.strip()])))
            for answer, (_, emoji) in zip(answers, texts, strict=True)
        ]

    def _parts(self, source: list[str]) -> list[list[str]]:
        # The end of the text takes a place of its own.
        size = self._options.max_input_tokens - 1
        return [source[start : start + size] for start in range(0, len(source), size)] or [[]]

    def _decode(self, sources: list[list[str]], prefixes: list[list[str]]) -> list[str]:
        limit = int(max(map(len, sources)) * self._options.max_output_ratio) + _OUTPUT_ALLOWANCE
        try:
            results = self._translator.translate_batch(
                sources,
                target_prefix=prefixes if any(prefixes) else None,
                beam_size=self._options.beam_size,
                max_decoding_length=max(limit, max(map(len, prefixes)) + _OUTPUT_ALLOWANCE),
            )
        except (RuntimeError, ValueError) as error:
            raise TranslationError(str(error)) from error
        return [self._target.decode(result.hypotheses[0]) for result in results]


class Ct2Backend:
    """Every model of a catalogue, loaded."""

    def __init__(self, catalog: Catalog, hardware: Hardware) -> None:
        self._catalog = catalog
        self._hardware = hardware
        self._models: dict[str, _LoadedModel] = {}

    def load(self) -> None:
        """Check and load the models, and translate once with each. Raises ModelError."""
        for name, model in self._catalog.models.items():
            loaded = _LoadedModel(model, self._hardware)
            try:
                loaded.translate([Job(name, "1", "", final=True)])
            except TranslationError as error:
                raise ModelError(f"{model.folder}: the model does not translate: {error}") from error
            self._models[name] = loaded

    def translate_batch(self, jobs: Sequence[Job]) -> list[Hypothesis]:
        """Answer each job, in order, with one call for each model. Raises TranslationError."""
        answers: dict[int, Hypothesis] = {}
        order = sorted(range(len(jobs)), key=lambda index: jobs[index].model)
        for name, group in groupby(order, key=lambda index: jobs[index].model):
            indices = list(group)
            translated = self._models[name].translate([jobs[index] for index in indices])
            answers.update(zip(indices, translated, strict=True))
        return [answers[index] for index in range(len(jobs))]


def _tokeniser(model: Model, name: str) -> Any:  # noqa: ANN401 - its types leave out the overloads used here
    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(model.folder / name))
    except (RuntimeError, OSError) as error:
        raise ModelError(f"{model.folder}: tokeniser {name} cannot be read: {error}") from error


def _check_vocabulary(model: Model, side: str, tokeniser: Any) -> None:  # noqa: ANN401
    """Compare the tokeniser's pieces with the model's vocabulary."""
    path = next(
        (p for p in (model.folder / f"{side}_vocabulary.json", model.folder / "shared_vocabulary.json") if p.is_file()),
        None,
    )
    if path is None:
        raise ModelError(f"{model.folder}: file {side}_vocabulary.json is missing")
    try:
        vocabulary = set(orjson.loads(path.read_bytes()))
    except (orjson.JSONDecodeError, TypeError) as error:
        raise ModelError(f"{path}: {error}") from error
    pieces = {tokeniser.id_to_piece(index) for index in range(tokeniser.vocab_size())}
    if unknown := pieces - vocabulary:
        raise ModelError(
            f"{path}: {len(unknown)} of the {len(pieces)} pieces of the {side} tokeniser are not in the vocabulary, "
            f"such as {min(unknown)!r}: they do not belong together"
        )
