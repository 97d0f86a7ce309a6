"""`rtt models pull`: a model from the Hugging Face Hub."""

from typing import Annotated

import typer
from rich.console import Console

from rtt.cli.models_found import place
from rtt.cli.models_options import Force, Licence, Name, Quantized, Source, Target, wishes
from rtt.cli.models_show import bytes_bar, steps, tell_new
from rtt.cli.options import Json, Models
from rtt.convert import hub
from rtt.convert.bring import download
from rtt.convert.bring import pull as pull_model


def pull(
    repository: Annotated[str, typer.Argument(help="A model on the Hub, such as Helsinki-NLP/opus-mt-en-fr.")],
    revision: Annotated[str | None, typer.Option(help="A branch, tag or commit; default: the newest.")] = None,
    name: Name = None,
    source: Source = None,
    target: Target = None,
    quantization: Quantized = None,
    licence: Licence = None,
    force: Force = False,
    models: Models = None,
    json: Json = False,
) -> None:
    """Download a model from the Hugging Face Hub and make it into one that rtt serves."""
    wished = wishes(name, source, target, quantization, licence, force=force)
    remote = hub.find(repository, revision)
    Console(stderr=True, quiet=json).print(f"{repository}, licence {licence or remote.licence}", markup=False)
    with bytes_bar(repository, sum(remote.sizes.values()), quiet=json) as advance:
        folder = download(remote, place(models), advance)
    with steps(repository, quiet=json) as tell:
        model = pull_model(remote, folder, place(models), wished, tell)
    tell_new(model, json=json)
