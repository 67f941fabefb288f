"""Texts for people with feature values: ``no order for {days_since_order:.0f} days``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

# A format is a number of decimals, a percentage, or `_SHORT`. Anything richer, such as a width or
# an attribute, would let a playbook do harm.
_SHORT = "short"
_SPEC = re.compile(r"(?:,?\.[0-3]f|\.[0-2]%|short)?")
_WHOLE_FROM = 10  # from here on, a decimal of a number of days says nothing to a person
MAX_TEMPLATE_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """A text with gaps for the values of features, and what to say where a value is missing.

    The gaps of `pattern` take the values at `positions`, in this order.
    """

    pattern: str
    positions: tuple[int, ...]
    without_values: str

    def fill(self, columns: Sequence[Any]) -> str:
        """Return the text for one customer; `without_values` where a value in it is NaN."""
        values = [columns[position] for position in self.positions]
        for value in values:
            if value != value:  # noqa: PLR0124 - true for NaN only
                return self.without_values
        if _SHORT in self.pattern:
            return self.pattern.format(*map(_Value, values))
        return self.pattern.format(*values)


class _Value(float):
    """A number that can also be written short: with one decimal below ten, unless it is whole."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        if spec != _SHORT:
            return super().__format__(spec)
        text = f"{float(self):.1f}"
        return f"{float(self):.0f}" if abs(float(text)) >= _WHOLE_FROM else text.removesuffix(".0")


def parse_template(text: str, *, without_values: str, positions: Mapping[str, int]) -> TextTemplate:
    """Return the template that a text states whose braces name features.

    A feature's format is a number of decimals (``:.0f``), a percentage (``:.0%``), or ``:short``:
    one decimal below ten, unless the number is whole.

    Raises
    ------
    ValueError
        If the text is empty or too long, names an unknown feature, or has any other format.
    """
    if not text.strip() or len(text) > MAX_TEMPLATE_CHARACTERS:
        raise ValueError(f"a text has 1 to {MAX_TEMPLATE_CHARACTERS} characters, got {len(text)}")
    pattern, fields = "", []
    for literal, name, spec, conversion in Formatter().parse(text):
        pattern += literal.replace("{", "{{").replace("}", "}}")
        if name is None:
            continue
        if name not in positions:
            raise ValueError(f"the text names the unknown feature {name!r}")
        if conversion or not _SPEC.fullmatch(spec or ""):
            raise ValueError(
                f"{name!r} takes a format such as :.0f, :.1f, :.0% or :short, got {spec!r}"
            )
        pattern += f"{{:{spec or '.0f'}}}"
        fields.append(positions[name])
    return TextTemplate(pattern, tuple(fields), without_values)
