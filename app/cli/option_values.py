"""What the text of an option means; text without a meaning is wrong usage (exit code 2)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import typer

from app.domain.moments import parse_moment


def moment_of(text: str, *, option: str) -> datetime:
    """Return the moment that an option names.

    Raises
    ------
    typer.BadParameter
        If it is neither a date nor a moment with a zone.
    """
    try:
        return parse_moment(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option}: {error}") from None


def moment_or_now(text: str | None, *, option: str) -> datetime:
    """Return the moment that an option names, or the current one if it is absent."""
    return datetime.now(UTC) if text is None else moment_of(text, option=option)


def today() -> date:
    """Return today's date in UTC."""
    return datetime.now(UTC).date()


def pairs_of(texts: Sequence[str], *, option: str) -> dict[str, str]:
    """Return ``{left: right}`` of options written ``LEFT=RIGHT``.

    Raises
    ------
    typer.BadParameter
        If a text is not written like that.
    """
    pairs = {}
    for text in texts:
        left, equals, right = text.partition("=")
        if not (left and equals and right):
            raise typer.BadParameter(f"{option}: expected LEFT=RIGHT, got {text!r}")
        pairs[left] = right
    return pairs
