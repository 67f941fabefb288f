"""Single requests over one connection, each timed; for what a load generator would average away."""

import time
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from urllib.parse import urlsplit

from benchmarks.load import Call


def timed_calls(url: str, calls: Sequence[Call], headers: Mapping[str, str]) -> list[float]:
    """Return the seconds that each answer took; anything but a success raises."""
    connection = HTTPConnection(urlsplit(url).netloc)
    connection.connect()
    took = []
    for call in calls:
        started = time.perf_counter()
        connection.request(call.method, call.path, call.body.encode() or None, dict(headers))
        answer = connection.getresponse()
        answer.read()
        took.append(time.perf_counter() - started)
        if answer.status != 200:
            raise RuntimeError(f"{url}{call.path} answered {answer.status}")
    connection.close()
    return took
