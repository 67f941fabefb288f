"""Store a value model in a bundle, and open it again: a section of the manifest and two files."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.json_object import JsonObject
from app.bundle.value.section import ORDERS_FILE, REVENUE_FILE, ValueSection
from app.bundle.value.value_model import ValueModel
from app.bundle.value.value_model_json import encode_value_model, read_value_model
from app.domain.errors import BundleRefused

Floats = NDArray[np.float64]

TOLERANCE: Final = 1e-9  # relative: exponentials differ by as much between processors


def value_section_of(
    model: ValueModel, golden_features: Floats, *, horizon_days: int
) -> ValueSection:
    """Return the section of the manifest, with the forecasts of the golden rows."""
    return ValueSection(
        encode_value_model(model), _golden_forecasts(model, golden_features, horizon_days)
    )


def value_files_of(model: ValueModel) -> dict[str, bytes]:
    """Return the texts of the boosters by the names of their files."""
    rates = {ORDERS_FILE: model.orders_rate, REVENUE_FILE: model.revenue_rate}
    return {name: rate.text.encode("ascii") for name, rate in rates.items() if rate is not None}


def open_value_model(
    section: ValueSection,
    texts: Mapping[str, str],
    golden_features: Sequence[Sequence[float]],
    *,
    horizon_days: int,
    source: str,
) -> ValueModel:
    """Return the model of a section and of the texts of its files, by name.

    Raises
    ------
    BundleRefused
        If a number is out of range, a booster is damaged, or the golden rows are not forecast as
        they were when the bundle was written.
    """
    model = read_value_model(
        JsonObject(dict(section.numbers), f"{source}: value"),
        orders_text=texts.get(ORDERS_FILE),
        revenue_text=texts.get(REVENUE_FILE),
    )
    found = np.array(_golden_forecasts(model, np.array(golden_features), horizon_days))
    written = np.array(section.golden)
    if found.shape != written.shape or not np.allclose(
        found, written, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True
    ):
        raise BundleRefused(
            f"{source} forecasts the value of its golden rows differently than when it was "
            "written: train a new bundle with the libraries installed here"
        )
    return model


def _golden_forecasts(
    model: ValueModel, features: Floats, horizon_days: int
) -> tuple[tuple[float, ...], ...]:
    forecast = np.stack(model.predict(features, horizon_days=horizon_days))
    return tuple(map(tuple, forecast.T.tolist()))
