"""Write a value model as JSON, and read it back strictly; the texts of its boosters are files."""

from collections.abc import Mapping
from typing import Any

from app.bundle.json_object import JsonObject
from app.bundle.value.correction import Correction
from app.bundle.value.gamma_gamma import GammaGamma
from app.bundle.value.pareto_nbd import ParetoNbd
from app.bundle.value.rate_booster import RateBooster
from app.bundle.value.value_model import ValueModel
from app.domain.errors import BundleRefused

_FIELDS = (
    "timing",
    "spending",
    "reference_days",
    "orders",
    "revenue",
    "orders_rate",
    "revenue_rate",
)


def encode_value_model(model: ValueModel) -> Mapping[str, Any]:
    """Return the model as JSON can hold it, without the texts of its boosters.

    `read_value_model` reads it back, equal to the last bit.
    """
    return {
        "timing": _encode_numbers(model.timing),
        "spending": model.spending and _encode_numbers(model.spending),
        "reference_days": float(model.reference_days),
        "orders": _encode_correction(model.orders),
        "revenue": _encode_correction(model.revenue),
        "orders_rate": _encode_rate(model.orders_rate),
        "revenue_rate": _encode_rate(model.revenue_rate),
    }


def read_value_model(
    fields: JsonObject, *, orders_text: str | None, revenue_text: str | None
) -> ValueModel:
    """Return the model that `encode_value_model` wrote, with the texts of its boosters.

    Raises
    ------
    BundleRefused
        If a field is missing, unknown or out of range, or a text is damaged, missing or not needed.
    """
    fields.allow_only(*_FIELDS)
    timing = fields.nested("timing").allow_only(*ParetoNbd._fields)
    try:
        return ValueModel(
            timing=ParetoNbd(*(timing.number(name) for name in ParetoNbd._fields)),
            spending=_read_spending(fields),
            reference_days=fields.number("reference_days"),
            orders=_read_correction(fields.nested("orders")),
            revenue=_read_correction(fields.nested("revenue")),
            orders_rate=_read_rate(fields, "orders_rate", orders_text),
            revenue_rate=_read_rate(fields, "revenue_rate", revenue_text),
        )
    except ValueError as error:
        raise BundleRefused(f"{fields.where}: {error}") from error


def _encode_numbers(parameters: ParetoNbd | GammaGamma) -> dict[str, float]:
    return {name: float(x) for name, x in parameters._asdict().items()}


def _encode_correction(correction: Correction) -> dict[str, Any]:
    return {
        "weights": [float(weight) for weight in correction.weights],
        "centre": float(correction.centre),
        "level": float(correction.level),
    }


def _encode_rate(rate: RateBooster | None) -> dict[str, float] | None:
    return None if rate is None else {"per_day": float(rate.per_day), "share": float(rate.share)}


def _read_spending(fields: JsonObject) -> GammaGamma | None:
    if fields.is_null("spending"):
        return None
    spending = fields.nested("spending").allow_only(*GammaGamma._fields)
    return GammaGamma(*(spending.number(name) for name in GammaGamma._fields))


def _read_correction(fields: JsonObject) -> Correction:
    fields.allow_only(*Correction._fields)
    return Correction(fields.numbers("weights"), fields.number("centre"), fields.number("level"))


def _read_rate(fields: JsonObject, name: str, text: str | None) -> RateBooster | None:
    is_null = fields.data.get(name, ...) is None
    if is_null != (text is None):
        raise BundleRefused(
            f"{fields.where}: {name} and the file of its booster must both be there, or neither"
        )
    if text is None:
        return None
    rate = fields.nested(name).allow_only("per_day", "share")
    return RateBooster(text, rate.number("per_day"), rate.number("share"))
