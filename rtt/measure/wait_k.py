"""Wait-k, the plain baseline of simultaneous translation: k source words are read, then a word is written for each."""

from rtt import text as text_rules
from rtt.policy import PolicyOptions, Stream
from rtt.policy.open_segment import OpenSegment


class WaitKStream(Stream):
    """Writes target word t when source word t + k − 1 is agreed, and never takes one back (Ma et al. 2019, "STACL").

    The model is an ordinary one, not trained for it.
    """

    def __init__(self, model: str, k: int) -> None:
        super().__init__(model, PolicyOptions(mask=0, trust=0.0, price=1e6))
        self._k = k

    def _show(self, known: OpenSegment) -> None:
        asked = known.answered
        if asked is None:
            return
        read = len(text_rules.units(asked.text)) - asked.unagreed
        written = max(known.stable, read - self._k + 1)
        known.answer, known.ages = known.answer[:written], known.ages[:written]
        known.stable = known.steady = known.fast = len(known.answer)
        self._tell(known, final=False)
