"""The columns that a booster was grown on must be those that it will be asked with."""

from collections.abc import Sequence

from app.domain.errors import BundleRefused

_LINE = "\nfeature_names="


def check_columns(booster_text: str, names: Sequence[str], *, source: str) -> None:
    """Return if the booster's own names of its columns are `names`, in their order.

    A booster that was grown without names (``Column_0``, ``Column_1`` ...) cannot be checked.

    Raises
    ------
    BundleRefused
        If a column bears the name of another feature.
    """
    header = booster_text.split("\nTree=", 1)[0]
    line = header.partition(_LINE)[2].split("\n", 1)[0]
    told = line.split(" ")
    if set(told).isdisjoint(names) or told == list(names):
        return
    pairs = enumerate(zip(told, names, strict=False))
    column = next((i for i, (one, other) in pairs if one != other), 0)
    raise BundleRefused(
        f"{source} was grown on other columns than its manifest states: column {column} is "
        f"{told[column]!r:.80}, not {names[column]!r:.80}: train the bundle again"
    )
