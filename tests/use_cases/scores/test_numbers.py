"""Numbers alone are those of whole answers, to the bit."""

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bundle.opening import open_promoted
from app.bundle.value.gamma_gamma import GammaGamma
from app.bundle.value.pareto_nbd import ParetoNbd
from app.bundle.value.value_model import ValueModel
from app.db.log.histories import KnownCustomers
from app.domain.bundles import Basis
from app.domain.moments import MICROSECONDS_PER_DAY, format_micros, from_micros
from app.domain.tier_policies import SharePolicy, ValuePolicy
from app.features.history import group_and_sort
from app.playbook.read import read_playbook
from app.use_cases.scores.answers import answer_each
from app.use_cases.scores.context import answer_context
from app.use_cases.scores.encoding import encode_numbers, encode_shared
from app.use_cases.scores.numbers import numbers_answer
from tests.bundles import put_bundle_into_service
from tests.strategies import AS_OF, customers, history_of, property_test, random_columns

MOMENT = from_micros(AS_OF)
EARLIER = format_micros(AS_OF - 3 * MICROSECONDS_PER_DAY - 1)
SHARES = SharePolicy("shares-22-48-30", medium_from=0.3, high_from=0.6, band=1.5)
BY_VALUE = ValuePolicy("v", 1.0, (4.0, 9.0), 0.3, value_otherwise=50.0, band=1.5)
LEFT = [
    f'["{EARLIER}",44,"medium",{{"dormancy":"{EARLIER}"}},{{}}]',
    f'["{EARLIER}",0,"low",{{}},{{"tier_low":"{EARLIER}"}}]',
    f'["{EARLIER}",100,"high",{{}},{{}}]',
    f'["{EARLIER}",null,null,{{"usage_drop":"{EARLIER}"}},{{}}]',
    f'{{"as_of":"{EARLIER}","score":71,"tier":"high","signals":[],"interventions":[]}}',
]


@pytest.fixture(scope="module")
def valued(tmp_path_factory):
    """A bundle that knows all that one can know."""
    models = tmp_path_factory.mktemp("models")
    spending = GammaGamma(6.0, 4.0, 15.0)
    value = ValueModel(ParetoNbd(0.6, 60.0, 0.5, 90.0), spending, reference_days=365.0)
    put_bundle_into_service(models, value=value, tier_policy=BY_VALUE, basis=Basis.PRIOR)
    return open_promoted(models)


@pytest.fixture(scope="module")
def bundles(valued):
    """Bundles of both policies, and one from before value and certainty were measured."""
    plain = replace(valued, value=None, intervals=None, unusual_features=None, currency=None)
    shares = replace(valued, tier_policy=SHARES)
    return {"by value": valued, "shares": shares, "old": replace(plain, tier_policy=SHARES)}


@pytest.fixture(scope="module")
def whole(bundles):
    """Return whole answers in the shape of numbers, and what each says of the shared facts."""
    playbook = read_playbook()

    def answers(bundle, known):
        found = answer_each(bundle, playbook, known, as_of=MOMENT)
        return {each.customer_id: orjson.loads(answer) for each, answer in found}

    return answers


def numbers_in(answer):
    same = ("score", "tier", "probability", "interval", "percentile", "previous", "trend")
    certain = ("sufficient_history", "out_of_distribution")
    return {
        **{name: answer[name] for name in same},
        "value_at_risk": answer["value"] and answer["value"]["value_at_risk"],
        **{name: answer["data"][name] for name in certain},
    }


@pytest.mark.parametrize("which", ["by value", "shares", "old"])
@property_test
@given(
    people=st.lists(customers(), min_size=1, max_size=3),
    left=st.lists(st.sampled_from([None, *LEFT]), min_size=3, max_size=3),
)
def test_any_history_has_the_numbers_of_its_answer(bundles, whole, which, people, left):
    history = history_of(people)
    texts = zip(map(str, history.customer_ids), left, strict=False)
    known = KnownCustomers(history, {who: text for who, text in texts if text}, None)

    listed = encode_numbers(numbers_answer(bundles[which], known, as_of=MOMENT))

    answers = whole(bundles[which], known)
    expected = {who: numbers_in(answer) for who, answer in answers.items()}
    assert orjson.dumps(listed) == orjson.dumps(expected)


def test_many_random_people_have_the_numbers_of_their_answers(valued, whole):
    ids = [f"c-{i}" for i in range(400)]
    history = group_and_sort(customer_ids=ids, **random_columns(3, n_customers=400, n_events=6_000))
    standing = {who: LEFT[i % len(LEFT)] for i, who in enumerate(ids) if i % 7}
    known = KnownCustomers(history, standing, MOMENT)

    listed = encode_numbers(numbers_answer(valued, known, as_of=MOMENT))

    answers = whole(valued, known)
    expected = {who: numbers_in(answer) for who, answer in answers.items()}
    assert orjson.dumps(listed) == orjson.dumps(expected)
    tiers = {numbers["tier"] for numbers in listed.values()}
    trends = {numbers["trend"] for numbers in listed.values()}
    assert tiers == {"high", "medium", "low", None}
    assert trends == {"worsening", "steady", "improving", None}


@pytest.mark.parametrize("silent_days", [None, 0, 30])
def test_what_all_answers_share_is_what_each_of_them_says(bundles, whole, silent_days):
    log_until = None if silent_days is None else MOMENT - timedelta(days=silent_days)
    columns = random_columns(4, n_customers=20, n_events=1_000)
    history = group_and_sort(customer_ids=[f"c-{i}" for i in range(20)], **columns)
    for bundle in bundles.values():
        context = answer_context(bundle, None, as_of=MOMENT, log_until=log_until)
        shared = encode_shared(context)
        answers = whole(bundle, KnownCustomers(history, {}, log_until))
        for answer in answers.values():
            known = {**answer, "stale": answer["data"]["stale"], "currency": bundle.currency}
            assert shared == {name: known[name] for name in shared}
            assert answer["value"] is None or answer["value"]["currency"] == shared["currency"]


def test_nobody_has_no_numbers(valued):
    assert (
        encode_numbers(
            numbers_answer(valued, KnownCustomers(history_of([]), {}, None), as_of=MOMENT)
        )
        == {}
    )
