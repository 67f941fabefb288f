"""The columns that a booster was trained on must be the features that its manifest lists."""

from collections.abc import Sequence
from typing import Final

from app.domain.errors import BundleRefused

_FEATURE_NAMES_LINE: Final = "\nfeature_names="


def validate_feature_columns(booster_text: str, names: Sequence[str], *, source: str) -> None:
    """Refuse a booster whose own names of its columns are not `names`, in this order.

    A booster that was trained without names (``Column_0``, ``Column_1`` ...) cannot be validated,
    and is accepted.

    Raises
    ------
    BundleRefused
        If a column has the name of another feature.
    """
    header = booster_text.split("\nTree=", 1)[0]
    columns = header.partition(_FEATURE_NAMES_LINE)[2].split("\n", 1)[0].split(" ")
    if set(columns).isdisjoint(names) or columns == list(names):
        return
    pairs = enumerate(zip(columns, names, strict=False))
    position = next((i for i, (column, name) in pairs if column != name), 0)
    raise BundleRefused(
        f"{source} was trained on other columns than its manifest lists: column {position} is "
        f"{columns[position]!r:.80}, not {names[position]!r:.80}: train a new bundle"
    )
