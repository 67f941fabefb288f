"""The words of an answer: what people read about each customer beside the numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.reasons import Reasons
from app.bundle.risk_bundle import RiskBundle
from app.domain.playbooks import Playbook
from app.domain.scores.findings import Findings, findings_of
from app.domain.scores.previous import PreviousAnswer
from app.domain.scores.reasons import Reason
from app.domain.tiers import TIERS
from app.playbook.verdicts import verdicts_of
from app.use_cases.scores.columns import CustomerNumbers, ScoreColumns
from app.use_cases.scores.reasons import reason_templates, reasons_of


class Explanation(NamedTuple):
    """The reasons for one customer's risk, and what the playbook finds."""

    reasons: tuple[Reason, ...]  # none where there is no risk
    findings: Findings


def explain_each(
    customers: Iterable[CustomerNumbers],
    columns: ScoreColumns,
    found: Reasons,
    bundle: RiskBundle,
    playbook: Playbook,
    *,
    as_of: int,
    previous: Mapping[str, PreviousAnswer],
) -> Iterator[Explanation]:
    """Yield the explanation for each customer, as of a moment in microseconds (UTC).

    `previous` holds the previous answers by customer id.
    """
    templates = reason_templates(bundle.usual)
    for customer, features, positions, contributions, verdicts in zip(
        customers,
        _with_usual(columns.features, bundle.usual),
        found.positions.tolist(),
        found.contributions.tolist(),
        verdicts_of(playbook, columns.features, bundle.usual),
        strict=True,
    ):
        reasons: tuple[Reason, ...] = ()
        tier = None
        if customer.sufficient:
            reasons = reasons_of(templates, features, positions, contributions)
            tier = TIERS[customer.tier]
        findings = findings_of(
            playbook,
            verdicts,
            features,
            tier=tier,
            as_of=as_of,
            previous=previous.get(customer.customer_id),
        )
        yield Explanation(reasons, findings)


def _with_usual(
    features: NDArray[np.float64], usual: NDArray[np.float64]
) -> Iterator[Sequence[float]]:
    """Yield each customer's features, then the usual ones: what conditions and texts look at.

    Each is a view of one array, which is faster than a list.
    """
    n_columns = 2 * len(usual)
    columns = np.empty((len(features), n_columns))
    columns[:, : len(usual)] = features
    columns[:, len(usual) :] = usual
    flat = columns.reshape(-1).data
    for first in range(0, len(flat), n_columns):
        yield flat[first : first + n_columns]
