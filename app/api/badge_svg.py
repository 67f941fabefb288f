"""A badge as SVG: text that can be read, for people and for screen readers; colour only helps."""

from html import escape
from typing import Final

_CHARACTER: Final = 6.6  # pixels, a little more than Verdana's mean at 11 px
_PADDING: Final = 10
_HEIGHT: Final = 20


def badge_svg(label: str, message: str, color: str) -> str:
    """Return a badge with `label` left on grey and `message` right on `color`, white on both."""
    left, right = _width(label), _width(message)
    title = escape(f"{label}: {message}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" '
        f'role="img" aria-label="{title}"><title>{title}</title>'
        f'<rect width="{left}" height="{_HEIGHT}" fill="#444"/>'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT}" fill="{escape(color)}"/>'
        '<g fill="#fff" text-anchor="middle" font-size="11" aria-hidden="true" '
        'font-family="Verdana,Geneva,DejaVu Sans,sans-serif">'
        f'<text x="{left / 2:g}" y="14">{escape(label)}</text>'
        f'<text x="{left + right / 2:g}" y="14">{escape(message)}</text></g></svg>'
    )


def _width(text: str) -> int:
    return round(len(text) * _CHARACTER) + _PADDING
