"""Fitting the closed form: Pareto/NBD for days with orders, gamma-gamma for their amounts."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.closed_form import ClosedForm, compute_closed_form
from app.bundle.value.gamma_gamma import GammaGamma
from app.bundle.value.pareto_nbd import ParetoNbd, log_likelihoods
from app.bundle.value.value_model import ValueModel
from training.learning.btyd import fit_parameters
from training.value.buyers import UNIT_DAYS, day_amounts, rhythms_of
from training.value.spending import fit_spending

Numbers = NDArray[np.float64]

# Seven numbers are fitted: fewer buyers, or fewer who ever came back, do not determine them.
MIN_BUYERS: Final = 100
MIN_REPEAT_BUYERS: Final = 30


def has_enough_buyers(features: Numbers) -> bool:
    """Return whether buyers with these features determine the parameters."""
    repeats = rhythms_of(features).repeats
    return len(features) >= MIN_BUYERS and int((repeats > 0).sum()) >= MIN_REPEAT_BUYERS


def fit_closed_form(features: Numbers, *, has_amounts: bool, reference_days: float) -> ValueModel:
    """Return a value model without corrections and boosters, fitted on buyers with these features.

    Spending is left out unless the log `has_amounts`.
    """
    r, alpha, s, beta = np.exp(fit_parameters(pareto_nbd, rhythms_of(features)))
    timing = ParetoNbd(float(r), float(alpha * UNIT_DAYS), float(s), float(beta * UNIT_DAYS))
    return ValueModel(timing, _spending(features) if has_amounts else None, float(reference_days))


def closed_form_of(model: ValueModel, features: Numbers) -> ClosedForm:
    """Return what the closed form of `model` expects of buyers within its reference days."""
    return compute_closed_form(
        features,
        timing=model.timing,
        spending=model.spending,
        reference_days=model.reference_days,
    )


def pareto_nbd(parameters: Numbers, repeats: Numbers, last_at: Numbers, age: Numbers) -> Numbers:
    """Return the log-likelihood of each customer; `parameters` are logs of r, alpha, s, beta.

    It is that of `training.learning.btyd.pareto_nbd`, by the integral that serves, which is many
    times faster.
    """
    r, alpha, s, beta = (float(x) for x in np.exp(np.clip(parameters, -20.0, 20.0)))
    return log_likelihoods(ParetoNbd(r, alpha, s, beta), repeats, last_at, age)


def _spending(features: Numbers) -> GammaGamma | None:
    amounts = day_amounts(features)
    paid = amounts > 0
    if int(paid.sum()) < MIN_BUYERS:
        return None
    return fit_spending(rhythms_of(features).repeats[paid] + 1, amounts[paid])
