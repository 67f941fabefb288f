"""What names, texts and hours in a playbook must look like."""

import re

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
MAX_TEXT_CHARACTERS = 500
MAX_HOURS = 24 * 90  # a response that may take longer than a quarter is none


def check_name(what: str, name: str) -> None:
    """Refuse a name that is no lower-case word with underscores.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            f"{what} must be a name of lower-case letters, digits and underscores, got {name!r}"
        )


def check_text(what: str, text: str) -> None:
    """Refuse a text that is empty or too long for a person to read in a list.

    Raises
    ------
    ValueError
        If it is.
    """
    if not text.strip() or len(text) > MAX_TEXT_CHARACTERS:
        raise ValueError(f"{what} needs 1 to {MAX_TEXT_CHARACTERS} characters, got {len(text)}")


def check_hours(what: str, hours: int, *, least: int = 1) -> None:
    """Refuse a number of hours outside `least` to a quarter of a year.

    Raises
    ------
    ValueError
        If it is.
    """
    if not least <= hours <= MAX_HOURS:
        raise ValueError(f"{what} must lie in {least} to {MAX_HOURS} hours, got {hours}")
