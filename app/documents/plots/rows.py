"""Plots with one row per name: bars, and dots with their intervals."""

from collections.abc import Sequence
from html import escape
from typing import Final

from app.documents.plots.axes import Axis, drawing

WIDTH: Final = 540
NAMES: Final = 208  # room for the names, left of the axis
NUMBERS: Final = 56  # room for the numbers, right of it
ROW: Final = 24
TOP: Final = 30
LONGEST_NAME: Final = 34


def bars(title: str, description: str, axis: Axis, rows: Sequence[tuple[str, float, str]]) -> str:
    """Return level bars from the axis' low end: (name, value, its text)."""
    parts = []
    for i, (name, value, text) in enumerate(rows):
        y = TOP + ROW * i
        parts.append(_name(name, y))
        parts.append(
            f'<rect class="fa" x="{NAMES}" y="{y + 5}" rx="2" '
            f'width="{max(_at(axis, value) - NAMES, 1):.1f}" height="{ROW - 10}"/>'
            f'<text x="{_at(axis, value) + 6:.1f}" y="{y + 16}">{escape(text)}</text>'
        )
    return drawing(title, description, WIDTH, TOP + ROW * len(rows) + 6, [_head(title), *parts])


def intervals(
    title: str,
    description: str,
    axis: Axis,
    rows: Sequence[tuple[str, float, float, float, str]],
    *,
    mark: float | None = None,
) -> str:
    """Return dots with level intervals: (name, low, value, high, text); `mark` draws a line."""
    height = TOP + ROW * len(rows)
    parts = [_grid(axis, value, text, height) for value, text in axis.ticks]
    if mark is not None:
        at = f"{_at(axis, mark):.1f}"
        parts.append(f'<line class="even" x1="{at}" y1="{TOP - 4}" x2="{at}" y2="{height}"/>')
    for i, (name, low, value, high, text) in enumerate(rows):
        y = TOP + ROW * i + ROW / 2
        parts.append(_name(name, TOP + ROW * i))
        parts.append(
            f'<line class="whisker a" x1="{_at(axis, low):.1f}" y1="{y}" '
            f'x2="{_at(axis, high):.1f}" y2="{y}"/>'
            f'<circle class="fa" cx="{_at(axis, value):.1f}" cy="{y}" r="4"/>'
            f'<text x="{WIDTH}" y="{y + 4}" text-anchor="end">{escape(text)}</text>'
        )
    labels = f'<text x="{NAMES}" y="{height + 36}">{escape(axis.label)}</text>'
    return drawing(title, description, WIDTH, height + 44, [_head(title), *parts, labels])


def _at(axis: Axis, value: float) -> float:
    inside = min(max(value, axis.low), axis.high)
    return NAMES + (inside - axis.low) / (axis.high - axis.low) * (WIDTH - NAMES - NUMBERS - 8)


def _head(title: str) -> str:
    return f'<text class="head" x="0" y="14">{escape(title)}</text>'


def _name(name: str, y: float) -> str:
    short = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    return f'<text class="name" x="0" y="{y + 16}">{escape(short)}</text>'


def _grid(axis: Axis, value: float, text: str, height: float) -> str:
    at = f"{_at(axis, value):.1f}"
    return (
        f'<line class="grid" x1="{at}" y1="{TOP - 4}" x2="{at}" y2="{height}"/>'
        f'<text x="{at}" y="{height + 16}" text-anchor="middle">{escape(text)}</text>'
    )
