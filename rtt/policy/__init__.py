"""The target side of the policy: what to translate now, and what of it to show to whom. Pure: no clock, no I/O."""

from rtt.policy.options import PolicyOptions
from rtt.policy.stream import Stream
from rtt.policy.update import Update

__all__ = ["PolicyOptions", "Stream", "Update"]
