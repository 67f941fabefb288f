"""Charts with one line per category: bars, and values with their intervals."""

from collections.abc import Sequence
from html import escape
from typing import Final

from app.documents.plots.axes import Axis
from app.documents.plots.svg import svg_element

WIDTH: Final = 540
NAMES_WIDTH: Final = 208  # to the left of the axis
NUMBERS_WIDTH: Final = 56  # to the right of it
LINE_HEIGHT: Final = 24
TOP: Final = 30
MAX_NAME_LENGTH: Final = 34


def bar_chart(
    title: str, description: str, axis: Axis, entries: Sequence[tuple[str, float, str]]
) -> str:
    """Return horizontal bars from the low end of the axis, for entries of (name, value, text)."""
    bars = [_bar(i, axis, *entry) for i, entry in enumerate(entries)]
    height = TOP + LINE_HEIGHT * len(entries) + 6
    return svg_element(title, description, WIDTH, height, [_heading(title), *bars])


def interval_chart(
    title: str,
    description: str,
    axis: Axis,
    entries: Sequence[tuple[str, float, float, float, str]],
    *,
    reference: float | None = None,
) -> str:
    """Return dots on horizontal intervals, for entries of (name, low, value, high, text).

    A dashed line marks the value `reference`, where it is given.
    """
    height = TOP + LINE_HEIGHT * len(entries)
    parts = [_grid_line(axis, value, text, height) for value, text in axis.ticks]
    if reference is not None:
        at = f"{_position(axis, reference):.1f}"
        parts.append(f'<line class="even" x1="{at}" y1="{TOP - 4}" x2="{at}" y2="{height}"/>')
    parts += [_interval(i, axis, *entry) for i, entry in enumerate(entries)]
    label = f'<text x="{NAMES_WIDTH}" y="{height + 36}">{escape(axis.label)}</text>'
    return svg_element(title, description, WIDTH, height + 44, [_heading(title), *parts, label])


def _heading(title: str) -> str:
    return f'<text class="head" x="0" y="14">{escape(title)}</text>'


def _bar(i: int, axis: Axis, name: str, value: float, text: str) -> str:
    y, end = TOP + LINE_HEIGHT * i, _position(axis, value)
    return (
        f"{_name(name, y)}\n"
        f'<rect class="fa" x="{NAMES_WIDTH}" y="{y + 5}" rx="2" '
        f'width="{max(end - NAMES_WIDTH, 1):.1f}" height="{LINE_HEIGHT - 10}"/>'
        f'<text x="{end + 6:.1f}" y="{y + 16}">{escape(text)}</text>'
    )


def _interval(
    i: int, axis: Axis, name: str, low: float, value: float, high: float, text: str
) -> str:
    top = TOP + LINE_HEIGHT * i
    y = top + LINE_HEIGHT / 2
    return (
        f"{_name(name, top)}\n"
        f'<line class="whisker a" x1="{_position(axis, low):.1f}" y1="{y}" '
        f'x2="{_position(axis, high):.1f}" y2="{y}"/>'
        f'<circle class="fa" cx="{_position(axis, value):.1f}" cy="{y}" r="4"/>'
        f'<text x="{WIDTH}" y="{y + 4}" text-anchor="end">{escape(text)}</text>'
    )


def _name(name: str, y: float) -> str:
    short = name if len(name) <= MAX_NAME_LENGTH else name[: MAX_NAME_LENGTH - 1] + "…"
    return f'<text class="name" x="0" y="{y + 16}">{escape(short)}</text>'


def _position(axis: Axis, value: float) -> float:
    """Return where a value lies in units of the drawing; values beyond the axis lie at its end."""
    inside = min(max(value, axis.low), axis.high)
    width = WIDTH - NAMES_WIDTH - NUMBERS_WIDTH - 8
    return NAMES_WIDTH + (inside - axis.low) / (axis.high - axis.low) * width


def _grid_line(axis: Axis, value: float, text: str, height: float) -> str:
    at = f"{_position(axis, value):.1f}"
    return (
        f'<line class="grid" x1="{at}" y1="{TOP - 4}" x2="{at}" y2="{height}"/>'
        f'<text x="{at}" y="{height + 16}" text-anchor="middle">{escape(text)}</text>'
    )
