from datetime import UTC, datetime, timedelta

import jsonschema_rs
import pytest
from sqlalchemy import text

from app.domain.moments import to_micros
from tests.api.activity import CUSTOMER, event, orders, post_events


@pytest.fixture
def holds(client):
    """Hold an answer against its schema in the published contract."""
    contract = client.get("/openapi.json").json()

    def check(answer: dict, schema: str) -> dict:
        whole = {"$ref": f"#/components/schemas/{schema}", "components": contract["components"]}
        jsonschema_rs.validate(whole, answer)
        assert set(answer) == set(contract["components"]["schemas"][schema]["properties"])
        return answer

    return check


def test_the_answer_is_what_the_contract_says(client, with_history, holds):
    answer = holds(client.get(f"/v1/customers/{with_history}/score").json(), "ScoreOut")

    assert answer["customer_id"] == with_history
    assert answer["churn_definition"] == "no order_placed"
    assert answer["horizon_days"] == 90
    assert answer["data"]["sufficient_history"] is True
    assert (answer["previous"], answer["trend"]) == (None, None)
    assert answer["value"] is None  # this bundle foresees none


def test_the_reasons_and_the_rest_sum_to_the_margin(client, with_history):
    answer = client.get(f"/v1/customers/{with_history}/score").json()

    told = sum(reason["contribution"] for reason in answer["reasons"])
    total = answer["base_margin"] + told + answer["other_contributions"]
    assert total == pytest.approx(answer["margin"], abs=1e-9)


def test_a_customer_outside_the_population_gets_no_number(client, holds):
    post_events(client, [event(type="login")])

    answer = holds(client.get(f"/v1/customers/{CUSTOMER}/score").json(), "ScoreOut")
    assert answer["data"]["sufficient_history"] is False
    assert (answer["score"], answer["tier"], answer["probability"]) == (None, None, None)
    assert answer["reasons"] == []


def test_a_moment_in_the_past_is_seen_as_it_was_known_then(client, with_history):
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    answer = client.get(f"/v1/customers/{with_history}/score", params={"as_of": yesterday}).json()

    # Everything was received today.
    assert answer["data"]["last_activity_at"] is None


def test_a_moment_that_cannot_be_asked_about_is_refused(client, with_history, subtests):
    for as_of in ("2199-01-01", "now", "2026-11-01T10:00:00", "1e999", "\x00"):
        with subtests.test(as_of):
            path = f"/v1/customers/{with_history}/score"
            response = client.get(path, params={"as_of": as_of})
            assert response.status_code == 422
            (error,) = response.json()["errors"]
            assert (error["location"], error["pointer"]) == ("query", "/as_of")


def test_a_very_long_history_is_answered_in_a_thread_with_the_same_words(
    client, with_history, monkeypatch
):
    path = f"/v1/customers/{with_history}/score"
    at_once = client.get(path).json()
    monkeypatch.setattr("app.api.service.LONG_BYTES", -1)
    assert client.get(path, params={"as_of": at_once["as_of"]}).json() == at_once


def test_a_plain_question_and_one_with_a_query_have_the_same_answer(client, with_history, holds):
    """The first takes the short way, the second the whole of FastAPI."""
    plain = client.get(f"/v1/customers/{with_history}/score")
    asked = client.get(
        f"/v1/customers/{with_history}/score", params={"as_of": plain.json()["as_of"]}
    )

    assert holds(plain.json(), "ScoreOut") == asked.json()
    assert plain.headers["content-type"] == asked.headers["content-type"]


def test_an_unknown_parameter_is_refused_with_those_that_are_known(client, with_history, subtests):
    for path in ("score", "badge", "scores"):
        with subtests.test(path):
            refused = client.get(f"/v1/customers/{with_history}/{path}", params={"asof": "x"})
            (error,) = refused.json()["errors"]
            assert refused.status_code == 422
            assert (error["location"], error["pointer"]) == ("query", "/asof")
    refused = client.get("/v1/customers", params={"teir": "high", "limit": 3})
    assert "cursor, limit, min_score, tier" in refused.json()["detail"]


def test_a_log_that_fell_silent_makes_answers_stale(client, with_history, database):
    def stale():
        return client.get(f"/v1/customers/{with_history}/score").json()["data"]["stale"]

    assert stale() is False
    long_ago = to_micros(datetime.now(UTC) - timedelta(days=8))
    with database.begin() as connection:
        connection.execute(text("UPDATE log_state SET received_until = :at"), {"at": long_ago})
    assert stale() is True

    post_events(client, [event(event_id="again", customer_id="somebody-else")])
    assert stale() is False


def test_the_kept_score_before_gives_previous_and_trend(client, with_history, rescore):
    rescore()
    answer = client.get(f"/v1/customers/{with_history}/score").json()

    assert answer["previous"]["score"] == answer["score"]
    assert answer["trend"] == "steady"


def test_a_signal_that_still_stands_keeps_its_since(client, rescore):
    post_events(client, orders(CUSTOMER, n=10, gap_days=3))
    opened = (datetime.now(UTC) - timedelta(days=5)).isoformat()
    post_events(client, [event(event_id="t", type="ticket_opened", ref="t-1", occurred_at=opened)])
    rescore()
    kept = client.get(f"/v1/customers/{CUSTOMER}/scores").json()["items"][0]["as_of"]

    signals = client.get(f"/v1/customers/{CUSTOMER}/signals").json()["signals"]
    since = {signal["signal"]: signal["since"] for signal in signals}
    assert since["unanswered_ticket"] <= kept


def test_signals_and_interventions_are_those_of_the_score(client, with_history, holds):
    answer = client.get(f"/v1/customers/{with_history}/score").json()
    signals = client.get(f"/v1/customers/{with_history}/signals").json()
    interventions = client.get(f"/v1/customers/{with_history}/interventions").json()

    assert [s["signal"] for s in holds(signals, "SignalsOut")["signals"]] == [
        s["signal"] for s in answer["signals"]
    ]
    assert [i["playbook"] for i in holds(interventions, "InterventionsOut")["interventions"]] == [
        i["playbook"] for i in answer["interventions"]
    ]
    assert answer["interventions"]


def test_many_customers_are_scored_in_one_call_and_an_unknown_one_fails_alone(
    client, with_history, holds
):
    asked = [with_history, "nobody", 5, "a\x00b", with_history]
    answer = client.post("/v1/scores", json={"customer_ids": asked}).json()

    holds(answer, "ScoresOut")
    assert [result["status"] for result in answer["results"]] == [
        "scored",
        "unknown",
        "rejected",
        "rejected",
        "scored",
    ]
    assert (answer["scored"], answer["failed"]) == (2, 3)
    assert answer["results"][2]["errors"][0]["pointer"] == "/customer_ids/2"


def test_one_customer_has_the_same_answer_alone_and_among_many(client):
    ids = [f"c-{i}" for i in range(20)]
    post_events(client, [e for i, who in enumerate(ids) for e in orders(who, n=i + 1)])
    as_of = datetime.now(UTC).isoformat()

    body = {"customer_ids": ids, "as_of": as_of}
    many = client.post("/v1/scores", json=body).json()["results"]
    for result in many:
        alone = client.get(
            f"/v1/customers/{result['customer_id']}/score", params={"as_of": as_of}
        ).json()
        assert result["score"] == alone


NUMBERS = ("score", "tier", "probability", "interval", "percentile", "previous", "trend")
SHARED = ("as_of", "scale", "churn_definition", "horizon_days", "basis", "bundle", "warnings")


@pytest.mark.parametrize("keeps", ["answers", "numbers"])
def test_numbers_alone_are_those_of_the_whole_answers(client, rescore, holds, keeps):
    """Regular and lapsed buyers, a visitor without a risk, unknown and malformed ids."""
    ids = [f"c-{i}" for i in range(20)]
    post_events(client, [e for i, who in enumerate(ids) for e in orders(who, n=1, gap_days=1)])
    rescore(keeps=keeps)
    post_events(client, [e for i, who in enumerate(ids) for e in orders(who, n=i + 2)[1:]])
    post_events(client, [event(event_id="l", customer_id="visitor", type="login")])
    asked = [*ids, "visitor", "nobody", 5, ids[0]]
    body = {"customer_ids": asked, "as_of": datetime.now(UTC).isoformat()}

    whole = client.post("/v1/scores", json={**body, "detail": "full"}).json()
    numbers = client.post("/v1/scores", json={**body, "detail": "numbers"}).json()

    holds(numbers, "ManyNumbersOut")
    assert (numbers["scored"], numbers["failed"]) == (whole["scored"], whole["failed"]) == (22, 2)
    for mine, theirs in zip(numbers["results"], whole["results"], strict=True):
        assert {**mine, "score": None} == {**theirs, "score": None}
        if mine["score"] is None:
            assert theirs["score"] is None
            continue
        answer = theirs["score"]
        assert {name: mine["score"][name] for name in NUMBERS} == {
            name: answer[name] for name in NUMBERS
        }
        assert mine["score"]["sufficient_history"] is answer["data"]["sufficient_history"]
        assert {name: numbers[name] for name in SHARED} == {name: answer[name] for name in SHARED}
    assert numbers["results"][0]["score"]["previous"] is not None
    assert numbers["results"][20]["score"]["sufficient_history"] is False


def test_without_a_detail_answers_are_whole(client, with_history):
    body = {"customer_ids": [with_history, "nobody"], "as_of": datetime.now(UTC).isoformat()}
    unsaid = client.post("/v1/scores", json=body)

    assert unsaid.content == client.post("/v1/scores", json={**body, "detail": "full"}).content
    assert list(unsaid.json()) == ["scored", "failed", "results"]


def test_a_detail_that_there_is_none_of_is_refused(client, with_history):
    body = {"customer_ids": [with_history], "detail": "some"}
    refused = client.post("/v1/scores", json=body)

    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["pointer"]) == (422, "/detail")


def test_answers_are_not_kept_by_caches_on_the_way(client, with_history):
    one = client.get(f"/v1/customers/{with_history}/score")
    many = client.post("/v1/scores", json={"customer_ids": [with_history]})

    assert one.headers["cache-control"] == many.headers["cache-control"] == "no-store"


def test_a_thousand_ids_are_the_most(client):
    ids = [f"c-{i}" for i in range(1001)]

    assert client.post("/v1/scores", json={"customer_ids": ids[:-1]}).json()["failed"] == 1000
    assert client.post("/v1/scores", json={"customer_ids": ids}).status_code == 422
    assert client.post("/v1/scores", json={"customer_ids": []}).status_code == 422


def test_the_history_of_scores_goes_page_by_page_newest_first(client, with_history, rescore):
    for _ in range(3):
        rescore()
    path = f"/v1/customers/{with_history}/scores"
    first = client.get(path, params={"limit": 2}).json()
    rest = client.get(path, params={"limit": 2, "cursor": first["next_cursor"]}).json()

    moments = [item["as_of"] for item in first["items"] + rest["items"]]
    assert len(moments) == 3
    assert moments == sorted(moments, reverse=True)
    assert rest["next_cursor"] is None


def test_the_history_of_nobody_is_a_problem_and_that_of_the_unscored_is_empty(client):
    post_events(client, [event()])

    assert client.get(f"/v1/customers/{CUSTOMER}/scores").json()["items"] == []
    assert client.get("/v1/customers/nobody/scores").status_code == 404
