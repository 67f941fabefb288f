"""Axes with round ticks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

N_STEPS: Final = 5
_ROUND_STEPS: Final = (1, 2, 2.5, 5, 10)  # times a power of ten
_ROUNDING: Final = 1e-9  # by how much, in steps, a value may miss a tick and still lie on it
_WHOLE: Final = 1e-6  # how close to a whole number counts as one


@dataclass(frozen=True, slots=True)
class Axis:
    """The range that an axis shows, from `low` to `high`, and its ticks as (value, text)."""

    label: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"axis {self.label!r} must rise, got {self.low} to {self.high}")


def axis_covering(
    label: str, values: Sequence[float], *, percent: bool = False, n_steps: int = N_STEPS
) -> Axis:
    """Return an axis of about `n_steps` round steps that covers all finite `values`.

    With `percent` the values are shares (0 to 1), and the ticks say how many per cent.
    """
    low, high = _range(values)
    step = _round_step((high - low) / n_steps)
    first, last = math.floor(low / step + _ROUNDING), math.ceil(high / step - _ROUNDING)
    ticks = tuple(
        (i * step, _tick_text(i * step, step, percent=percent)) for i in range(first, last + 1)
    )
    return Axis(label, first * step, last * step, ticks)


def percent_axis(label: str) -> Axis:
    """Return an axis of shares from 0 to 1, with ticks from 0 % to 100 %."""
    return Axis(label, 0.0, 1.0, tuple((i / 5, f"{20 * i} %") for i in range(6)))


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Return the smallest and the largest finite value, moved apart where they are equal."""
    finite = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    if low == high:
        return low - 0.5 * (abs(low) or 1), high + 0.5 * (abs(high) or 1)
    return low, high


def _round_step(step: float) -> float:
    """Return the smallest round step that is at least `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(
        power * round_ for round_ in _ROUND_STEPS if step <= power * round_ * (1 + _ROUNDING)
    )


def _tick_text(value: float, step: float, *, percent: bool) -> str:
    """Return the text of a tick, with as many decimals as `step` needs."""
    value, step = (100 * value, 100 * step) if percent else (value, step)
    decimals = next(n for n in range(12) if abs(step * 10**n - round(step * 10**n)) < _WHOLE)
    text = f"{value:,.{decimals}f}".replace("-", "−")
    return f"{text} %" if percent else text
