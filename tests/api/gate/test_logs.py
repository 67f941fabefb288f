import json
import logging

from app.api.gate.logs import JsonFormatter
from tests.api.activity import CUSTOMER


def test_the_access_log_names_the_route_and_not_the_customer(client, caplog):
    caplog.set_level(logging.INFO, logger="holdfast")
    for query, status in (({}, 200), ({"secret": "query"}, 422)):
        caplog.clear()
        client.get(f"/v1/customers/{CUSTOMER}/badge", params=query)

        (record,) = [r for r in caplog.records if r.name == "holdfast.access"]
        line = JsonFormatter().format(record)
        assert json.loads(line)["route"] == "/v1/customers/{customer_id}/badge"
        assert json.loads(line)["status"] == status
        assert CUSTOMER not in line
        assert "secret" not in line


def test_no_line_of_a_rescoring_names_a_customer_or_a_key(client, with_history, rescore, caplog):
    caplog.set_level(logging.DEBUG, logger="holdfast")
    rescore()

    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any("job completed" in line for line in lines)
    assert not any(with_history in line or "hf_" in line for line in lines)


def test_a_line_is_one_json_object_even_with_an_exception():
    try:
        int("two\nlines")
    except ValueError as error:
        record = logging.makeLogRecord({
            "msg": "it broke",
            "levelname": "ERROR",
            "exc_info": (type(error), error, error.__traceback__),
            "instance": "urn:uuid:1",
        })
    line = JsonFormatter().format(record)

    assert "\n" not in line
    assert json.loads(line)["instance"] == "urn:uuid:1"
    assert "ValueError" in json.loads(line)["exception"]
