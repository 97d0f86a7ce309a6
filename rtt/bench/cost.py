"""What a process costs: CPU time and memory."""

from msgspec import Struct

from rtt.errors import ConfigError


class Memory(Struct, frozen=True):
    """The memory of a process, in bytes."""

    rss: int
    pss: int | None
    """Proportional: shared pages count by the number of those who share them; Linux only."""


class Meter:
    """Reads what a running process has used. Raises ConfigError without psutil."""

    def __init__(self, pid: int) -> None:
        try:
            import psutil  # noqa: PLC0415 - an extra
        except ImportError:
            raise ConfigError("psutil is not installed: pip install 'rtt[measure]'") from None
        self._process = psutil.Process(pid)

    def cpu_s(self) -> float:
        """Return the seconds that its threads have run, in user and system mode."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> Memory:
        """Return what it holds now."""
        info = self._process.memory_full_info()
        return Memory(info.rss, getattr(info, "pss", None))
