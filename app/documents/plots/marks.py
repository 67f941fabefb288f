"""What is drawn inside the axes of a plot; the style sheet colours the series a, b and c."""

from collections.abc import Sequence
from html import escape
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.documents.plots.axes import Axis
from app.documents.plots.xy_plot import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    x_position,
    y_position,
)

Series = Literal["a", "b", "c"]
Corner = Literal["lower right", "upper right", "lower left"]

MAX_POINTS: Final = 160  # of one line; more would be closer than a pixel, and megabytes of text
_LEGEND_LINE: Final = 18  # height of one entry


def line(x: Axis, y: Axis, xs: ArrayLike, ys: ArrayLike, *, series: Series = "a") -> str:
    """Return a line through the points, thinned out evenly where there are very many of them."""
    points = zip(_thinned(xs).tolist(), _thinned(ys).tolist(), strict=True)
    path = " ".join(f"{x_position(x, a):.1f},{y_position(y, b):.1f}" for a, b in points)
    return f'<polyline class="line {series}" points="{path}"/>'


def reference_line(x: Axis, y: Axis, start: tuple[float, float], end: tuple[float, float]) -> str:
    """Return a dashed line to compare with, such as the diagonal."""
    (x1, y1), (x2, y2) = start, end
    return (
        f'<line class="even" x1="{x_position(x, x1):.1f}" y1="{y_position(y, y1):.1f}" '
        f'x2="{x_position(x, x2):.1f}" y2="{y_position(y, y2):.1f}"/>'
    )


def dots(x: Axis, y: Axis, xs: ArrayLike, ys: ArrayLike, *, series: Series = "a") -> str:
    """Return a dot at each point."""
    return "".join(
        f'<circle class="f{series}" cx="{x_position(x, a):.1f}" '
        f'cy="{y_position(y, b):.1f}" r="3.6"/>'
        for a, b in zip(_floats(xs), _floats(ys), strict=True)
    )


def error_bars(
    x: Axis, y: Axis, xs: ArrayLike, lows: ArrayLike, highs: ArrayLike, *, series: Series = "a"
) -> str:
    """Return a vertical interval from low to high at each x."""
    return "".join(
        f'<line class="whisker {series}" x1="{x_position(x, a):.1f}" y1="{y_position(y, low):.1f}" '
        f'x2="{x_position(x, a):.1f}" y2="{y_position(y, high):.1f}"/>'
        for a, low, high in zip(_floats(xs), _floats(lows), _floats(highs), strict=True)
    )


def histogram_bars(x: Axis, y: Axis, edges: ArrayLike, heights: ArrayLike) -> str:
    """Return a bar between each two neighbouring `edges`; there is one height fewer than edges."""
    ends = _floats(edges)
    return "".join(
        _histogram_bar(x_position(x, left), x_position(x, right), y_position(y, height), y)
        for left, right, height in zip(ends[:-1], ends[1:], _floats(heights), strict=True)
    )


def legend(entries: Sequence[tuple[str, Series]], *, corner: Corner = "lower right") -> str:
    """Return a legend of (text, series) in a corner of the axes."""
    height = _LEGEND_LINE * (len(entries) - 1)
    first = TOP + 12 if corner == "upper right" else HEIGHT - BOTTOM - 12 - height
    line_x, text_x, anchor = (
        (LEFT + 10, LEFT + 42, "start")
        if corner == "lower left"
        else (WIDTH - RIGHT - 34, WIDTH - RIGHT - 40, "end")
    )
    parts = []
    for i, (text, series) in enumerate(entries):
        y = first + _LEGEND_LINE * i
        parts.append(
            f'<line class="line {series}" x1="{line_x}" y1="{y}" x2="{line_x + 26}" y2="{y}"/>'
            f'<text x="{text_x}" y="{y}" dy="4" text-anchor="{anchor}">{escape(text)}</text>'
        )
    return "".join(parts)


def _thinned(values: ArrayLike) -> NDArray[np.float64]:
    """Return at most `MAX_POINTS` of the values, evenly chosen, the first and the last included."""
    array = np.asarray(values, dtype=np.float64)
    if len(array) <= MAX_POINTS:
        return array
    return np.asarray(array[np.linspace(0, len(array) - 1, MAX_POINTS).round().astype(int)])


def _floats(values: ArrayLike) -> list[float]:
    return [float(value) for value in np.asarray(values, dtype=np.float64)]


def _histogram_bar(left: float, right: float, top: float, y: Axis) -> str:
    return (
        f'<rect class="fa" x="{left + 0.5:.1f}" y="{top:.1f}" '
        f'width="{max(right - left - 1, 0.5):.1f}" height="{y_position(y, y.low) - top:.1f}"/>'
    )
