"""Plots over two axes: their frame, and where values lie in it."""

from collections.abc import Sequence
from html import escape
from typing import Final

from app.documents.plots.axes import Axis
from app.documents.plots.svg import svg_element

WIDTH: Final = 480
HEIGHT: Final = 336
LEFT, RIGHT, TOP, BOTTOM = 58, 22, 52, 48  # margins around the axes


def draw_plot(title: str, description: str, x: Axis, y: Axis, marks: Sequence[str]) -> str:
    """Return a whole plot with `marks` inside its axes; see `app.documents.plots.marks`."""
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    frame = [
        *(_grid_line(y, value, text) for value, text in y.ticks),
        *(_tick(x, value, text) for value, text in x.ticks),
        f'<line class="axis" x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"/>',
        f'<text x="{(LEFT + right) / 2:.1f}" y="{HEIGHT - 8}" text-anchor="middle">'
        f"{escape(x.label)}</text>",
        f'<text class="head" x="0" y="14">{escape(title)}</text>',
        f'<text x="0" y="32">{escape(y.label)}</text>',
    ]
    return svg_element(title, description, WIDTH, HEIGHT, [*frame, *marks])


def x_position(axis: Axis, value: float) -> float:
    """Return where a value of the horizontal axis lies, in units of the drawing."""
    return LEFT + (value - axis.low) / (axis.high - axis.low) * (WIDTH - LEFT - RIGHT)


def y_position(axis: Axis, value: float) -> float:
    """Return where a value of the vertical axis lies, in units of the drawing."""
    return HEIGHT - BOTTOM - (value - axis.low) / (axis.high - axis.low) * (HEIGHT - TOP - BOTTOM)


def _grid_line(y: Axis, value: float, text: str) -> str:
    at = f"{y_position(y, value):.1f}"
    return (
        f'<line class="grid" x1="{LEFT}" y1="{at}" x2="{WIDTH - RIGHT}" y2="{at}"/>'
        f'<text x="{LEFT - 8}" y="{at}" dy="4" text-anchor="end">{escape(text)}</text>'
    )


def _tick(x: Axis, value: float, text: str) -> str:
    at = f"{x_position(x, value):.1f}"
    return f'<text x="{at}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{escape(text)}</text>'
