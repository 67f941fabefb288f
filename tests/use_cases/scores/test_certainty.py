"""What answers and files say of their own certainty is what the bundle says."""

import math
from datetime import UTC

import orjson
import polars as pl
import pytest

from app.bundle.opening import open_promoted
from app.domain.bundles import Basis
from app.domain.moments import from_micros
from app.playbook.read import read_playbook
from app.use_cases.files.score_partition import Scoring, score_history
from app.use_cases.scores.assess import assess
from app.use_cases.scores.context import answer_context
from app.use_cases.scores.encoding import AnswerEncoder
from tests.bundles import put_bundle_into_service
from tests.strategies import AS_OF, Customer, event, history_of

MOMENT = from_micros(AS_OF).astimezone(UTC)
PEOPLE = [
    Customer(tuple(event("order_placed", day, amount=20.0) for day in (5, 15, 25, 35))),
    Customer((event("order_placed", 40, amount=20.0),)),
    Customer((event("order_placed", 6, amount=90_000.0),)),  # dearer than anything before
    Customer((event("login", 3),)),  # outside the population
]


@pytest.fixture(scope="module")
def playbook():
    return read_playbook()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    put_bundle_into_service(models, basis=Basis.PRIOR)
    return open_promoted(models)


@pytest.fixture(scope="module")
def old_bundle(tmp_path_factory):
    """Return one from before intervals and usual ranges were measured."""
    models = tmp_path_factory.mktemp("models")
    put_bundle_into_service(models, uncertainty=None, usual_ranges=None)
    return open_promoted(models)


def answers(bundle, playbook):
    encoder = AnswerEncoder(answer_context(bundle, playbook, as_of=MOMENT))
    found = assess(history_of(PEOPLE), bundle, playbook, as_of=MOMENT)
    return [orjson.loads(encoder.encode(each)) for each in found]


def test_the_interval_holds_the_probability_and_widens_with_less_history(bundle, playbook):
    known, fresh, _, outside = answers(bundle, playbook)

    for answer in (known, fresh):
        ends = answer["interval"]
        assert 0 <= ends["low"] <= answer["probability"] <= ends["high"] <= 1
        assert ends["level"] == 0.9
    assert width_in_log_odds(fresh) > width_in_log_odds(known)
    assert outside["interval"] is None


def width_in_log_odds(answer):
    low, high = answer["interval"]["low"], answer["interval"]["high"]
    return math.log(high / (1 - high)) - math.log(low / (1 - low))


def test_a_customer_unlike_all_others_is_named_with_the_features(bundle, playbook):
    usual, _, dear, outside = (answer["data"] for answer in answers(bundle, playbook))

    assert usual["out_of_distribution"] is False
    assert usual["unusual"] == []
    assert dear["out_of_distribution"] is True
    assert "spend_total" in dear["unusual"]
    assert outside["out_of_distribution"] is None


def test_every_answer_of_a_fallback_says_so(bundle, playbook):
    for answer in answers(bundle, playbook):
        assert answer["basis"] == "prior"
        # The bundle was made later than the moment asked about.
        assert [warning["code"] for warning in answer["warnings"]] == ["fallback", "hindsight"]


def test_a_bundle_that_does_not_know_says_null(old_bundle, playbook):
    for answer in answers(old_bundle, playbook):
        assert answer["interval"] is None
        assert answer["data"]["out_of_distribution"] is None
        assert answer["basis"] == "learned"


@pytest.mark.parametrize("with_reasons", [True, False])
def test_files_say_what_answers_say(bundle, playbook, with_reasons):
    scoring = Scoring(bundle, playbook if with_reasons else None, MOMENT, None)
    table = pl.concat(score_history(scoring, history_of(PEOPLE)))

    for answer, row in zip(answers(bundle, playbook), table.iter_rows(named=True), strict=True):
        ends = answer["interval"] or {"low": None, "high": None}
        assert row["probability_low"] == ends["low"]
        assert row["probability_high"] == ends["high"]
        assert row["out_of_distribution"] == answer["data"]["out_of_distribution"]


def test_files_of_a_bundle_that_does_not_know_have_nulls(old_bundle):
    table = pl.concat(score_history(Scoring(old_bundle, None, MOMENT, None), history_of(PEOPLE)))

    columns = ("probability_low", "probability_high", "out_of_distribution")
    assert all(table[name].is_null().all() for name in columns)
