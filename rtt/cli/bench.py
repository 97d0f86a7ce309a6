"""`rtt bench`: how fast the service is."""

import typer

from rtt.cli.bench_ablation import ablation
from rtt.cli.bench_capacity import capacity
from rtt.cli.bench_fanout import fanout
from rtt.cli.bench_latency import latency
from rtt.cli.bench_memory import memory
from rtt.cli.bench_start import start

commands = typer.Typer(help="Measure speed, memory and how much a machine holds.", no_args_is_help=True)
for command in (latency, ablation, capacity, fanout, memory, start):
    commands.command()(command)
