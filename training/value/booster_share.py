"""How much of a forecast the boosters make: half, or all where they know what rhythm does not."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.value.rate_boosters import ObservedWindow, RateFamily, fit_rate

Numbers = NDArray[np.float64]

HALF: Final = 0.5
# In a window that they had not seen, boosters alone were 21 to 30 % better than the mean with the
# closed form where customers do more than order (a made-up company with logins), and at most 5 % on
# two logs of orders alone, where the mean did better later. The threshold lies between.
MUCH_BETTER: Final = 0.10
MAX_ROWS: Final = 20_000  # ten per cent show in fewer; learning is what takes the time
_SMALLEST: Final = 1e-9


def booster_share(
    observed: Sequence[ObservedWindow],
    by_closed_form: Numbers,
    *,
    family: RateFamily,
    seed: int,
) -> float:
    """Return 1 if boosters alone predicted the newest window much better than the mean, else 0.5.

    Boosters learn from all windows but the newest, which they never see. Both forecasts are scaled
    to the real total of that window, so that only the ranking and shape decide.

    Parameters
    ----------
    observed : windows, the newest last.
    by_closed_form : float64 array of shape (n,)
        What the closed form expected in the newest window; rows of NaN (not known) are left out.
    """
    if len(observed) < 2:  # noqa: PLR2004 - one to learn from and one to look at
        return HALF
    blind = fit_rate(_thinned(observed[:-1]), family=family, seed=seed)
    known = np.isfinite(by_closed_form)
    happened = np.maximum(observed[-1].happened[known], 0.0)
    if blind is None or not (happened.sum() > 0 and by_closed_form[known].sum() > 0):
        return HALF
    rows = np.ascontiguousarray(observed[-1].features[known])
    alone = _scaled_to_total(np.exp(blind.margins(rows)), happened)
    mean = (alone + _scaled_to_total(by_closed_form[known], happened)) / 2
    better = 1 - deviance(happened, alone, family.power) / deviance(happened, mean, family.power)
    return 1.0 if better >= MUCH_BETTER else HALF


def deviance(happened: Numbers, predicted: Numbers, power: float) -> float:
    """Return the mean deviance of a Poisson (power 1) or Tweedie (1 to 2) forecast."""
    mean = np.maximum(predicted, _SMALLEST)
    if power == 1:
        ratio = np.log(np.maximum(happened, _SMALLEST) / mean)
        return float(2 * np.mean(happened * ratio - happened + mean))
    first = happened ** (2 - power) / ((1 - power) * (2 - power))
    second = happened * mean ** (1 - power) / (1 - power)
    return float(2 * np.mean(first - second + mean ** (2 - power) / (2 - power)))


def _thinned(observed: Sequence[ObservedWindow]) -> list[ObservedWindow]:
    step = max(1, -(-sum(len(part.happened) for part in observed) // MAX_ROWS))
    return [ObservedWindow(p.features[::step], p.happened[::step], p.days) for p in observed]


def _scaled_to_total(predicted: Numbers, happened: Numbers) -> Numbers:
    return np.asarray(predicted * (happened.sum() / predicted.sum()))
