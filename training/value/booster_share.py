"""How much of a forecast the boosters make: half, or all where they know what rhythm does not."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.value import rate_boosters as rates

Numbers = NDArray[np.float64]

HALF: Final = 0.5
# On a window that they had not seen, boosters alone were 21 to 30 % better than the mean with the
# closed form where customers do more than order (a made-up company with logins), at most 5 % on two
# logs of orders alone, where the mean did better later: what lies between tells them apart.
MUCH_BETTER: Final = 0.10
MAX_ROWS: Final = 20_000  # ten percent are seen in fewer; learning is what takes the time
_SMALLEST: Final = 1e-9


def booster_share(
    observed: Sequence[rates.Observed],
    closed: Numbers,
    *,
    family: rates.Family,
    seed: int,
) -> float:
    """Return 1 if boosters alone foretold the newest window much better than the mean, else 0.5.

    Boosters learn from all windows but the newest, which they never see. Both forecasts are brought
    to the real total of that window: a level that only one of them could know decides nothing.

    Parameters
    ----------
    observed : windows, the newest last.
    closed : float64 array of shape (n,)
        What the closed form expected in the newest; NaN = not known, then a row plays no part.
    """
    if len(observed) < 2:  # noqa: PLR2004 - one to learn from and one to look at
        return HALF
    blind = rates.fit_rate(_some_of(observed[:-1]), family=family, seed=seed)
    told = np.isfinite(closed)
    happened = np.maximum(observed[-1].happened[told], 0.0)
    if blind is None or not (happened.sum() > 0 and closed[told].sum() > 0):
        return HALF
    rows = np.ascontiguousarray(observed[-1].features[told])
    alone = _levelled(np.exp(blind.margins(rows)), happened)
    mean = (alone + _levelled(closed[told], happened)) / 2
    better = 1 - deviance(happened, alone, family.power) / deviance(happened, mean, family.power)
    return 1.0 if better >= MUCH_BETTER else HALF


def deviance(happened: Numbers, said: Numbers, power: float) -> float:
    """Return the mean deviance of a Poisson (power 1) or Tweedie (1 to 2) forecast."""
    mean = np.maximum(said, _SMALLEST)
    if power == 1:
        ratio = np.log(np.maximum(happened, _SMALLEST) / mean)
        return float(2 * np.mean(happened * ratio - happened + mean))
    first = happened ** (2 - power) / ((1 - power) * (2 - power))
    second = happened * mean ** (1 - power) / (1 - power)
    return float(2 * np.mean(first - second + mean ** (2 - power) / (2 - power)))


def _some_of(observed: Sequence[rates.Observed]) -> list[rates.Observed]:
    step = max(1, -(-sum(len(part.happened) for part in observed) // MAX_ROWS))
    return [rates.Observed(p.features[::step], p.happened[::step], p.days) for p in observed]


def _levelled(said: Numbers, happened: Numbers) -> Numbers:
    return np.asarray(said * (happened.sum() / said.sum()))
