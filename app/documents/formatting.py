"""How documents write numbers, shares, intervals and dates."""

import math
from typing import Final

from app.domain.moments import format_moment, from_micros

NOT_DEFINED: Final = "–"
_MINUS: Final = "−"


def format_date(micros: int) -> str:
    """Return the UTC date of a moment given in microseconds since the epoch, as ``2026-05-31``."""
    return format_moment(from_micros(micros))[:10]


def format_percent(share: float, digits: int = 1) -> str:
    """Return a share (0 to 1) in per cent; a dash if it is not finite."""
    return f"{100 * share:.{digits}f} %" if math.isfinite(share) else NOT_DEFINED


def format_number(value: float, digits: int = 4) -> str:
    """Return a number with this many decimals; a dash if it is not finite."""
    return f"{value:.{digits}f}".replace("-", _MINUS) if math.isfinite(value) else NOT_DEFINED


def format_signed(value: float, digits: int = 4) -> str:
    """Return a number with its sign, + included; a dash if it is not finite."""
    return f"{value:+.{digits}f}".replace("-", _MINUS) if math.isfinite(value) else NOT_DEFINED


def format_interval(ends: tuple[float, float], digits: int = 4) -> str:
    """Return an interval as ``0.1 to 0.3``."""
    return f"{format_number(ends[0], digits)} to {format_number(ends[1], digits)}"
