"""Activity as tests send it to the API."""

from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient

CUSTOMER = "c-1042"


def event(**changes) -> dict:
    """An order of now, as the API takes it."""
    values = {
        "event_id": "e-1",
        "customer_id": CUSTOMER,
        "occurred_at": datetime.now(UTC).isoformat(),
        "type": "order_placed",
        "amount": 25.0,
        "currency": "EUR",
    }
    return values | changes


def orders(customer_id: str, *, n: int, gap_days: int = 10) -> list[dict]:
    """The last `n` orders of a customer, one every `gap_days`, the newest yesterday."""
    last = datetime.now(UTC) - timedelta(days=1)
    return [
        event(
            event_id=f"{customer_id}/{i}",
            customer_id=customer_id,
            occurred_at=(last - timedelta(days=gap_days * i)).isoformat(),
        )
        for i in range(n)
    ]


def post_events(client: TestClient, events: list[dict]) -> dict:
    """Send events, all of which must be accepted, and return the answer."""
    response = client.post("/v1/activity", json={"events": events})
    assert response.status_code == 200, response.text
    assert response.json()["rejected"] == 0, response.text
    return response.json()
