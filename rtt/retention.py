"""What is kept of a room when everybody has left it. Pure."""

from msgspec import Struct

from rtt.protocol import Seconds


class Retention(Struct, frozen=True, omit_defaults=True):
    """How whoever made a room wishes it to be kept: never for longer than the server keeps any."""

    retention_s: Seconds | None = None
    """How long after everybody has left; None: as long as the server's setting `room_linger_s` says."""
    transcripts: bool = True
    """Whether its text may go into files, where the server writes them."""
    private: bool = False
    """Whether none of its answers are kept for other rooms, nor theirs given to it."""

    def stricter(self, other: "Retention") -> "Retention":
        """Return what fulfils both wishes: nobody who comes to a room has more of it kept than another one allows."""
        wished = [one.retention_s for one in (self, other) if one.retention_s is not None]
        transcripts, private = self.transcripts and other.transcripts, self.private or other.private
        return Retention(min(wished, default=None), transcripts, private)

    def kept_s(self, most_s: float) -> float:
        """Return how long it is kept where the server keeps a room for `most_s` at most."""
        return most_s if self.retention_s is None else min(self.retention_s, most_s)
