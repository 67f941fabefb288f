"""Score one customer or a thousand from their logs, as of a moment."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

import numpy as np

from app.bundle.risk_bundle import RiskBundle
from app.db.connections.statements import Query, Row
from app.db.log import histories
from app.db.log.histories import KnownCustomers
from app.domain.moments import MICROSECONDS_PER_DAY, to_micros
from app.domain.playbooks import Playbook
from app.domain.scores.assessment import Assessment
from app.features.history import group_and_sort
from app.features.kinds import N_KINDS
from app.use_cases.scores.assess import assess_each
from app.use_cases.scores.context import answer_context
from app.use_cases.scores.encoding import AnswerEncoder
from app.use_cases.scores.previous_answers import read_previous


class AnsweredCustomer(NamedTuple):
    """A customer, and the whole answer as JSON.

    Of a thousand answers none is kept as Python objects: to look after them, and to take and free
    their memory, costs more than to make them.
    """

    customer_id: str
    answer: bytes  # see `app.use_cases.scores.encoding`


def scoring(
    bundle: RiskBundle, playbook: Playbook, customer_ids: Sequence[str], *, as_of: datetime
) -> Query[list[AnsweredCustomer]]:
    """Return the question whose reply becomes answers.

    Those of `customer_ids` who exist are answered, each once, in the order asked. Nothing is
    stored: asking is free of effects. What was stored last before `as_of` (by a rescoring) gives
    `previous`, `trend`, and the `since` of signals that still stand.
    """
    query = histories.known_customers(customer_ids, as_of=as_of, currency=bundle.currency)
    read = partial(_answered, bundle, playbook, query.read, as_of=as_of)
    return Query(query.statement, query.parameters, read)


def rehearse(bundle: RiskBundle, playbook: Playbook, *, as_of: datetime) -> None:
    """Score somebody who did everything twice, so that no request is the first to score anybody."""
    kinds = np.repeat(np.arange(N_KINDS, dtype=np.int16), 2)
    days_ago = np.tile([40, 10], N_KINDS)
    history = group_and_sort(
        customer_ids=["nobody"],
        customer_codes=np.zeros(len(kinds), np.int64),
        occurred_at=to_micros(as_of) - days_ago * MICROSECONDS_PER_DAY,
        kind=kinds,
    )
    list(answer_each(bundle, playbook, KnownCustomers(history, {}, as_of), as_of=as_of))


def _answered(
    bundle: RiskBundle,
    playbook: Playbook,
    known_from: Callable[[list[Row]], KnownCustomers],
    rows: list[Row],
    *,
    as_of: datetime,
) -> list[AnsweredCustomer]:
    answers = answer_each(bundle, playbook, known_from(rows), as_of=as_of)
    return [AnsweredCustomer(each.customer_id, answer) for each, answer in answers]


def answer_each(
    bundle: RiskBundle, playbook: Playbook, known: KnownCustomers, *, as_of: datetime
) -> Iterator[tuple[Assessment, bytes]]:
    """Yield the assessment of each customer of whom something is known, and the answer as JSON."""
    previous = {who: read_previous(text) for who, text in known.standing.items()}
    context = answer_context(bundle, playbook, as_of=as_of, log_until=known.log_until)
    encoder = AnswerEncoder(context)
    for each in assess_each(known.history, bundle, playbook, as_of=as_of, previous=previous):
        yield each, encoder.encode(each, previous.get(each.customer_id))
