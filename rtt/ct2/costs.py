"""What decoding costs on this machine, learnt while it works, and which way through a batch is the cheapest. Pure."""

from collections.abc import Sequence

# How much the newest measurement counts; those before count less and less.
_NEWEST = 0.05
# How far apart measurements must be, as a share of their mean, to tell a slope.
_APART = 0.01


class Line:
    """A line through measurements: least squares that forget (Ljung and Söderström 1983, with a window of twenty)."""

    def __init__(self) -> None:
        self._weight = self._x = self._y = self._xx = self._xy = 0.0

    @property
    def known(self) -> bool:
        """Whether there was any measurement."""
        return self._weight > 0

    def add(self, x: float, y: float) -> None:
        """Take a measurement."""
        kept = 1 - _NEWEST
        self._weight = kept * self._weight + 1
        self._x = kept * self._x + x
        self._y = kept * self._y + y
        self._xx = kept * self._xx + x * x
        self._xy = kept * self._xy + x * y

    def fit(self) -> tuple[float, float]:
        """Return where the line begins and how it rises; times do neither below 0."""
        if not self.known:
            return 0.0, 0.0
        x, y = self._x / self._weight, self._y / self._weight
        spread = self._xx / self._weight - x * x
        rise = (self._xy / self._weight - x * y) / spread if spread > (_APART * x) ** 2 else 0.0
        rise = min(max(rise, 0.0), y / x if x else 0.0)
        return y - rise * x, rise

    def at(self, x: float) -> float:
        """Return the line's height."""
        begin, rise = self.fit()
        return begin + rise * x


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
        self._new = Line()

    def saw_batch(self, texts: int, steps: int, seconds: float) -> None:
        """Take what a batch of some texts took for all its steps."""
        if texts == 1:
            self._alone.add(steps, seconds)
        fixed, _ = self._alone.fit()
        self._step.add(texts, max(0.0, seconds - texts * fixed) / steps)

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
        new, _ = self._new.fit()
        each = self._prefilled.at(new)
        fixed, _ = self._alone.fit()

        def cost(count: int) -> float:
            texts = len(prefixes) - count
            together = texts * fixed + (prefixes[count] + new) * self._step.at(texts) if texts else 0.0
            return count * each + together

        return min(range(with_prefix + 1), key=cost)
