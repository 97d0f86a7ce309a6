"""Options that the commands of `rtt models` share."""

from typing import Annotated

import typer

from rtt.convert.bring import Wishes
from rtt.convert.quantise import Quantization

Named = Annotated[str, typer.Argument(help="A model's name, or its folder.")]
Name = Annotated[str | None, typer.Option(help="The new model's name; default: its languages, such as en-fr.")]
Source = Annotated[
    list[str] | None, typer.Option(help="A language it reads, where its files don't tell; may be given several times.")
]
Target = Annotated[list[str] | None, typer.Option(help="A language it writes; may be given several times.")]
PairSource = Annotated[
    str | None, typer.Option("--source", help="Of a model of many languages: the one to translate from.")
]
PairTarget = Annotated[str | None, typer.Option("--target", help="And the one to translate to.")]
Quantized = Annotated[
    Quantization | None, typer.Option("--quantization", help="How weights are kept; default: int8, or as they are.")
]
Licence = Annotated[str | None, typer.Option(help="Its licence, where its files don't name it.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a model of the same name.")]


def wishes(
    name: str | None,
    source: list[str] | None,
    target: list[str] | None,
    quantization: Quantization | None,
    licence: str | None,
    *,
    force: bool,
) -> Wishes:
    """Return what the options of `convert` and `pull` say."""
    return Wishes(name, tuple(source or ()), tuple(target or ()), quantization, licence, force)
