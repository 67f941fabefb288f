"""The ``<svg>`` element around a plot."""

import re
from collections.abc import Sequence
from html import escape


def svg_element(title: str, description: str, width: int, height: int, parts: Sequence[str]) -> str:
    """Return an SVG element that screen readers announce with its title and description.

    The title must be unique within its page, because the element's ids are made from it.
    """
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{name}-title {name}-text" preserveAspectRatio="xMinYMin meet">\n'
        f'<title id="{name}-title">{escape(title)}</title>\n'
        f'<desc id="{name}-text">{escape(description)}</desc>\n' + "\n".join(parts) + "\n</svg>"
    )
