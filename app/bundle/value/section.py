"""The section `value` of a manifest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.bundle.json_object import JsonObject
from app.domain.errors import BundleRefused

N_FORECASTS: Final = 6  # numbers of a forecast, for each golden row
ORDERS_FILE: Final = "value_orders.txt"
REVENUE_FILE: Final = "value_revenue.txt"


@dataclass(frozen=True, slots=True)
class ValueSection:
    """What a manifest says about the value model.

    Attributes
    ----------
    numbers : the model as `encode_value_model` returns it; validated when the bundle is opened.
    golden : the forecast of each golden row: `N_FORECASTS` numbers, NaN = cannot be known.
    """

    numbers: Mapping[str, Any]
    golden: tuple[tuple[float, ...], ...]

    def as_json(self) -> dict[str, Any]:
        """Return the section as plain data."""
        rows = [[None if x != x else x for x in row] for row in self.golden]  # noqa: PLR0124 - NaN
        return {"forecast": dict(self.numbers), "golden": [{"says": row} for row in rows]}


def read_value_section(fields: JsonObject) -> ValueSection:
    """Return the section; `BundleRefused` unless each golden row has all numbers of a forecast."""
    fields.allow_only("forecast", "golden")
    golden = tuple(
        row.allow_only("says").numbers_or_nan("says") for row in fields.each_nested("golden")
    )
    if not golden or any(len(row) != N_FORECASTS for row in golden):
        raise BundleRefused(f"{fields.where}: golden needs rows of {N_FORECASTS} numbers each")
    return ValueSection(fields.nested("forecast").data, golden)
