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
    return catalog, Scheduler(Ct2Backend(catalog, hardware), workers=hardware.workers, max_batch=config.max_batch)
