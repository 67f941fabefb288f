"""Customers with orders, and a value model with a booster for each of orders and revenue."""

import lightgbm
import numpy as np
import pytest

from app.bundle.value.closed_form import ORDER_COLUMNS
from app.bundle.value.gamma_gamma import GammaGamma
from app.bundle.value.pareto_nbd import ParetoNbd
from app.bundle.value.rate_booster import RateBooster
from app.bundle.value.value_model import ValueModel
from app.features.catalogue import FEATURE_NAMES


@pytest.fixture(scope="session")
def rows():
    rng = np.random.default_rng(3)
    table = rng.uniform(0, 50, size=(300, len(FEATURE_NAMES)))
    table[:, ORDER_COLUMNS.orders] = table[:, ORDER_COLUMNS.order_days] = rng.integers(
        0, 9, size=300
    )
    table[:, ORDER_COLUMNS.since_first] = 100 + table[:, ORDER_COLUMNS.since_last]
    return table


def text_of(rows, targets, objective):
    settings = {"objective": objective, "num_leaves": 4, "verbose": -1, "num_threads": 1, "seed": 1}
    data = lightgbm.Dataset(rows, targets, feature_name=list(FEATURE_NAMES))
    return lightgbm.train(settings, data, 5).model_to_string()


@pytest.fixture(scope="session")
def model(rows):
    rate = RateBooster(text_of(rows, rows[:, ORDER_COLUMNS.orders], "poisson"), 0.01)
    return ValueModel(
        ParetoNbd(0.6, 60.0, 0.5, 90.0),
        GammaGamma(6.0, 4.0, 15.0),
        reference_days=365.0,
        orders_rate=rate,
        revenue_rate=RateBooster(rate.text, 0.3),
    )
