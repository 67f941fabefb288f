"""The frame of a plot: two axes with round ticks, a title and a description for who cannot see."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH: Final = 480
HEIGHT: Final = 336
LEFT, RIGHT, TOP, BOTTOM = 58, 22, 52, 48
N_TICKS: Final = 5
CLOSE: Final = 1e-6  # to a whole number


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows from `low` to `high`, and its ticks as (value, text)."""

    label: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"axis {self.label!r} must rise, got {self.low} to {self.high}")


def axis_of(
    label: str, values: Sequence[float], *, percent: bool = False, n_steps: int = N_TICKS
) -> Axis:
    """Return an axis with round ticks, in about `n_steps` steps around all finite `values`."""
    finite = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    if low == high:
        low, high = low - 0.5 * (abs(low) or 1), high + 0.5 * (abs(high) or 1)
    step = _round_step((high - low) / n_steps)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(
        (i * step, number(i * step, step, percent=percent)) for i in range(first, last + 1)
    )
    return Axis(label, first * step, last * step, ticks)


def shares_axis(label: str) -> Axis:
    """Return an axis from 0 to 100 %."""
    return Axis(label, 0.0, 1.0, tuple((i / 5, f"{20 * i} %") for i in range(6)))


def number(value: float, step: float, *, percent: bool = False) -> str:
    """Return a tick's text: as many digits as `step` needs."""
    value, step = (100 * value, 100 * step) if percent else (value, step)
    digits = next(n for n in range(12) if abs(step * 10**n - round(step * 10**n)) < CLOSE)
    text = f"{value:,.{digits}f}".replace("-", "−")
    return f"{text} %" if percent else text


def x_at(axis: Axis, value: float) -> float:
    """Return where a value of the lower axis lies, in the units of the drawing."""
    return LEFT + (value - axis.low) / (axis.high - axis.low) * (WIDTH - LEFT - RIGHT)


def y_at(axis: Axis, value: float) -> float:
    """Return where a value of the left axis lies, in the units of the drawing."""
    return HEIGHT - BOTTOM - (value - axis.low) / (axis.high - axis.low) * (HEIGHT - TOP - BOTTOM)


def plot(title: str, description: str, x: Axis, y: Axis, marks: Sequence[str]) -> str:
    """Return the whole drawing with `marks` inside its axes."""
    parts = [*map(_grid_line, [y] * len(y.ticks), y.ticks), *(_tick(x, tick) for tick in x.ticks)]
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts += [
        f'<line class="axis" x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"/>',
        f'<text x="{(LEFT + right) / 2:.1f}" y="{HEIGHT - 8}" text-anchor="middle">'
        f"{escape(x.label)}</text>",
        f'<text class="head" x="0" y="14">{escape(title)}</text>',
        f'<text x="0" y="32">{escape(y.label)}</text>',
    ]
    return drawing(title, description, WIDTH, HEIGHT, [*parts, *marks])


def drawing(title: str, description: str, width: int, height: int, parts: Sequence[str]) -> str:
    """Return an SVG element that screen readers announce with its title and description."""
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{name}-title {name}-text" preserveAspectRatio="xMinYMin meet">\n'
        f'<title id="{name}-title">{escape(title)}</title>\n'
        f'<desc id="{name}-text">{escape(description)}</desc>\n' + "\n".join(parts) + "\n</svg>"
    )


def _grid_line(y: Axis, tick: tuple[float, str]) -> str:
    at = f"{y_at(y, tick[0]):.1f}"
    return (
        f'<line class="grid" x1="{LEFT}" y1="{at}" x2="{WIDTH - RIGHT}" y2="{at}"/>'
        f'<text x="{LEFT - 8}" y="{at}" dy="4" text-anchor="end">{escape(tick[1])}</text>'
    )


def _tick(x: Axis, tick: tuple[float, str]) -> str:
    at = f"{x_at(x, tick[0]):.1f}"
    return (
        f'<text x="{at}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{escape(tick[1])}</text>'
    )


def _round_step(step: float) -> float:
    size = 10.0 ** math.floor(math.log10(step))
    return next(
        size * factor for factor in (1, 2, 2.5, 5, 10) if step <= size * factor * (1 + 1e-9)
    )
