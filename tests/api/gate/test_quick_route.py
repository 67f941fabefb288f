"""Which requests take the short way; that both ways answer alike is in test_scores."""

import asyncio
from functools import partial

import pytest

from app.api.gate.quick_route import QuickRoute, QuickRoutes
from app.api.keys.key_cache import KeyCache
from app.api.keys.security import RequireScope
from app.domain.errors import NoBundleInService
from app.domain.scopes import Scope
from app.use_cases.keys.manage import VerifiedKey

PATH = "/v1/customers/c-1/hello"
KEY = (b"authorization", b"Bearer good")


def is_allowed(*scopes):
    keys = KeyCache(lambda token: VerifiedKey("k", frozenset(scopes)))
    keys.verified("good")
    return partial(RequireScope(Scope.SCORES_READ).is_met_by, keys=keys)


async def greet(customer_id):
    return None if customer_id == "nobody" else customer_id.encode()


async def fail(customer_id):
    raise NoBundleInService("promote one")


@pytest.fixture
def answered():
    """Return what a request is answered; "the long way" where it is passed on."""

    def ask(
        path="/v1/customers/c-1/hello", *, headers=(KEY,), scopes=(Scope.SCORES_READ,), **scope
    ):
        sent = []

        async def send(message):
            sent.append(message)

        async def long_way(scope, receive, send):
            await send("the long way")

        routes = QuickRoutes(
            long_way,
            is_allowed=is_allowed(*scopes),
            routes=[
                QuickRoute("hello", greet, cache_control=b"no-store"),
                QuickRoute("broken", fail, cache_control=b"no-store"),
            ],
        )
        asked = {"type": "http", "method": "GET", "path": path, "query_string": b"", **scope}
        asked["headers"] = list(headers)
        asyncio.run(routes(asked, None, send))
        return sent[0] if sent == ["the long way"] else (sent, asked.get("route"))

    return ask


def test_a_plain_question_is_answered_at_once(answered):
    (start, body), route = answered()

    assert start["status"] == 200
    assert start["headers"] == [
        (b"cache-control", b"no-store"),
        (b"content-length", b"3"),
        (b"content-type", b"application/json"),
    ]
    assert body["body"] == b"c-1"
    assert route.path == "/v1/customers/{customer_id}/hello"


def test_whatever_is_not_plain_takes_the_long_way(answered, subtests):
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
        "something wrong": {"path": "/v1/customers/c-1/broken"},
        "a websocket": {"type": "websocket"},
    }
    for name, changes in cases.items():
        with subtests.test(name):
            assert answered(**changes) == "the long way"
