from tests.api.activity import CUSTOMER, event, orders, post_events

FACTS = {
    "signed_up_at": "2025-03-01T10:00:00Z",
    "acquisition_channel": "referral",
    "acquisition_cost": 12.5,
    "currency": "EUR",
    "owner": "ana@example.com",
    "consent": {"email": True, "sms": False},
    "account": {"plan": "pro", "price": 29.0, "renews_at": "2027-01-01T00:00:00Z"},
}


def test_a_customer_is_created_then_replaced(client):
    created = client.put(f"/v1/customers/{CUSTOMER}", json=FACTS)
    replaced = client.put(f"/v1/customers/{CUSTOMER}", json={"owner": "ben@example.com"})

    assert (created.status_code, replaced.status_code) == (201, 200)
    assert created.json()["consent"] == {"email": True, "sms": False, "push": None, "phone": None}
    assert replaced.json()["owner"] == "ben@example.com"
    assert replaced.json()["acquisition_channel"] is None
    assert replaced.json()["account"]["plan"] == "pro"


def test_sending_the_same_customer_again_changes_nothing(client):
    first = client.put(f"/v1/customers/{CUSTOMER}", json=FACTS).json()
    second = client.put(f"/v1/customers/{CUSTOMER}", json=FACTS).json()

    assert second == first


def test_a_customer_known_from_activity_alone_has_the_purchases_a_crm_needs(client, with_history):
    profile = client.get(f"/v1/customers/{with_history}").json()

    assert profile["purchases_count"] == 12
    assert profile["first_purchase_date"] < profile["last_purchase_date"]
    assert profile["lifecycle_stage"] == "active"
    assert profile["account"] is None


def test_an_unknown_customer_is_a_problem(client):
    response = client.get("/v1/customers/nobody")

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "urn:holdfast:problem:customer-not-found"
    assert "'nobody'" in response.json()["detail"]


def test_invalid_facts_are_reported_with_a_pointer_to_the_field(client):
    wrong = {
        "consent": {"pigeon": True},
        "account": {"price": -1},
        "signed_up_at": "2025-03-01T10:00",
    }
    response = client.put(f"/v1/customers/{CUSTOMER}", json=wrong)

    assert response.status_code == 422
    assert {error["pointer"] for error in response.json()["errors"]} == {
        "/consent/pigeon",
        "/account/price",
        "/signed_up_at",
    }


def test_scored_customers_are_listed_by_risk_page_by_page(client, rescore):
    for i in range(5):
        post_events(client, orders(f"c-{i}", n=3, gap_days=1 + i))
    rescore()
    pages = [client.get("/v1/customers", params={"limit": 2}).json()]
    while pages[-1]["next_cursor"]:
        cursor = pages[-1]["next_cursor"]
        pages.append(client.get("/v1/customers", params={"limit": 2, "cursor": cursor}).json())

    listed = [item for page in pages for item in page["items"]]
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert {item["customer_id"] for item in listed} == {f"c-{i}" for i in range(5)}
    scores = [item["score"] for item in listed]
    assert scores == sorted(scores, reverse=True)


def test_the_list_can_be_narrowed_to_a_tier_and_a_score(client, rescore, with_history):
    rescore()
    score = client.get(f"/v1/customers/{with_history}/score").json()

    def listed(**query):
        return [c["customer_id"] for c in client.get("/v1/customers", params=query).json()["items"]]

    assert listed(tier=score["tier"]) == [with_history]
    assert listed(tier="high" if score["tier"] == "low" else "low") == []
    assert listed(min_score=score["score"]) == [with_history]
    assert listed(min_score=score["score"] + 1) == []


def test_a_cursor_of_another_listing_is_refused(client, rescore):
    post_events(client, [*orders("a", n=2), *orders("b", n=2), event(customer_id="c")])
    rescore()
    cursor = client.get("/v1/customers", params={"limit": 1}).json()["next_cursor"]

    for query in ({"cursor": cursor, "tier": "low"}, {"cursor": "made-up"}, {"cursor": "é"}):
        response = client.get("/v1/customers", params=query)
        assert response.status_code == 400
        assert response.json()["type"] == "urn:holdfast:problem:invalid-cursor"


def test_a_sign_up_in_the_future_is_refused(client):
    response = client.put(
        f"/v1/customers/{CUSTOMER}", json={"signed_up_at": "2190-01-01T00:00:00Z"}
    )

    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["pointer"] == "/signed_up_at"
    assert "lies in the future" in error["detail"]
