"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

RunFolder = Annotated[Path, typer.Argument(help="The run's folder.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads of a CPU; default: one for each core.")]
Float32 = Annotated[bool, typer.Option("--float32", help="Compute in float32, not bfloat16.")]
