"""Answers that are known already, shared over all rooms: the least recently used ones make room for new ones."""

from cachetools import LRUCache

from rtt.engine import Hypothesis, Job

# What an entry takes besides its characters: two objects, their strings and their places.
_OVERHEAD = 512
# A string takes up to so many bytes a character.
_WIDTH = 4


class Cache:
    """The answer to each job, in a bounded number of bytes; with 0, nothing is kept."""

    def __init__(self, limit: int) -> None:
        self._entries: LRUCache[Job, tuple[Hypothesis, int]] = LRUCache(limit, getsizeof=lambda entry: entry[1])

    @property
    def size(self) -> int:
        """Bytes taken."""
        return int(self._entries.currsize)

    def get(self, job: Job) -> Hypothesis | None:
        """Return the answer to the same job, if it is known."""
        entry = self._entries.get(job)
        return None if entry is None else entry[0]

    def put(self, job: Job, answer: Hypothesis) -> None:
        """Remember an answer, unless it is larger than everything that may be kept."""
        texts = (job.text, job.prefix, job.draft, answer.text, answer.sure)
        size = _OVERHEAD + _WIDTH * sum(map(len, texts))
        if size <= self._entries.maxsize:
            self._entries[job] = answer, size
