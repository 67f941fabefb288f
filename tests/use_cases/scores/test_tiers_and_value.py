"""Each customer's own edges and value stand in answers and files, and are those of the bundle."""

from dataclasses import replace
from datetime import UTC

import orjson
import polars as pl
import pytest

from app.bundle.opening import open_promoted
from app.bundle.value.gamma_gamma import GammaGamma
from app.bundle.value.pareto_nbd import ParetoNbd
from app.bundle.value.value_model import ValueModel
from app.domain.moments import MICROSECONDS_PER_DAY, from_micros
from app.domain.scores.previous import PreviousAnswer
from app.domain.tier_policies import SharePolicy, ValuePolicy
from app.domain.tiers import RiskTier
from app.playbook.read import read_playbook
from app.use_cases.files.score_partition import Scoring, score_history
from app.use_cases.scores.assess import NOTHING_BEFORE, assess
from app.use_cases.scores.context import answer_context
from app.use_cases.scores.encoding import AnswerEncoder
from tests.bundles import put_bundle_into_service
from tests.plain_answers import plain_answer
from tests.strategies import AS_OF, Customer, event, history_of

MOMENT = from_micros(AS_OF).astimezone(UTC)
MODEL = ValueModel(
    ParetoNbd(0.6, 60.0, 0.5, 90.0), GammaGamma(6.0, 4.0, 15.0), reference_days=365.0
)
SHARES = SharePolicy("shares-22-48-30", medium_from=0.3, high_from=0.6, band=1.5)
BY_VALUE = ValuePolicy("v", 1.0, (4.0, 9.0), 0.3, value_otherwise=50.0, band=1.5)
PEOPLE = [
    Customer(tuple(event("order_placed", day, amount=20.0) for day in (5, 15, 25, 35))),
    Customer(tuple(event("order_placed", day, amount=900.0) for day in (70, 90, 110, 300))),
    Customer((event("order_placed", 80), event("order_placed", 90))),  # no amounts
    Customer((event("login", 3),)),  # outside the population
]
BEFORE = AS_OF - 3 * MICROSECONDS_PER_DAY


@pytest.fixture(scope="module")
def valued(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    put_bundle_into_service(models, value=MODEL, tier_policy=BY_VALUE)
    return open_promoted(models)


@pytest.fixture(scope="module")
def playbook():
    return read_playbook()


@pytest.fixture(scope="module")
def answers(valued, playbook):
    def answers(bundle=valued, previous=NOTHING_BEFORE):
        encoder = AnswerEncoder(answer_context(bundle, playbook, as_of=MOMENT))
        found = assess(history_of(PEOPLE), bundle, playbook, as_of=MOMENT, previous=previous)
        return [
            orjson.loads(encoder.encode(each, previous.get(each.customer_id))) for each in found
        ]

    return answers


def stood(tier, *, at=BEFORE):
    return PreviousAnswer(at, 50, tier, {}, {})


@pytest.mark.parametrize("tier", [None, *RiskTier])
@pytest.mark.parametrize("policy", [SHARES, BY_VALUE])
def test_answers_are_those_that_one_would_write_by_hand(answers, valued, playbook, policy, tier):
    bundle = replace(valued, tier_policy=policy)
    ids = [str(each) for each in history_of(PEOPLE).customer_ids]
    previous = {who: stood(tier) for who in ids} if tier else {}
    for i, answer in enumerate(answers(bundle, previous)):
        expected = plain_answer(
            history_of(PEOPLE).part(i, i + 1),
            bundle,
            playbook,
            as_of=MOMENT,
            previous=previous.get(ids[i]),
        )
        assert answer == orjson.loads(orjson.dumps(expected))


def test_the_value_block_tells_what_is_known_and_null_for_the_rest(answers):
    regular, _, without_amounts, outsider = answers()
    assert regular["value"]["expected_orders_12m"] > 0
    assert regular["value"]["value_at_risk"] == pytest.approx(
        regular["probability"] * regular["value"]["expected_revenue_12m"]
    )
    assert without_amounts["value"]["expected_orders"] > 0
    assert without_amounts["value"]["expected_revenue_12m"] is None
    assert without_amounts["value"]["value_at_risk"] is None
    assert outsider["value"] is None


def test_a_customer_without_a_value_is_judged_by_the_median_and_it_is_said(answers):
    bases = [answer["tier_policy"]["value_basis"] for answer in answers()]
    assert bases == ["own", "own", "median", "median"]


def test_high_names_the_strongest_offer_that_pays(answers):
    told = [(answer["tier"], answer["tier_policy"]["offer_cost"]) for answer in answers()]
    assert [offer is not None for _, offer in told] == [tier == "high" for tier, _ in told]
    assert ("high", 9.0) in told


def test_an_edge_keeps_a_customer_in_the_tier_of_before(answers, valued, playbook):
    probability = answers()[0]["probability"]
    edge = SharePolicy("s", medium_from=probability / 2, high_from=probability + 1e-6, band=1.2)
    bundle = replace(valued, tier_policy=edge)
    who = str(history_of(PEOPLE).customer_ids[0])
    fresh = answers(bundle)[0]
    kept = answers(bundle, {who: stood(RiskTier.HIGH)})[0]
    assert (fresh["tier"], kept["tier"]) == ("medium", "high")
    assert kept["score"] >= 70
    assert kept["tier_policy"]["high_from"] < fresh["tier_policy"]["high_from"]


def test_files_hold_the_same_numbers_with_and_without_reasons(valued, playbook, answers):
    history = history_of(PEOPLE)
    plain, whole = (
        pl.concat(score_history(Scoring(valued, rules, MOMENT, None), history))
        for rules in (None, playbook)
    )
    assert plain.equals(whole.select(plain.columns))
    for row, answer in zip(plain.iter_rows(named=True), answers(), strict=True):
        value = answer["value"] or {}
        assert row["expected_revenue_12m"] == value.get("expected_revenue_12m")
        assert row["value_at_risk"] == value.get("value_at_risk")
        at = row["next_order_expected_at"]
        said = value.get("next_order_expected_at")
        assert (at and at.strftime("%Y-%m-%dT%H:%M:%SZ")) == said
        assert (row["tier"], row["score"]) == (answer["tier"], answer["score"])
