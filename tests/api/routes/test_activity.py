from datetime import UTC, datetime, timedelta

import jsonschema_rs

from tests.api.activity import CUSTOMER, event, orders, post_events

BAD = [
    ({"event_id": None}, "/event_id"),
    ({"event_id": ""}, "/event_id"),
    ({"customer_id": "x" * 10_000}, "/customer_id"),
    ({"customer_id": "a\x00b"}, "/customer_id"),
    ({"customer_id": 7}, "/customer_id"),
    ({"occurred_at": "yesterday"}, "/occurred_at"),
    ({"occurred_at": 1_700_000_000}, "/occurred_at"),
    ({"occurred_at": "2026-11-01"}, "/occurred_at"),
    ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "/occurred_at"),
    ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "/occurred_at"),
    ({"occurred_at": "2199-01-01T00:00:00Z"}, "/occurred_at"),
    ({"type": "account_known"}, "/type"),
    ({"amount": 1e308}, "/amount"),
    ({"amount": "12"}, "/amount"),
    ({"amount": True}, "/amount"),
    ({"amount": 2**63}, "/amount"),
    ({"currency": "Euro"}, "/currency"),
    ({"properties": {"deep": [[[[[1]]]]]}}, "/properties"),
    ({"properties": {"long": "x" * 5000}}, "/properties"),
    ({"properties": {"large": 2**63}}, "/properties"),
    ({"properties": {"nul": "\x00"}}, "/properties"),
    ({"properties": [1]}, "/properties"),
    ({"surprise": 1}, "/surprise"),
]


def test_an_event_is_accepted_once(client):
    first = post_events(client, [event()])
    again = post_events(client, [event()])

    assert (first["accepted"], first["duplicates"]) == (1, 0)
    assert (again["accepted"], again["duplicates"]) == (0, 1)


def test_an_invalid_event_is_rejected_alone_with_a_pointer_to_the_field(client):
    bad = event(event_id="e-2", occurred_at="2026-11-01T10:00:00")
    answer = client.post("/v1/activity", json={"events": [event(), bad, 5]}).json()

    assert [result["status"] for result in answer["results"]] == [
        "accepted",
        "rejected",
        "rejected",
    ]
    assert answer["results"][1]["event_id"] == "e-2"
    assert answer["results"][1]["errors"][0]["pointer"] == "/events/1/occurred_at"
    assert "time zone" in answer["results"][1]["errors"][0]["detail"]
    assert answer["results"][2]["errors"][0]["pointer"] == "/events/2"


def test_results_are_in_the_order_of_the_events_wherever_invalid_ones_are(client):
    good = [True, True, False, True, True, True, False, False, True, True, True]
    events = [event(event_id=f"e-{i}", amount=1 if g else "many") for i, g in enumerate(good)]
    results = client.post("/v1/activity", json={"events": events}).json()["results"]

    assert [result["index"] for result in results] == list(range(len(good)))
    assert [result["event_id"] for result in results] == [each["event_id"] for each in events]
    assert [result["status"] == "accepted" for result in results] == good


def test_an_event_that_cannot_be_stored_is_rejected_and_says_why(client):
    events = [event(**changes) for changes, _ in BAD]
    results = client.post("/v1/activity", json={"events": events}).json()["results"]

    found = [[error["pointer"] for error in result["errors"]] for result in results]
    assert found == [[f"/events/{i}{pointer}"] for i, (_, pointer) in enumerate(BAD)]


def test_an_event_without_an_id_is_rejected_since_a_repetition_would_look_like_a_new_event(client):
    anonymous = event()
    del anonymous["event_id"]

    (result,) = client.post("/v1/activity", json={"events": [anonymous]}).json()["results"]

    assert result["errors"] == [
        {"location": "body", "pointer": "/events/0/event_id", "detail": "is required"}
    ]


def test_the_limits_of_what_can_be_stored_are_accepted(client):
    edge = event(
        customer_id="é" * 200,
        amount=1e12,
        ref="\U0001f600",
        properties={"whole": 2**63 - 1, "deep": [[[[]]]], "tab": "a\tb"},
    )

    post_events(client, [edge])


def test_an_event_from_a_clock_a_little_ahead_counts_as_of_now(client):
    ahead = (datetime.now(UTC) + timedelta(minutes=4)).isoformat()
    post_events(client, [event(occurred_at=ahead)])

    answer = client.get(f"/v1/customers/{CUSTOMER}").json()
    assert answer["purchases_count"] == 1


def test_a_thousand_events_fit_in_one_call_and_one_more_does_not(client):
    thousand = orders("many", n=1000, gap_days=1)

    assert post_events(client, thousand)["accepted"] == 1000
    refused = client.post("/v1/activity", json={"events": [*thousand, event()]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/events"


def test_a_score_reflects_an_acknowledged_event_at_once(client, with_history):
    before = client.get(f"/v1/customers/{with_history}/score").json()
    post_events(client, [event(event_id="new")])
    after = client.get(f"/v1/customers/{with_history}/score").json()

    assert after["data"]["last_activity_at"] > before["data"]["last_activity_at"]


def test_a_renewal_date_that_cannot_be_read_is_rejected_with_a_pointer_to_it(client):
    bad = event(type="subscription_started", properties={"renews_at": "next year"})
    good = event(event_id="e-2", type="order_placed", properties={"renews_at": "next year"})

    first, second = client.post("/v1/activity", json={"events": [bad, good]}).json()["results"]

    assert first["errors"][0]["pointer"] == "/events/0/properties/renews_at"
    assert "next year" in first["errors"][0]["detail"]
    assert second["status"] == "accepted"


def test_the_response_fits_the_contract(client):
    contract = client.get("/openapi.json").json()
    schema = {"$ref": "#/components/schemas/ActivityOut", "components": contract["components"]}
    batch = [event(), event(), event(event_id="e-2", amount="many"), event(event_id="e-3", type=5)]

    answer = client.post("/v1/activity", json={"events": batch}).json()

    jsonschema_rs.validate(schema, answer)
    assert [result["status"] for result in answer["results"]] == [
        "accepted",
        "duplicate",
        "rejected",
        "rejected",
    ]
