from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bundle.opening import open_promoted
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.moments import MICROSECONDS_PER_DAY, from_micros, to_micros
from app.domain.scores.findings import Findings
from app.domain.scores.previous import PreviousAnswer
from app.domain.tier_policies import SharePolicy
from app.domain.tiers import RiskTier
from app.features.catalogue import FEATURE_NAMES
from app.features.history import group_and_sort
from app.playbook.read import read_playbook
from app.use_cases.scores import assess as assess_module
from app.use_cases.scores.assess import assess, assess_each
from app.use_cases.scores.columns import score_columns
from app.use_cases.scores.context import answer_context
from app.use_cases.scores.encoding import AnswerEncoder
from tests.bundles import put_bundle_into_service
from tests.plain_answers import plain_answer
from tests.strategies import (
    AS_OF,
    Customer,
    customers,
    event,
    history_of,
    property_test,
    random_columns,
)

MOMENT = from_micros(AS_OF)
BUYER = Customer(tuple(event("order_placed", days, amount=20.0) for days in (5, 15, 25, 35)))
SILENT_BUYER = Customer(
    tuple(event("order_placed", days, amount=20.0) for days in (70, 80, 90, 100))
)
VISITOR = Customer((event("login", 65), event("login", 66)))
NOBODY = Customer(())
EARLIER = AS_OF - 3 * MICROSECONDS_PER_DAY
STANDINGS = [
    PreviousAnswer(EARLIER, 44, RiskTier.MEDIUM, {"dormancy": EARLIER}, {"tier_low": EARLIER}),
    PreviousAnswer(EARLIER, None, None, {"usage_drop": EARLIER - 1}, {"dormancy": EARLIER - 1}),
    PreviousAnswer(AS_OF, 90, RiskTier.HIGH, {"dormancy": EARLIER}, {"tier_high": EARLIER}),
]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    put_bundle_into_service(models)
    return open_promoted(models)


@pytest.fixture(scope="module")
def playbook():
    return read_playbook()


@pytest.fixture(scope="module")
def ask(bundle, playbook):
    """Assess customers made by hand."""

    def ask(*people, **options):
        return assess(history_of(people), bundle, playbook, as_of=MOMENT, **options)

    return ask


def test_a_customer_gets_a_number_reasons_signals_and_interventions(ask, bundle):
    (answer,) = ask(SILENT_BUYER)

    segments, signals, interventions = answer.findings
    assert answer.risk.tier is bundle.tier_policy.edges_of().tier_of(answer.risk.probability)
    assert answer.risk.score == bundle.tier_policy.edges_of().score_of(answer.risk.probability)
    assert [s.name for s in signals] == ["dormancy", "order_gap_widening"]
    assert interventions[-1].reason == f"tier_{answer.risk.tier.value}"
    assert segments == ("dormant", "buyer_active")
    assert answer.last_activity_at == to_micros(MOMENT - timedelta(days=70))


def test_silence_is_riskier_than_a_regular_order(ask):
    regular, silent = ask(BUYER, SILENT_BUYER)

    assert regular.risk.probability < silent.risk.probability


def test_a_customer_outside_the_population_gets_signals_but_no_guess(ask):
    (visitor,) = ask(VISITOR)

    assert (visitor.risk, visitor.reasons) == (None, ())
    assert [s.name for s in visitor.findings.signals] == ["dormancy"]
    assert [i.reason for i in visitor.findings.interventions] == ["dormancy"]


def test_a_customer_who_never_did_anything_gets_an_empty_answer(ask):
    (nobody,) = ask(NOBODY)

    assert nobody.risk is None
    assert nobody.findings == Findings((), (), ())
    assert nobody.last_activity_at is None


def test_no_customers_get_no_answers(ask):
    assert ask() == []


def test_in_a_company_with_contracts_only_running_subscriptions_are_scored(tmp_path, playbook):
    churn = ChurnDefinition(ChurnKind.CANCELLATION, "subscription_cancelled", 30)
    put_bundle_into_service(tmp_path, churn=churn)
    subscriber = Customer((event("subscription_started", 30, amount=9.0, renews_in_days=20),))

    answers = assess(
        history_of([subscriber, BUYER]), open_promoted(tmp_path), playbook, as_of=MOMENT
    )

    assert [answer.risk is not None for answer in answers] == [True, False]


def test_reasons_are_the_largest_contributions_in_order_and_add_up(ask, bundle):
    history = history_of([SILENT_BUYER])
    features = score_columns(history, bundle, as_of=MOMENT).features
    contributions = bundle.contributions(features)[0]
    largest = np.argsort(-np.abs(contributions[:-1]), kind="stable")[:3]

    (answer,) = ask(SILENT_BUYER, n_reasons=3)

    reasons = answer.reasons
    assert [r.feature for r in reasons] == [FEATURE_NAMES[i] for i in largest][: len(reasons)]
    assert [r.contribution for r in reasons] == contributions[largest].tolist()[: len(reasons)]
    total = answer.risk.base_margin + sum(r.contribution for r in reasons)
    assert total + answer.risk.other_contributions == pytest.approx(answer.risk.margin, abs=1e-12)
    assert contributions.sum() == pytest.approx(answer.risk.margin, abs=1e-9)


def test_reasons_say_their_direction_value_and_what_is_usual(ask, bundle):
    reasons = {r.feature: r for r in ask(SILENT_BUYER)[0].reasons}
    position = FEATURE_NAMES.index("days_since_order")

    silence = reasons["days_since_order"]

    assert silence.value == pytest.approx(70.0)
    assert silence.usual == bundle.usual[position]
    assert silence.direction == "raises"
    assert silence.text.startswith("70 days since the last order")


def test_a_feature_that_moved_nothing_is_no_reason(ask):
    (answer,) = ask(BUYER, n_reasons=len(FEATURE_NAMES))

    assert 0 < len(answer.reasons) < len(FEATURE_NAMES)
    assert all(abs(r.contribution) >= 0.001 for r in answer.reasons)


def test_reasons_can_be_left_out(ask):
    assert ask(BUYER, n_reasons=0)[0].reasons == ()


@property_test
@given(people=st.lists(customers(), min_size=2, max_size=4))
def test_one_customer_is_assessed_as_its_row_of_many(ask, people):
    assert ask(*people) == [
        ask(person)[0]._replace(customer_id=f"c-{i}") for i, person in enumerate(people)
    ]


@property_test
@given(person=customers(), before=st.sampled_from([None, *STANDINGS]))
def test_any_history_is_answered_as_the_plain_way_would(bundle, playbook, person, before):
    history = history_of([person])
    context = answer_context(bundle, playbook, as_of=MOMENT)
    (assessment,) = assess(
        history, bundle, playbook, as_of=MOMENT, previous={"c-0": before} if before else {}
    )

    answered = AnswerEncoder(context).encode(assessment, before)

    plain = plain_answer(history, bundle, playbook, as_of=MOMENT, previous=before)
    assert answered == orjson.dumps(plain)


def test_many_are_answered_as_each_alone_in_the_plain_way(bundle, playbook):
    history = group_and_sort(
        customer_ids=[f"c-{i}" for i in range(30)],
        **random_columns(2, n_customers=30, n_events=1_500),
    )
    context = answer_context(bundle, playbook, as_of=MOMENT)

    each = assess_each(history, bundle, playbook, as_of=MOMENT)
    answered = [AnswerEncoder(context).encode(assessment) for assessment in each]

    plain = [
        plain_answer(history.part(i, i + 1), bundle, playbook, as_of=MOMENT) for i in range(30)
    ]
    assert answered == [orjson.dumps(answer) for answer in plain]


def test_chunks_leave_no_trace(bundle, playbook, monkeypatch):
    ids = [f"c-{i}" for i in range(50)]
    history = group_and_sort(
        customer_ids=np.array(ids), **random_columns(1, n_customers=50, n_events=2_000)
    )
    at_once = assess(history, bundle, playbook, as_of=MOMENT)

    monkeypatch.setattr(assess_module, "CHUNK", 7)  # 50 = 7 chunks of 7, and one customer alone

    assert list(assess_each(history, bundle, playbook, as_of=MOMENT)) == at_once
    assert [answer.customer_id for answer in at_once] == ids


def test_what_stood_before_keeps_its_since(ask):
    names = ("dormancy", "order_gap_widening")
    before = PreviousAnswer(EARLIER, None, None, dict.fromkeys(names, EARLIER), {})

    (again,) = ask(SILENT_BUYER, previous={"c-0": before})

    assert {s.since for s in again.findings.signals} == {EARLIER}
    assert again.findings.interventions[0].since == EARLIER
    assert again.findings.interventions[-1].since == AS_OF  # of the tier


def test_the_same_moment_in_another_zone_is_the_same_answer(bundle, playbook):
    history = history_of([BUYER])
    tokyo = datetime.fromisoformat(MOMENT.isoformat()).astimezone(
        datetime.fromisoformat("2026-01-01T00:00:00+09:00").tzinfo
    )

    assert assess(history, bundle, playbook, as_of=tokyo) == assess(
        history, bundle, playbook, as_of=MOMENT
    )


def test_every_tier_gets_its_own_default(bundle, playbook):
    """Three customers, with the cut points of the tiers between them."""
    people = [BUYER, SILENT_BUYER, Customer(tuple(event("order_placed", d) for d in range(1, 80)))]
    history = history_of(people)
    low, medium, high = sorted(score_columns(history, bundle, as_of=MOMENT).probabilities)
    policy = SharePolicy("between", medium_from=(low + medium) / 2, high_from=(medium + high) / 2)

    answers = assess(history, replace(bundle, tier_policy=policy), playbook, as_of=MOMENT)

    defaults = {a.risk.tier: a.findings.interventions[-1].name for a in answers}
    assert {tier: playbook.interventions[name].requirement for tier, name in defaults.items()} == {
        RiskTier.HIGH: "C1",
        RiskTier.MEDIUM: "C2",
        RiskTier.LOW: "C3",
    }
