import pytest

from app.domain.activity import (
    CHANNEL_CODES,
    DETAIL_CODES,
    TYPE_CODES,
    code_of_channel,
    code_of_detail,
    code_of_type,
    detail_of,
)


def test_codes_are_what_bundles_and_databases_rely_on():
    """Append only: a new name goes to the end, and no name changes its number."""
    assert list(TYPE_CODES.items())[:3] == [("other", 0), ("login", 1), ("feature_used", 2)]
    assert TYPE_CODES["order_placed"] == 3
    assert TYPE_CODES["subscription_cancelled"] == 11
    assert TYPE_CODES["account_known"] == 21
    assert (CHANNEL_CODES["email"], CHANNEL_CODES["retargeting"]) == (4, 11)
    assert (DETAIL_CODES["nps"], DETAIL_CODES["technical"]) == (2, 8)


@pytest.mark.parametrize(("name", "code"), [("login", 1), ("visited_booth", 0), (None, 0)])
def test_unknown_types_count_as_other(name, code):
    assert code_of_type(name) == code


def test_an_absent_channel_is_not_an_unknown_one():
    assert (code_of_channel(None), code_of_channel("fax"), code_of_channel("web")) == (0, 1, 2)
    assert (code_of_detail(None), code_of_detail("colour"), code_of_detail("nps")) == (0, 1, 2)


@pytest.mark.parametrize(
    ("activity_type", "properties", "detail"),
    [
        ("ticket_opened", {"topic": "billing"}, "billing"),
        ("survey_answered", {"survey": "nps"}, "nps"),
        ("survey_answered", {"topic": "billing"}, None),
        ("ticket_opened", {"topic": 7}, None),
        ("ticket_opened", {"topic": ""}, None),
        ("login", {"topic": "billing"}, None),
    ],
)
def test_a_detail_is_the_topic_of_a_ticket_or_the_kind_of_a_survey(
    activity_type, properties, detail
):
    assert detail_of(activity_type, properties) == detail
