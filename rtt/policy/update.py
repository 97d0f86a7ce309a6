"""What readers are told of a segment."""

from dataclasses import dataclass

from rtt.segmenter import Segment


@dataclass(frozen=True, slots=True)
class Update:
    """The newest state of a segment for every kind of reader."""

    segment: Segment
    revision: int
    final: bool
    stable: str
    steady: str
    """What steady readers see after `stable`."""
    fast: str
    """What fast readers see after `stable`."""
    calm: bool
    """Whether this is news to steady readers at all."""
