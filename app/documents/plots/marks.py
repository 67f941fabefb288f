"""What stands inside the axes of a plot; colours are the style sheet's classes a, b and c."""

from collections.abc import Sequence
from html import escape
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.documents.plots.axes import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis, x_at, y_at

Corner = Literal["lower right", "upper right", "lower left"]
MAX_POINTS: Final = 160  # of one line: more would be smaller than a pixel, and megabytes of text


def line(x: Axis, y: Axis, xs: ArrayLike, ys: ArrayLike, *, kind: str = "a") -> str:
    """Return a line through the points; of many points an even choice, both ends among them."""
    return f'<polyline class="line {kind}" points="{_points(x, y, _thinned(xs), _thinned(ys))}"/>'


def even_line(x: Axis, y: Axis, start: tuple[float, float], end: tuple[float, float]) -> str:
    """Return a dashed line to compare with, such as the diagonal."""
    (x1, y1), (x2, y2) = start, end
    return (
        f'<line class="even" x1="{x_at(x, x1):.1f}" y1="{y_at(y, y1):.1f}" '
        f'x2="{x_at(x, x2):.1f}" y2="{y_at(y, y2):.1f}"/>'
    )


def dots(x: Axis, y: Axis, xs: ArrayLike, ys: ArrayLike, *, kind: str = "a") -> str:
    """Return a dot at each point."""
    pairs = zip(_numbers(xs), _numbers(ys), strict=True)
    return "".join(
        f'<circle class="f{kind}" cx="{x_at(x, a):.1f}" cy="{y_at(y, b):.1f}" r="3.6"/>'
        for a, b in pairs
    )


def whiskers(
    x: Axis, y: Axis, xs: ArrayLike, lows: ArrayLike, highs: ArrayLike, *, kind: str = "a"
) -> str:
    """Return an upright interval at each point."""
    triples = zip(_numbers(xs), _numbers(lows), _numbers(highs), strict=True)
    return "".join(
        f'<line class="whisker {kind}" x1="{x_at(x, a):.1f}" y1="{y_at(y, low):.1f}" '
        f'x2="{x_at(x, a):.1f}" y2="{y_at(y, high):.1f}"/>'
        for a, low, high in triples
    )


def columns(x: Axis, y: Axis, edges: ArrayLike, heights: ArrayLike) -> str:
    """Return upright bars between neighbouring `edges`, one fewer than those."""
    ends, tops = _numbers(edges), _numbers(heights)
    bars = []
    for left, right, height in zip(ends[:-1], ends[1:], tops, strict=True):
        a, b, top = x_at(x, left), x_at(x, right), y_at(y, height)
        bars.append(
            f'<rect class="fa" x="{a + 0.5:.1f}" y="{top:.1f}" width="{max(b - a - 1, 0.5):.1f}" '
            f'height="{y_at(y, y.low) - top:.1f}"/>'
        )
    return "".join(bars)


def legend(entries: Sequence[tuple[str, str]], *, corner: Corner = "lower right") -> str:
    """Return a legend of (text, kind) in a corner of the axes."""
    height = 18 * (len(entries) - 1)
    first = TOP + 12 if corner == "upper right" else HEIGHT - BOTTOM - 12 - height
    parts = []
    for i, (text, kind) in enumerate(entries):
        y = first + 18 * i
        if corner == "lower left":
            start, at, anchor = LEFT + 10, LEFT + 42, "start"
        else:
            start, at, anchor = WIDTH - RIGHT - 34, WIDTH - RIGHT - 40, "end"
        parts.append(
            f'<line class="line {kind}" x1="{start}" y1="{y}" x2="{start + 26}" y2="{y}"/>'
            f'<text x="{at}" y="{y}" dy="4" text-anchor="{anchor}">{escape(text)}</text>'
        )
    return "".join(parts)


def _points(x: Axis, y: Axis, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> str:
    return " ".join(
        f"{x_at(x, a):.1f},{y_at(y, b):.1f}" for a, b in zip(xs.tolist(), ys.tolist(), strict=True)
    )


def _thinned(values: ArrayLike) -> NDArray[np.float64]:
    array: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    if len(array) <= MAX_POINTS:
        return array
    kept: NDArray[np.float64] = array[
        np.linspace(0, len(array) - 1, MAX_POINTS).round().astype(int)
    ]
    return kept


def _numbers(values: ArrayLike) -> list[float]:
    return [float(value) for value in np.asarray(values, dtype=np.float64)]
