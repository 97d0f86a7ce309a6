"""The learning rate over a training."""

import math

_LEAST = 0.03


def rate_at(seen: float, *, peak: float, warm_up: float, total: float) -> float:
    """Return the rate after so many tokens, or such a share: linear up to the peak, half a cosine down to 3 % of it.

    After Loshchilov and Hutter (2017). Counted in what was seen, so that a training that is interrupted goes on in it.
    """
    falling = 0.5 * (1 + math.cos(math.pi * min(1.0, seen / total)))
    rising = min(1.0, seen / warm_up) if warm_up else 1.0
    return peak * rising * (_LEAST + (1 - _LEAST) * falling)
