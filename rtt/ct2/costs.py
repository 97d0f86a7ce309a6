"""What decoding costs on this machine, learnt while it works, and which way through a batch is the cheapest. Pure."""

from collections.abc import Sequence

# How much the newest measurement counts; those before count less and less.
_NEWEST = 0.05
# How far apart measurements must be, as a share of their mean, to tell a slope.
_APART = 0.01


class Line:
    """A line through measurements: least squares that forget (Ljung and Söderström 1983, with a window of twenty)."""

    def __init__(self) -> None:
        # How many there were, and the sums of x, y, x² and xy. In one piece: another thread sees all of it or nothing.
        self._sums = (0.0, 0.0, 0.0, 0.0, 0.0)

    @property
    def known(self) -> bool:
        """Whether there was any measurement."""
        return self._sums[0] > 0

    def add(self, x: float, y: float) -> None:
        """Take a measurement."""
        count, sum_x, sum_y, sum_xx, sum_xy = ((1 - _NEWEST) * one for one in self._sums)
        self._sums = (count + 1, sum_x + x, sum_y + y, sum_xx + x * x, sum_xy + x * y)

    def at(self, x: float) -> float:
        """Return the line's height, which neither begins nor rises below 0; 0 where nothing is known."""
        count, sum_x, sum_y, sum_xx, sum_xy = self._sums
        if not count:
            return 0.0
        mean_x, mean_y = sum_x / count, sum_y / count
        spread = sum_xx / count - mean_x * mean_x
        rise = (sum_xy / count - mean_x * mean_y) / spread if spread > (_APART * mean_x) ** 2 else 0.0
        rise = min(max(rise, 0.0), mean_y / mean_x if mean_x else 0.0)
        return mean_y + rise * (x - mean_x)


class Costs:
    """Seconds of each part of the work, as lines.

    A text alone takes a fixed time, which is mostly the encoder's, and one for each step. A batch of n texts takes n
    times that fixed time, and as many steps as its longest answer has tokens, prefix included; a step takes longer the
    more texts there are. A text whose prefix is run in one pass takes a fixed time and one for each token after it.
    """

    def __init__(self) -> None:
        self._alone = Line()
        self._step = Line()
        self._prefilled = Line()
        # Tokens after a prefix: their mean, which is a level line.
        self._new = Line()

    def saw_batch(self, texts: int, steps: int, seconds: float) -> None:
        """Take what a batch of some texts took for all its steps."""
        if texts == 1:
            self._alone.add(steps, seconds)
        self._step.add(texts, max(0.0, seconds - texts * self._alone.at(0)) / steps)

    def saw_prefill(self, new: int, seconds: float) -> None:
        """Take what a text took whose prefix was run in one pass, with `new` tokens after it."""
        self._new.add(0, new)
        self._prefilled.add(new, seconds)

    def prefills(self, prefixes: Sequence[int]) -> int:
        """Return how many of a batch's texts, those with the longest prefixes, are better run in one pass each.

        `prefixes`: the length of each text's prefix, longest first. Without any measurement: those with a prefix.
        """
        with_prefix = sum(length > 0 for length in prefixes)
        if not (self._alone.known and self._prefilled.known):
            return with_prefix
        new = self._new.at(0)
        each, fixed = self._prefilled.at(new), self._alone.at(0)

        def cost(count: int) -> float:
            texts = len(prefixes) - count
            together = texts * fixed + (prefixes[count] + new) * self._step.at(texts) if texts else 0.0
            return count * each + together

        return min(range(with_prefix + 1), key=cost)
