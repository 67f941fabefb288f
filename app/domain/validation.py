"""Validation of what the rules of a playbook state: names, texts and hours."""

import re

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
MAX_TEXT_CHARACTERS = 500
MAX_HOURS = 24 * 90  # whoever may take longer than a quarter of a year is not asked to respond


def validate_name(what: str, name: str) -> None:
    """Return if the name consists of lower-case letters, digits and underscores.

    Raises
    ------
    ValueError
        If it does not, or is longer than 60 characters.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            f"{what} must be a name of lower-case letters, digits and underscores, got {name!r}"
        )


def validate_text(what: str, text: str) -> None:
    """Return if the text is neither empty nor too long for a person to read in a list.

    Raises
    ------
    ValueError
        If it is.
    """
    if not text.strip() or len(text) > MAX_TEXT_CHARACTERS:
        raise ValueError(f"{what} needs 1 to {MAX_TEXT_CHARACTERS} characters, got {len(text)}")


def validate_hours(what: str, hours: int, *, least: int = 1) -> None:
    """Return if a number of hours lies between `least` and a quarter of a year.

    Raises
    ------
    ValueError
        If it does not.
    """
    if not least <= hours <= MAX_HOURS:
        raise ValueError(f"{what} must lie in {least} to {MAX_HOURS} hours, got {hours}")
