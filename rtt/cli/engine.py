"""Builds the real engine from a configuration."""

from rtt.catalog import Catalog
from rtt.config import Config
from rtt.ct2.backend import Ct2Backend
from rtt.ct2.hardware import choose_hardware
from rtt.scheduler import Scheduler


def build_engine(config: Config) -> tuple[Catalog, Scheduler]:
    """Find the models and the hardware; nothing is loaded yet. Raises ConfigError, ModelError."""
    catalog = Catalog.find(config.models)
    hardware = choose_hardware(config.device, config.compute_type, config.workers)
    backend = Ct2Backend(catalog, hardware, prefill=config.prefill, max_tokens=config.max_batch_tokens)
    return catalog, Scheduler(
        backend,
        workers=hardware.workers,
        max_batch=config.max_batch,
        cache_bytes=0 if config.private else config.cache_mb * 1_000_000,
        adapt=config.adapt,
    )
