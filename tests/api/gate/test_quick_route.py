"""Which requests take the quick way; that both ways answer alike is in routes/test_scores.py."""

import asyncio
import logging
from functools import partial

import pytest

from app.api.gate.logs import JsonFormatter
from app.api.gate.metrics import Metrics
from app.api.gate.quick_route import QuickRoute, QuickRoutes
from app.api.keys.key_cache import KeyCache
from app.api.keys.security import RequireScope
from app.domain.errors import NoBundleInService
from app.domain.keys import Scope
from app.use_cases.keys.verify import VerifiedKey

KEY = (b"authorization", b"Bearer good")
ROUTE = "/v1/customers/{customer_id}/"


def is_allowed(*scopes):
    keys = KeyCache(lambda token: VerifiedKey("k", frozenset(scopes)))
    keys.verified("good")
    return partial(RequireScope(Scope.SCORES_READ).is_met_by, keys=keys)


def holdfast_records(caplog):
    return [record for record in caplog.records if record.name.startswith("holdfast")]


async def greet(customer_id):
    return None if customer_id == "nobody" else customer_id.encode()


async def refuse(customer_id):
    raise NoBundleInService("promote one")


async def fail(customer_id):
    raise KeyError(f"{customer_id} is personal")


async def fail_otherwise(customer_id):
    raise OSError(f"{customer_id} is personal")


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
def answered(metrics):
    """Return the answer to a request; "by FastAPI" if it was passed on."""

    async def fastapi(scope, receive, send):
        await send("by FastAPI")

    answers = {"hello": greet, "refusing": refuse, "failing": fail, "other": fail_otherwise}
    routes = [QuickRoute(name, answer, b"no-store") for name, answer in answers.items()]
    by_scopes = {
        scopes: QuickRoutes(fastapi, is_allowed=is_allowed(*scopes), routes=routes, metrics=metrics)
        for scopes in ((Scope.SCORES_READ,), (Scope.CUSTOMERS_READ,))
    }

    def ask(
        path="/v1/customers/c-1/hello", *, headers=(KEY,), scopes=(Scope.SCORES_READ,), **scope
    ):
        sent = []

        async def send(message):
            sent.append(message)

        asked = {"type": "http", "method": "GET", "path": path, "query_string": b"", **scope}
        asked["headers"] = list(headers)
        asyncio.run(by_scopes[scopes](asked, None, send))
        return sent[0] if sent == ["by FastAPI"] else (sent, asked.get("route"))

    return ask


def test_a_plain_request_is_answered_at_once(answered):
    (start, body), route = answered()

    assert start["status"] == 200
    assert start["headers"] == [
        (b"cache-control", b"no-store"),
        (b"content-length", b"3"),
        (b"content-type", b"application/json"),
    ]
    assert body["body"] == b"c-1"
    assert route.path == "/v1/customers/{customer_id}/hello"


def test_every_other_request_is_passed_on(answered, subtests):
    cases = {
        "another method": {"method": "HEAD"},
        "a query": {"query_string": b"as_of=2026-01-01"},
        "another path": {"path": "/v1/customers/c-1/hello/"},
        "an id that is not everyday": {"path": "/v1/customers/c 1/hello"},
        "no key": {"headers": ()},
        "two keys": {"headers": (KEY, KEY)},
        "no bearer": {"headers": ((b"authorization", b"Basic good"),)},
        "a key that was not verified": {"headers": ((b"authorization", b"Bearer other"),)},
        "a key without the scope": {"scopes": (Scope.CUSTOMERS_READ,)},
        "a body": {"headers": (KEY, (b"content-length", b"2"))},
        "no answer": {"path": "/v1/customers/nobody/hello"},
        "a refusal": {"path": "/v1/customers/c-1/refusing"},
        "an unexpected error": {"path": "/v1/customers/c-1/failing"},
        "a websocket": {"type": "websocket"},
    }
    for name, changes in cases.items():
        with subtests.test(name):
            assert answered(**changes) == "by FastAPI"


def test_unexpected_errors_are_counted_by_route_and_class(answered, metrics):
    for name in ("failing", "failing", "other"):
        answered(f"/v1/customers/c-1/{name}")

    assert metrics.fallbacks() == [
        ((("route", f"{ROUTE}failing"), ("reason", "KeyError")), 2),
        ((("route", f"{ROUTE}other"), ("reason", "OSError")), 1),
    ]


def test_each_class_of_error_is_logged_once_and_nobody_is_named(answered, caplog):
    caplog.set_level(logging.DEBUG, logger="holdfast")
    for name in ("failing", "failing", "other", "failing"):
        answered(f"/v1/customers/c-1/{name}")

    logged = [
        (record.levelname, record.route, record.reason) for record in holdfast_records(caplog)
    ]
    assert logged == [
        ("WARNING", f"{ROUTE}failing", "KeyError"),
        ("WARNING", f"{ROUTE}other", "OSError"),
    ]
    lines = [JsonFormatter().format(record) for record in holdfast_records(caplog)]
    assert not any("c-1" in line or "personal" in line for line in lines)
    assert all('"raised_at":"test_quick_route.py:' in line for line in lines)


def test_what_is_expected_is_neither_counted_nor_logged(answered, metrics, caplog):
    caplog.set_level(logging.DEBUG, logger="holdfast")
    answered("/v1/customers/nobody/hello")
    answered("/v1/customers/c-1/refusing")
    answered(headers=((b"authorization", b"Basic good"),))
    answered(headers=((b"authorization", b"Bearer other"),))

    assert metrics.fallbacks() == []
    assert holdfast_records(caplog) == []
