"""When a customer orders, and whether still: Pareto/NBD of one customer at a time, compiled.

While active, a customer orders at a rate of their own, and at a moment of their own stops for
good; both rates vary between customers as gamma distributions with parameters (r, alpha) and
(s, beta). Time is in days. A customer is `repeats` (days with an order after the first), `last_at`
(days from the first order to the last) and `age` (days from the first order to now).

The literature writes the likelihood with differences of two hypergeometric functions, which cancel
and converge slowly for frequent customers. Here their integral is taken numerically: its integrand
is positive and smooth, so nothing cancels, however many orders there are.

Reference: P. Fader, B. Hardie, "A Note on Deriving the Pareto/NBD Model and Related Expressions",
2005: likelihood (equations 15 to 18), P(alive) and conditional expectation.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry, part

# Gauss and Legendre with 16 points over panels this narrow are right to 1e-13: the integrand has
# its nearest pole at a distance of pi, and decays by no more than e^12, within a panel. Half as
# many are right to 1e-14 where it decays by no more than e^3 within half as much.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_FEW_NODES, _FEW_WEIGHTS = np.polynomial.legendre.leggauss(8)
_PANEL_WIDTH: Final = 2.0
_PANEL_DECAY: Final = 12.0
_FEW_WIDTH: Final = 1.0
_FEW_DECAY: Final = 3.0
_NEGLIGIBLE: Final = 1e-17  # a panel below this share of the sum changes no bit of it
_MAX_STEPS: Final = 60
_LARGEST_EXPONENT: Final = 700.0
_SAME: Final = 1e-9  # nearer to its limit, a fraction is told by the limit
_EVEN: Final = 0.5
_EXACT: Final = 1e-12


class Timing(NamedTuple):
    """Pareto/NBD of days with an order; alpha and beta in days. Numba takes named tuples."""

    r: float
    alpha: float
    s: float
    beta: float


def log_likelihoods_of(
    timing: Timing,
    repeats: NDArray[np.float64],
    last_at: NDArray[np.float64],
    age: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the log-likelihood of each customer's days with orders, shape (n,); for training."""
    out = np.empty(len(repeats))
    _judge_each(
        timing,
        np.ascontiguousarray(repeats),
        np.ascontiguousarray(last_at),
        np.ascontiguousarray(age),
        out,
    )
    return out


@entry
def _judge_each(
    timing: Timing,
    repeats: NDArray[np.float64],
    last_at: NDArray[np.float64],
    age: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    common = timing.r * math.log(timing.alpha) + timing.s * math.log(timing.beta)
    for i in range(len(repeats)):
        rate = timing.r + repeats[i]
        gone = log_odds_gone(timing, repeats[i], last_at[i], age[i])
        active = rate * math.log(timing.alpha + age[i]) + timing.s * math.log(timing.beta + age[i])
        either = max(gone, 0.0) + math.log1p(math.exp(-abs(gone)))
        out[i] = common + math.lgamma(rate) - math.lgamma(timing.r) - active + either


@part
def log_odds_gone(timing: Timing, repeats: float, last_at: float, age: float) -> float:
    """Return the log-odds that the customer has stopped for good: P(alive) = 1 / (1 + e^it)."""
    rate, drop = timing.r + repeats, timing.s
    log_area = _log_area(timing, rate, last_at, age)
    if log_area == -np.inf:
        return -np.inf
    at_last = rate * math.log(timing.alpha + last_at) + (drop + 1) * math.log(timing.beta + last_at)
    now = rate * math.log(timing.alpha + age) + drop * math.log(timing.beta + age)
    return math.log(drop) + log_area - at_last + now


@part
def expected_order_days(
    timing: Timing, gone: float, repeats: float, age: float, duration: float
) -> float:
    """Return the expected days with an order in the next `duration` days, given `log_odds_gone`."""
    later = math.log1p(duration / (timing.beta + age))
    shape = timing.s - 1
    # The limit of the fraction for s = 1 is `later`; expm1 keeps it exact around there.
    lasting = later if abs(shape) < _SAME else -math.expm1(-shape * later) / shape
    rate = (timing.r + repeats) / (timing.alpha + age)
    return _share_active(gone) * rate * (timing.beta + age) * lasting


@part
def silence(timing: Timing, gone: float, repeats: float, age: float, duration: float) -> float:
    """Return the probability (0 to 1) of no order in the next `duration` days.

    It is the likelihood of the same orders seen `duration` later over their likelihood now: gone
    already, or going before the next order, or still active without one.
    """
    going = 0.0
    rate = timing.r + repeats
    log_area = _log_area(timing, rate, age, age + duration)
    if log_area > -np.inf:
        going = timing.s * math.exp(log_area) / (timing.beta + age)
    still = _still_active(timing, rate, age, duration)
    return min(1.0, _share_active(-gone) + _share_active(gone) * (going + still))


@part
def median_wait(
    timing: Timing, gone: float, repeats: float, age: float, limit: float, level: float
) -> float:
    """Return the days until silence is only as likely as `level`; NaN beyond `limit`.

    At a level of a half the next order is as likely to have come as not. The probability of silence
    falls ever more slowly, also with the probability of no order from somebody who cannot leave:
    it is a convex function of that one, and nearly a line. So Newton's steps along it, from 1,
    approach the median from below and never pass it; two or three do.
    """
    if not silence(timing, gone, repeats, age, limit) <= level:
        return np.nan
    rate, active = timing.r + repeats, _share_active(gone)
    wait, unordered = 0.0, 1.0
    for _ in range(_MAX_STEPS):
        above = silence(timing, gone, repeats, age, wait) - level
        falling = active * math.exp(-timing.s * math.log1p(wait / (timing.beta + age)))
        unordered -= above / falling
        if not above > _EXACT or not unordered > 0.0:
            break
        wait = (timing.alpha + age) * math.expm1(-math.log(unordered) / rate)
    return min(wait, limit)


@part
def even_level(
    timing: Timing, gone: float, repeats: float, age: float, horizon: float, said: float
) -> float:
    """Return at which silence of the closed form an order is as likely to have come as not.

    A half, unless the probability `said` of silence within the horizon is known better: then that
    of the closed form, S(t), is taken to the power that makes them agree there, for all t. So the
    date lies beyond the horizon exactly where `said` is above a half.
    """
    if said != said:  # noqa: PLR0124 - true for NaN alone
        return _EVEN
    ours = silence(timing, gone, repeats, age, horizon)
    if not (ours < 1 - _EXACT and said < 1):
        return 0.0  # no power of a certainty is another one
    return math.exp(math.log(_EVEN) * math.log(ours) / math.log(said))


@part
def _share_active(gone: float) -> float:
    return 1 / (1 + math.exp(gone)) if gone < _LARGEST_EXPONENT else gone * 0.0


@part
def _still_active(timing: Timing, rate: float, age: float, duration: float) -> float:
    """Return how likely an active customer stays so for `duration` without ordering."""
    ordering = rate * math.log1p(duration / (timing.alpha + age))
    leaving = timing.s * math.log1p(duration / (timing.beta + age))
    return math.exp(-ordering - leaving)


@part
def _log_area(timing: Timing, rate: float, start: float, end: float) -> float:
    """Return the logarithm of the integral of the density of leaving in silence since `start`.

    That is ``((alpha + start) / (alpha + u))^rate * ((beta + start) / (beta + u))^(s + 1)`` for u
    from `start` to `end`; -inf where they are equal. Taken over the logarithm w of
    ``(u + m) / (start + m)``, m being the smaller of alpha and beta, whose factor then is a power
    of e^w: it decays there at a rate of at most ``rate + s + 1``.
    """
    if end <= start:
        return -np.inf
    near, far = rate, timing.s + 1
    if timing.alpha > timing.beta:
        near, far = far, near
    begun = start + min(timing.alpha, timing.beta)
    share = begun / (start + max(timing.alpha, timing.beta))
    low, high = 0.0, math.log1p((end - start) / begun)
    total = 0.0
    while low < high:
        width = min(high - low, _PANEL_WIDTH, _PANEL_DECAY / (near + far))
        panel = _panel(near, far, share, low, width)
        total += panel
        if panel < total * _NEGLIGIBLE:
            break
        low += width
    return math.log(begun) + math.log(total)


@part
def _panel(near: float, far: float, share: float, low: float, width: float) -> float:
    """Return the integral of ``e^((1 - near) w) * (1 + share * (e^w - 1))^-far`` over a panel."""
    few = width <= _FEW_WIDTH and width * (near + far) <= _FEW_DECAY
    nodes, weights = (_FEW_NODES, _FEW_WEIGHTS) if few else (_NODES, _WEIGHTS)
    area = 0.0
    for i in range(len(nodes)):
        w = low + width * (1 + nodes[i]) / 2
        further = math.log(1 + share * (math.exp(w) - 1))
        area += weights[i] * math.exp((1 - near) * w - far * further)
    return area * width / 2
