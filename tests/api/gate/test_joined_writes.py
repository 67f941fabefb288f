import pytest

from app.api.gate.joined_writes import JoinedWrites

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Wire:
    """What a transport was told, in order; each entry is one call of the kernel."""

    def __init__(self):
        self.calls = []
        self.extra = "peer"

    def write(self, data):
        self.calls.append(data)

    def writelines(self, parts):
        self.calls.append(b"".join(parts))

    def close(self):
        self.calls.append("closed")

    def is_closing(self):
        return "closed" in self.calls


@pytest.fixture
def wire():
    return Wire()


def test_the_head_of_an_answer_leaves_with_its_body(wire):
    writes = JoinedWrites(wire)
    writes.write(HEAD)
    writes.write(b"{}")
    writes.write(b"more")

    assert wire.calls == [HEAD + b"{}", b"more"]


def test_a_head_without_a_body_leaves_when_the_answer_is_complete(wire):
    writes = JoinedWrites(wire)
    writes.write(HEAD)
    writes.flush()
    writes.flush()

    assert wire.calls == [HEAD]


def test_a_client_that_waits_for_100_continue_gets_it_at_once(wire):
    JoinedWrites(wire).write(b"HTTP/1.1 100 Continue\r\n\r\n")

    assert wire.calls == [b"HTTP/1.1 100 Continue\r\n\r\n"]


def test_closing_writes_what_was_held_back_first(wire):
    writes = JoinedWrites(wire)
    writes.write(HEAD)
    writes.close()

    assert wire.calls == [HEAD, "closed"]
    assert writes.is_closing()


def test_all_else_is_the_transport_itself(wire):
    assert JoinedWrites(wire).extra == "peer"
