"""How numbers and moments are written in documents."""

import math

from app.domain.moments import format_moment, from_micros

NOTHING = "–"


def day(micros: int) -> str:
    """Return the date (UTC) of a moment."""
    return format_moment(from_micros(micros))[:10]


def percent(share: float, digits: int = 1) -> str:
    """Return a share (0 to 1) in per cent; a dash where it is not defined."""
    return f"{100 * share:.{digits}f} %" if math.isfinite(share) else NOTHING


def figure(value: float, digits: int = 4) -> str:
    """Return a number with so many digits; a dash where it is not defined."""
    return f"{value:.{digits}f}".replace("-", "−") if math.isfinite(value) else NOTHING


def signed(value: float, digits: int = 4) -> str:
    """Return a number with its sign."""
    return f"{value:+.{digits}f}".replace("-", "−") if math.isfinite(value) else NOTHING


def between(ends: tuple[float, float], digits: int = 4) -> str:
    """Return an interval."""
    return f"{figure(ends[0], digits)} to {figure(ends[1], digits)}"
