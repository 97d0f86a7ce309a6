"""`rtt models convert`: a model that is here already, in another project's format."""

from pathlib import Path
from typing import Annotated

import typer

from rtt.cli.models_found import place
from rtt.cli.models_options import Force, Licence, Name, Quantized, Source, Target, wishes
from rtt.cli.models_show import steps, tell_new
from rtt.cli.options import Json, Models
from rtt.convert.bring import convert as convert_model


def convert(
    origin: Annotated[Path, typer.Argument(help="A folder or zip file: OPUS-MT, Argos, CTranslate2, Transformers.")],
    name: Name = None,
    source: Source = None,
    target: Target = None,
    quantization: Quantized = None,
    licence: Licence = None,
    force: Force = False,
    models: Models = None,
    json: Json = False,
) -> None:
    """Make a model of another project into one that rtt serves."""
    wished = wishes(name, source, target, quantization, licence, force=force)
    with steps(origin.name, quiet=json) as tell:
        model = convert_model(origin, place(models), wished, tell)
    tell_new(model, json=json)
