"""The seam between the policy and whatever translates: a job, its answer, and who may ask."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from rtt.errors import TranslationError
from rtt.protocol import Load


@dataclass(frozen=True, slots=True)
class Job:
    """One text to translate. The answer begins with `prefix` (text of the target language, often empty)."""

    model: str
    text: str
    prefix: str
    final: bool
    draft: str = ""
    """An earlier answer after the prefix, kept up to the first word that the model no longer believes in."""
    trust: float = 0.0
    """The least probability of a token of the draft that is kept; the lower, the more the answer stays as it was."""
    sure: float = 0.0
    """The least probability of a token of the draft that the answer calls sure."""
    price: float = 0.0
    """Of each word of the draft that the answer for a finished sentence lacks, in nats of its log-probability."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Where the time of an answer went."""

    wait_s: float = 0.0
    """From when its text came until a worker took it."""
    tokenise_s: float = 0.0
    """Text to tokens and back, of all its batch."""
    translate_s: float = 0.0
    """The model's own time, of all its batch."""
    batch: int = 0
    """How many texts were translated together; 0: no model was asked."""
    cached: bool = False
    """Whether the answer was known already."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a model made of a job's text."""

    text: str
    sure: str = ""
    """The words it begins with that were in the draft already and are as likely as the job asks."""
    timing: Timing = field(default=Timing(), compare=False)


class JobSource(Protocol):
    """Whatever has text to translate.

    It is asked for its job at the last moment, when a worker is free: so the newest text and the newest prefix win,
    nothing superseded is ever computed, and a source holds one place in the queue however much it received.
    """

    @property
    def room(self) -> str:
        """Whose source this is: rooms take turns."""
        ...

    @property
    def model(self) -> str:
        """What its jobs name as their model: a route (see rtt.route)."""
        ...

    @property
    def growth(self) -> int:
        """How many characters have come since its last job."""
        ...

    @property
    def urgent(self) -> bool:
        """Whether a final waits here."""
        ...

    @property
    def prepares(self) -> bool:
        """Whether its answers, which take hardly any time, are texts for other sources."""
        ...

    @property
    def private(self) -> bool:
        """Whether its answers are kept for nobody."""
        ...

    def waiting_since(self) -> float | None:
        """Return when the oldest text came that waits for an answer, on the loop's clock."""
        ...

    def job_to_run(self) -> Job | None:
        """Return the next job, or None if nothing is left to do. One at a time is in flight."""
        ...


@dataclass(frozen=True, slots=True)
class ModelMemory:
    """Which models are in memory, and what has been loaded and unloaded since the start."""

    sizes: Mapping[str, int] = field(default_factory=dict)
    """Bytes of each that is in memory: those of its files, an estimate."""
    budget: int = 0
    """Bytes that all of them may take."""
    loads: int = 0
    refusals: int = 0
    """Loads that failed."""
    unloads: int = 0
    load_s: float = 0.0
    """What all loads took."""


class Translator(Protocol):
    """Whatever translates."""

    async def translate(self, source: JobSource) -> Hypothesis | None:
        """Draw one job from `source` when its turn comes and return the answer; None if it had none left.

        Raises TranslationError.
        """
        ...


class Engine(Translator, Protocol):
    """A translator that serves many sources and says how it fares."""

    @property
    def ready(self) -> bool:
        """Whether its models are loaded and have translated once."""
        ...

    @property
    def load(self) -> Load:
        """How busy it is."""
        ...

    def prefills(self) -> Collection[str]:
        """Return the models that run the prefix of an answer in one pass."""
        ...

    def keep(self, routes: Iterable[str]) -> Mapping[str, bool]:
        """Keep the models of some routes in memory for the next seconds, since a room has them open.

        Return the routes whose models are not there yet, and whether loading one of them has failed.
        """
        ...

    def memory(self) -> ModelMemory:
        """Return what is in memory."""
        ...


class NoEngine:
    """The engine of a server that translates nothing."""

    ready = True
    load = Load.NORMAL

    def prefills(self) -> Collection[str]:
        """Return no models."""
        return ()

    def keep(self, _routes: Iterable[str]) -> Mapping[str, bool]:
        """Miss nothing: whoever translates has the models."""
        return {}

    def memory(self) -> ModelMemory:
        """Return that there is nothing."""
        return ModelMemory()

    async def translate(self, source: JobSource) -> Hypothesis | None:
        """Refuse. Raises TranslationError."""
        raise TranslationError(f"this server has no models; room {source.room} is translated at another one")


class Verbatim:
    """The translator of a room's own language: the text is its own translation."""

    async def translate(self, source: JobSource) -> Hypothesis | None:
        """Answer a job with its own text."""
        job = source.job_to_run()
        return Hypothesis(job.text) if job else None
