"""What customers are worth, and the tiers that follow from it: training's last word on money."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.estimator import ExpectedValueColumns, value_estimator
from app.bundle.value.value_model import ValueModel
from app.documents.document import Section
from app.domain.churn import ChurnDefinition
from app.domain.moments import to_micros
from app.domain.tiers import AnyTierPolicy, ValuePolicy
from app.features.history import History
from app.features.population import in_population
from training.card.sections.profit import profit_section
from training.card.sections.value import value_section
from training.testing.holdout import Holdout
from training.tiers.cut_points import ContactCosts, policy_by_shares, policy_by_value
from training.tiers.profit import expected_maximum_profit, policy_profit
from training.value.backtest import ValueBacktest, backtest_value
from training.value.fit import fit_value

Numbers = NDArray[np.float64]

N_STEPS: Final = 2  # the bundle's forecast, and that of the test


@dataclass(frozen=True, slots=True)
class Worth:
    """What was learned of value, and the tiers of the bundle.

    Attributes
    ----------
    model : foresees orders and revenue; None where the log tells too little of them.
    policy : the tiers.
    probabilities : float64 array of shape (n,), of the population as of the cut-off.
    expected : what that population is expected to bring; None where no value is foreseen.
    tested : the churn test, None where there was none; `value_tested` the same of value.
    """

    model: ValueModel | None
    policy: AnyTierPolicy
    probabilities: Numbers
    expected: ExpectedValueColumns | None
    tested: Holdout | None
    value_tested: ValueBacktest | None

    @property
    def values(self) -> Numbers:
        """What each of the population is worth if kept, shape (n,), NaN = not known."""
        if self.expected is None:
            return np.full(len(self.probabilities), np.nan)
        return self.expected.revenue_12m_if_kept

    def metrics(self) -> dict[str, Any]:
        """Return the figures of value and profit for the manifest."""
        found: dict[str, Any] = {}
        if self.value_tested is not None:
            tested = {"orders": self.value_tested.orders, "revenue": self.value_tested.revenue}
            found["value_test"] = {k: v.as_numbers() for k, v in tested.items() if v is not None}
        if self.tested is not None and self.tested.both_happened:
            best = expected_maximum_profit(self.tested.churned, self.tested.said)
            found["empc"] = {"profit": round(best.profit, 6), "share": round(best.share, 6)}
        if isinstance(self.policy, ValuePolicy):
            profit = policy_profit(self.policy, self.probabilities, self.values)
            found["expected_profit"] = round(profit.total, 2)
        return found

    def sections(self, *, currency: str | None) -> tuple[Section, ...]:
        """Return what the card says of value and profit."""
        values = None if self.value_tested is None else self.value_tested.values
        return (
            value_section(self.expected, self.value_tested, currency=currency),
            profit_section(
                self.policy,
                self.probabilities,
                self.values,
                tested=self.tested,
                tested_values=values,
                currency=currency,
            ),
        )


def worth_of(
    known: History,
    churn: ChurnDefinition,
    *,
    until: datetime,
    population: Numbers,
    probabilities: Numbers,
    tested: Holdout | None,
    costs: ContactCosts | None,
    seed: int,
    on_progress: Callable[[str, int, int], None],
) -> Worth:
    """Return what customers are worth, and tiers by shares, or by value where `costs` are given.

    Parameters
    ----------
    known : History
        What was known at `until`.
    population, probabilities : float64 arrays of shape (n, n_features) and (n,)
        Everybody of whom the bundle speaks, or a sample of them, and what it says.

    Raises
    ------
    TrainingRefused
        If tiers by value are asked for and no value is known.
    """
    on_progress("value", 0, N_STEPS)
    model = fit_value(known, until=until, seed=seed)
    on_progress("value", 1, N_STEPS)
    value = value_estimator(model, churn)
    expected = None if value is None else value.estimate(population, probabilities)
    value_tested = None
    if tested is not None and value is not None:
        value_tested = backtest_value(known, churn, tested, seed=seed)
    policy: AnyTierPolicy = policy_by_shares(probabilities)
    if costs is not None:
        worth = (
            np.full(len(probabilities), np.nan)
            if expected is None
            else expected.revenue_12m_if_kept
        )
        everybody = int(in_population(known, churn, as_of=to_micros(until)).sum())
        policy = policy_by_value(probabilities, worth, costs, n_population=everybody)
    on_progress("value", N_STEPS, N_STEPS)
    return Worth(model, policy, probabilities, expected, tested, value_tested)
