"""Options that several commands share. Each can also come from the environment."""

from pathlib import Path
from typing import Annotated

import typer

from rtt.protocol import Stability

Url = Annotated[str, typer.Option(envvar="RTT_URL", help="The server.")]
TokenOption = Annotated[
    str, typer.Option("--token", envvar="RTT_TOKEN", help="Token of the room, where the server needs one.")
]
Room = Annotated[str, typer.Option(help="The room's name.")]
StabilityOption = Annotated[Stability, typer.Option(help="fast: everything at once; steady: calm; final: sentences.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
Models = Annotated[
    list[Path] | None,
    typer.Option(envvar="RTT_MODELS", help="A folder of models, or a model; may be given several times."),
]
DeviceOption = Annotated[
    str | None,
    typer.Option("--device", envvar="RTT_DEVICE", help="Where the models run: cpu, cuda, cuda:0,cuda:1 or auto."),
]
ComputeType = Annotated[
    str | None, typer.Option(envvar="RTT_COMPUTE_TYPE", help="auto (int8 on CPU, float16 on GPU), float32, …")
]
Workers = Annotated[
    int | None, typer.Option(envvar="RTT_WORKERS", help="Translations at the same time; 0: one for each core.")
]
