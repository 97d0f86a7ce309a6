"""What can go wrong while a model is being trained."""

from rtt.errors import RttError


class TrainingError(RttError):
    """A corpus, a recipe, a checkpoint or a run's folder that cannot be used."""
