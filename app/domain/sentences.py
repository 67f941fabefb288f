"""Sentences for people with feature values: ``no order for {days_since_order:.0f} days``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

# Only a number of decimals or a percentage: anything richer (widths, attributes) is a way to harm.
_SPEC = re.compile(r"(?:,?\.[0-3]f|\.[0-2]%)?")
MAX_SENTENCE_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with the values of features filled in, and what to say where one of them is missing.

    `pattern` takes the values of `positions` in order.
    """

    pattern: str
    positions: tuple[int, ...]
    without_values: str

    def of(self, columns: Sequence[Any]) -> str:
        """Return the text for one customer; `without_values` where a value in it is NaN."""
        values = [columns[position] for position in self.positions]
        if any(value != value for value in values):  # noqa: PLR0124 - true for NaN only
            return self.without_values
        return self.pattern.format(*values)


def sentence_of(text: str, *, without_values: str, positions: Mapping[str, int]) -> Sentence:
    """Return the sentence of a text whose braces name features.

    Raises
    ------
    ValueError
        If the text is empty, too long, names an unknown feature, or asks for a format other than
        a number of decimals (``:.0f``) or a percentage (``:.0%``).
    """
    if not text.strip() or len(text) > MAX_SENTENCE_CHARACTERS:
        raise ValueError(f"a text has 1 to {MAX_SENTENCE_CHARACTERS} characters, got {len(text)}")
    pattern, fields = "", []
    for literal, name, spec, conversion in Formatter().parse(text):
        pattern += literal.replace("{", "{{").replace("}", "}}")
        if name is None:
            continue
        if name not in positions:
            raise ValueError(f"the text names the unknown feature {name!r}")
        if conversion or not _SPEC.fullmatch(spec or ""):
            raise ValueError(f"{name!r} takes a format such as :.0f, :.1f or :.0%, got {spec!r}")
        pattern += f"{{:{spec or '.0f'}}}"
        fields.append(positions[name])
    return Sentence(pattern, tuple(fields), without_values)
