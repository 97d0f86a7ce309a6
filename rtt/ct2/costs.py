"""What decoding costs on this machine, learnt while it works, and which way through a batch is the cheapest. Pure."""

from collections.abc import Sequence

# How much the newest measurement counts in an average.
_SMOOTHING = 0.1


class Average:
    """An exponential average; None until something has been measured."""

    def __init__(self) -> None:
        self.value: float | None = None

    def add(self, value: float) -> None:
        """Take a measurement."""
        self.value = value if self.value is None else self.value + _SMOOTHING * (value - self.value)


class Costs:
    """Seconds of a decoder step, alone and in a batch, and of running a prefix in one pass.

    A batch of n texts takes as many steps as its longest answer has tokens, prefix included; a step takes a time that
    grows in a line with n. A prefilled text takes a fixed time and then a step alone for each token after the prefix.
    """

    def __init__(self) -> None:
        self._alone = Average()
        self._batched = Average()
        self._texts = Average()
        self._prefill = Average()
        self._new = Average()

    def saw_batch(self, texts: int, steps: int, seconds: float) -> None:
        """Take what a batch of some texts took for all its steps."""
        if texts == 1:
            self._alone.add(seconds / steps)
        else:
            self._batched.add(seconds / steps)
            self._texts.add(texts)

    def saw_prefill(self, new: int, seconds: float) -> None:
        """Take what a text took whose prefix was run in one pass, with `new` steps after it."""
        self._new.add(new)
        self._prefill.add(max(0.0, seconds - new * (self._alone.value or 0.0)))

    def prefills(self, prefixes: Sequence[int]) -> int:
        """Return how many of a batch's texts, those with the longest prefixes, are better run in one pass each.

        `prefixes`: the length of each text's prefix, longest first. Without any measurement: those with a prefix.
        """
        with_prefix = sum(length > 0 for length in prefixes)
        alone, fixed = self._alone.value, self._prefill.value
        if alone is None or fixed is None:
            return with_prefix
        each = fixed + (new := self._new.value or 0.0) * alone
        costs = [
            count * each + (prefixes[count] + new) * self._step(len(prefixes) - count, alone)
            if count < len(prefixes)
            else count * each
            for count in range(with_prefix + 1)
        ]
        return costs.index(min(costs))

    def _step(self, texts: int, alone: float) -> float:
        batched, known = self._batched.value, self._texts.value
        if batched is None or known is None:
            return alone
        return alone + max(0.0, batched - alone) / (known - 1) * (texts - 1)
