"""The service as uvicorn runs it: sockets, slow senders, and many clients at once."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx2
import pytest
import uvicorn

from app.api.gate.serving import config_of
from tests.api.activity import CUSTOMER, event, orders

RECEIVE_SECONDS = 0.3


@pytest.fixture
def server(make_app, new_key, monkeypatch):
    """Address and key of a running server with a short deadline."""
    monkeypatch.setattr("app.api.gate.deadline.GRACE_SECONDS", 0.5)
    listening = socket.create_server(("127.0.0.1", 0))
    application = make_app(request_timeout_seconds=RECEIVE_SECONDS)
    config = config_of(application, receive_seconds=RECEIVE_SECONDS)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield listening.getsockname(), new_key()
    running.should_exit = True
    thread.join()
    listening.close()


def answer_to(address, sent: bytes, *, then: bytes = b"") -> bytes:
    """Send some bytes, then nothing, and return all that comes until the server hangs up.

    What is sent `then` is sent as soon as an answer begins.
    """
    with closing(socket.create_connection(address)) as connection:
        connection.settimeout(20)
        connection.sendall(sent)
        received = b""
        if then:
            received += connection.recv(65_536)
            connection.sendall(then)
        while part := connection.recv(65_536):
            received += part
        return received


def test_a_connection_that_never_completes_its_head_is_closed(server):
    address, _ = server

    assert answer_to(address, b"") == b""
    assert answer_to(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ") == b""


def test_an_empty_line_after_an_answer_does_not_hold_the_connection_open(server):
    address, _ = server

    answer = answer_to(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", then=b"\r\n")

    assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_body_that_never_comes_is_answered_with_408(server):
    address, key = server
    head = (
        f"POST /v1/activity HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )

    assert answer_to(address, head.encode()).startswith(b"HTTP/1.1 408 ")


def test_a_websocket_handshake_is_an_ordinary_request_and_leaves_no_id_in_the_log(server, caplog):
    address, key = server
    head = (
        f"GET /v1/customers/{CUSTOMER}/score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        "Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )

    assert answer_to(address, head.encode()).startswith(b"HTTP/1.1 404 ")
    assert CUSTOMER not in caplog.text


def test_a_kept_alive_connection_can_send_another_request(server):
    (host, port), _ = server
    with httpx2.Client(base_url=f"http://{host}:{port}") as client:
        assert client.get("/healthz").status_code == 200
        time.sleep(2 * RECEIVE_SECONDS)
        assert client.get("/healthz").status_code == 200


def test_scores_reflect_each_batch_while_others_send_and_ask(server):
    (host, port), key = server
    headers = {"Authorization": f"Bearer {key}"}

    def send_and_ask(number: int) -> None:
        who = f"c-{number}"
        with httpx2.Client(base_url=f"http://{host}:{port}", headers=headers) as client:
            for batch in range(4):
                events = [
                    event(**(order | {"event_id": f"{order['event_id']}/{batch}"}))
                    for order in orders(who, n=25, gap_days=2)
                ]
                posted = client.post("/v1/activity", json={"events": events})
                assert posted.json()["accepted"] == 25
                asked = client.get(f"/v1/customers/{who}")
                assert asked.json()["purchases_count"] == 25 * (batch + 1)
                assert client.get(f"/v1/customers/{who}/score").status_code == 200

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(send_and_ask, number) for number in range(8)]:
            done.result()


def test_answers_without_a_body_and_answers_to_pipelined_requests_arrive(server):
    address, key = server
    head = f"HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
    asked = f"HEAD /healthz {head}\r\n" + f"GET /v1/customers/nobody/badge {head}\r\n" * 2
    last = f"HEAD /healthz {head}Connection: close\r\n\r\n"

    answered = answer_to(address, (asked + last).encode())

    assert answered.count(b"HTTP/1.1 200 OK\r\n") == 4
    assert answered.endswith(b"connection: close\r\n\r\n")


def test_a_client_that_expects_100_continue_gets_it_before_it_sends_its_body(server):
    address, key = server
    head = (
        f"POST /v1/scores HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/json\r\nContent-Length: 24\r\nExpect: 100-continue\r\n\r\n"
    )
    with closing(socket.create_connection(address)) as connection:
        connection.settimeout(20)
        connection.sendall(head.encode())
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100 Continue\r\n")
