"""`export`: a checkpoint into a model that rtt serves."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from models.training.card import card
from models.training.checkpoint import load_checkpoint
from models.training.cli.options import RunFolder
from models.training.corpus import read_pairs
from models.training.errors import TrainingError
from models.training.export import build
from models.training.run import Run
from rtt.catalog import Model
from rtt.cli.measure_model import measure_model
from rtt.cli.models_show import steps, tell_new
from rtt.cli.options import Json
from rtt.convert.check import Outcome, check
from rtt.convert.folder import aside, put_in_place, require_free, seal
from rtt.convert.licence import UNKNOWN
from rtt.convert.samples import samples
from rtt.errors import ModelError
from rtt.measure.model import read_test_set

# Sentences of the development set that it is checked with.
_TRIED = 20


def export(
    folder: RunFolder,
    models: Annotated[Path, typer.Option(help="The folder of models that it goes into.")] = Path("models"),
    checkpoint: Annotated[Path | None, typer.Option(help="Default: the run's averaged weights.")] = None,
    source: Annotated[str | None, typer.Option(help="The source's language; default: as the run was mixed.")] = None,
    target: Annotated[str | None, typer.Option(help="The target's language.")] = None,
    name: Annotated[str | None, typer.Option(help="The model's name; default: its languages, such as en-fr.")] = None,
    licence: Annotated[str, typer.Option(help="The licence of its weights.")] = UNKNOWN,
    sets: Annotated[list[Path] | None, typer.Option(help="Test set for its card; several times.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a model of the same name.")] = False,
    json: Json = False,
) -> None:
    """Write the model as CTranslate2 int8 with its manifest and card, check it, and put it among the models."""
    run = Run(folder)
    summary = run.read_summary() if run.summary.exists() else None
    languages = source or (summary and summary.source) or "en", target or (summary and summary.target) or ""
    if not languages[1]:
        raise TrainingError(f"Expected --target: {run.summary} is not there to tell the language")
    name = name or "-".join(languages)
    pairs = {path: read_test_set(path) for path in sets or []}
    models.mkdir(parents=True, exist_ok=True)
    require_free(models / name, replace=force)
    with steps(name, quiet=json) as tell, aside(models) as room:
        made = room / "model"
        made.mkdir()
        tell("convert")
        weights = load_checkpoint(checkpoint or run.average)
        model = build(weights, run, languages, made)
        manifest = msgspec.structs.replace(model.manifest, name=name, licence=licence)
        tell("check")
        _require_good(model, run, languages)
        tell("measure")
        reports = measure_model(made, pairs, quiet=True).sets
        model = seal(made, manifest, card(manifest, weights, summary, reports))
        model = put_in_place(model, models, replace=force)
    tell_new(model, json=json)


def _require_good(model: Model, run: Run, languages: tuple[str, str]) -> None:
    """Raise ModelError where the model is not one to serve."""
    texts = [pair.source for pair in read_pairs(run.dev)][:_TRIED] if run.dev.exists() else samples(languages[0])
    if bad := [f"{one.check}: {one.says}" for one in check(model, texts, languages) if one.outcome is Outcome.BAD]:
        raise ModelError(f"{model.name}: not good enough to serve: {'; '.join(bad)}")
