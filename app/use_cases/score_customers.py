"""Score one customer or a thousand from their logs, as of a moment."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from app.bundle.opened import RiskBundle
from app.db import activity
from app.db.reading import Source
from app.domain.answers import answer_of
from app.domain.assessment import Json
from app.domain.errors import CustomerNotFound
from app.domain.playbooks import Playbook
from app.features.history import group_and_sort
from app.use_cases.assess import assess, assess_each, question_of
from app.use_cases.kept_answers import standing_from


def score_customer(
    source: Source, bundle: RiskBundle, playbook: Playbook, customer_id: str, *, as_of: datetime
) -> Json:
    """Return the answer about one customer, see `app.domain.answers`.

    Raises
    ------
    CustomerNotFound
        If no customer has this id.
    """
    answers = score_customers(source, bundle, playbook, [customer_id], as_of=as_of)
    if not answers:
        raise CustomerNotFound(customer_id)
    return answers[0]


def score_customers(
    source: Source,
    bundle: RiskBundle,
    playbook: Playbook,
    customer_ids: Sequence[str],
    *,
    as_of: datetime,
) -> list[Json]:
    """Return the answers about those of `customer_ids` who exist, each once, in the order asked.

    Nothing is stored: asking is free of effects. What was stored last before `as_of` (by a
    rescoring) gives `previous`, `trend`, and the `since` of signals that still stand.
    """
    known = activity.known_of(source, customer_ids, as_of=as_of, currency=bundle.currency)
    before = {who: standing_from(text) for who, text in known.kept_answers.items()}
    question = question_of(bundle, playbook, as_of=as_of, log_until=known.log_until)
    assessed = assess_each(known.history, bundle, playbook, as_of=as_of, previous=before)
    return [answer_of(each, question, previous=before.get(each.customer_id)) for each in assessed]


def rehearse(source: Source, bundle: RiskBundle, playbook: Playbook, *, as_of: datetime) -> None:
    """Go once through all that a request does, so that no request is the first to do it."""
    nothing = np.empty(0, np.int64)
    nobody = group_and_sort(
        customer_ids=["nobody"],
        customer_codes=nothing,
        occurred_at=nothing,
        kind=nothing.astype(np.int16),
    )
    assess(nobody, bundle, playbook, as_of=as_of)
    score_customers(source, bundle, playbook, ["\x7f nobody's id: requests refuse it"], as_of=as_of)
