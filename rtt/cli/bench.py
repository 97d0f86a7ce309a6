"""`rtt bench`: how fast the service is."""

import typer

from rtt.cli.bench_capacity import capacity
from rtt.cli.bench_fanout import fanout
from rtt.cli.bench_latency import latency

commands = typer.Typer(help="Measure speed, memory and how much a machine holds.", no_args_is_help=True)
for command in (latency, capacity, fanout):
    commands.command()(command)
