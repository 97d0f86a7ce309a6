"""The source side of the policy: utterances in, numbered sentences (segments) out. Pure: no clock, no I/O."""

from rtt.segmenter.options import SegmenterOptions
from rtt.segmenter.segmenter import Segmenter
from rtt.segmenter.segments import Change, Segment, Unpunctuated, Withdrawal

__all__ = ["Change", "Segment", "Segmenter", "SegmenterOptions", "Unpunctuated", "Withdrawal"]
