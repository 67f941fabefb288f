"""The numbers of many customers without a word about them: for lists, and for rescoring.

They are, to the bit, those of whole answers. Up to a thousand customers are answered at once and a
million are rescored, so they stay columns, and `CustomerNumbers` is all that is made of each.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from app.bundle.answers.tier_columns import NO_TIER
from app.bundle.risk_bundle import RiskBundle
from app.db.connections.statements import Query
from app.db.log import histories
from app.db.log.histories import KnownCustomers
from app.domain.scores.assessment import AnswerContext
from app.domain.tiers import CODE_OF_TIER
from app.use_cases.scores.columns import ScoreColumns, score_columns, texts_of
from app.use_cases.scores.context import answer_context
from app.use_cases.scores.previous_answers import PreviousNumbers, read_previous_numbers

_CODES: Final = {tier.value: code for tier, code in CODE_OF_TIER.items()} | {None: NO_TIER}


class Numbers(NamedTuple):
    """The numbers of customers, and their previous answers in the same order."""

    columns: ScoreColumns
    previous: Sequence[PreviousNumbers]


class NumbersAnswer(NamedTuple):
    """The numbers of those customers who exist, and what all of them share."""

    context: AnswerContext
    numbers: Numbers


def scoring_numbers(
    bundle: RiskBundle, customer_ids: Sequence[str], *, as_of: datetime
) -> Query[NumbersAnswer]:
    """Return the question whose reply becomes the numbers that `scoring` puts words to."""
    query = histories.known_customers(customer_ids, as_of=as_of, currency=bundle.currency)
    return query.then(partial(numbers_answer, bundle, as_of=as_of))


def numbers_answer(bundle: RiskBundle, known: KnownCustomers, *, as_of: datetime) -> NumbersAnswer:
    """Return the numbers of all customers of whom something is known."""
    context = answer_context(bundle, None, as_of=as_of, log_until=known.log_until)
    return NumbersAnswer(context, score_numbers(known, bundle, as_of=as_of))


def score_numbers(known: KnownCustomers, bundle: RiskBundle, *, as_of: datetime) -> Numbers:
    """Return the numbers that the whole answers of the same customers would hold."""
    ids = texts_of(known.history.customer_ids)
    previous = [read_previous_numbers(known.standing.get(each)) for each in ids]
    before = np.array([_CODES[each.tier] for each in previous], np.int64)
    return Numbers(score_columns(known.history, bundle, as_of=as_of, before=before), previous)
