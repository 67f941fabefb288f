"""What to expect of customers, all sources together: orders, subscriptions, and what is at risk."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.json_object import JsonObject
from app.bundle.value import forecaster, recurring
from app.bundle.value.facts import N_ANSWERS, ORDERS_FILE, REVENUE_FILE, Expected, ValueFacts
from app.bundle.value.forecaster import ValueModel, numbers_of, read_value
from app.bundle.value.recurring import recurring_revenue
from app.compiled.kernel import NoMachineCode
from app.domain.activity import ActivityType
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import BundleRefused

Numbers = NDArray[np.float64]

TOLERANCE: Final = 1e-9  # relative: what exponentials may differ by between processors


@dataclass(frozen=True, slots=True)
class CustomerValue:
    """Foresees what customers will bring.

    Where churn is the end of a contract, revenue is that of the subscription plus that of orders,
    and not known where the subscription's is not. Elsewhere subscriptions are not counted: nothing
    tells how long they will run. Where churn is that no order comes, the date of the next one
    agrees with its probability.

    Attributes
    ----------
    model : of orders; None where the log told too little of them.
    churn : what the probabilities are of.
    """

    model: ValueModel | None
    churn: ChurnDefinition

    def expected(self, features: Numbers, probabilities: Numbers) -> Expected:
        """Return what to expect of customers with these features and churn probabilities."""
        orders, revenue, orders_12m, revenue_12m, next_order_days, kept_12m = self._orders(
            features, probabilities
        )
        days = self.churn.horizon_days
        if self.churn.kind is ChurnKind.CANCELLATION:
            near, year, kept = recurring_revenue(features, probabilities, horizon_days=days)
            revenue = near + np.nan_to_num(revenue)
            revenue_12m = year + np.nan_to_num(revenue_12m)
            kept_12m = kept + np.nan_to_num(kept_12m)
        at_risk = probabilities * revenue_12m
        return Expected(
            orders, revenue, orders_12m, revenue_12m, next_order_days, kept_12m, at_risk
        )

    def _orders(self, features: Numbers, probabilities: Numbers) -> tuple[Numbers, ...]:
        if self.model is None:
            return (np.full(len(features), np.nan),) * N_ANSWERS
        churn = self.churn
        no_order = churn.kind is ChurnKind.ABSENCE and churn.event == ActivityType.ORDER_PLACED
        silences = probabilities if no_order else None
        return self.model.predict(features, horizon_days=churn.horizon_days, silences=silences)


def value_of_customers(model: ValueModel | None, churn: ChurnDefinition) -> CustomerValue | None:
    """Return what foresees value; None where there is nothing to foresee it by."""
    if model is None and churn.kind is not ChurnKind.CANCELLATION:
        return None
    return CustomerValue(model, churn)


def value_facts_of(model: ValueModel, features: Numbers, *, horizon_days: int) -> ValueFacts:
    """Return the section of a manifest, with the answers for the golden rows `features`."""
    return ValueFacts(numbers_of(model), _golden(model, features, horizon_days))


def value_files_of(model: ValueModel) -> dict[str, bytes]:
    """Return the boosters' texts by the names of their files."""
    rates = {ORDERS_FILE: model.orders_rate, REVENUE_FILE: model.revenue_rate}
    return {name: rate.text.encode("ascii") for name, rate in rates.items() if rate is not None}


def opened_value(
    facts: ValueFacts,
    texts: Mapping[str, str],
    golden_features: Sequence[Sequence[float]],
    *,
    horizon_days: int,
    source: str,
) -> ValueModel:
    """Return the model that a manifest and its files hold, once it answers the golden rows.

    Raises
    ------
    BundleRefused
        If a number is out of range, a booster is damaged, or an answer is off.
    """
    fields = JsonObject(dict(facts.numbers), f"{source}: value")
    model = read_value(
        fields, orders_text=texts.get(ORDERS_FILE), revenue_text=texts.get(REVENUE_FILE)
    )
    found = np.array(_golden(model, np.array(golden_features), horizon_days))
    written = np.array(facts.golden)
    if not (
        found.shape == written.shape
        and np.allclose(found, written, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
    ):
        raise BundleRefused(
            f"{source} foresees the value of its golden rows differently from when it was written: "
            "train it again with the installed libraries"
        )
    return model


def warm_up() -> None:
    """Have the kernels ready; where there is no machine code, opening a bundle says so."""
    with suppress(NoMachineCode):
        forecaster.warm_up()
        recurring.warm_up()


def _golden(
    model: ValueModel, features: Numbers, horizon_days: int
) -> tuple[tuple[float, ...], ...]:
    said = np.stack(model.predict(features, horizon_days=horizon_days))
    return tuple(map(tuple, said.T.tolist()))
