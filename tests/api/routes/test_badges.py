from xml.etree import ElementTree as ET

import pytest

from app.api.routes.badges import COLORS, NO_COLOR_SVG
from tests.api.activity import CUSTOMER, event, post_events

TEXT = "{http://www.w3.org/2000/svg}text"
TITLE = "{http://www.w3.org/2000/svg}title"


def test_a_scored_customer_has_a_badge_with_tier_and_score(client, with_history, rescore):
    rescore()
    score = client.get(f"/v1/customers/{with_history}/scores").json()["items"][0]

    assert client.get(f"/v1/customers/{with_history}/badge").json() == {
        "schemaVersion": 1,
        "label": "churn risk",
        "message": f"{score['tier']} {score['score']}",
        "color": COLORS[score["tier"]],
    }


def test_the_badge_of_the_unknown_and_of_the_unscored_says_so(client):
    post_events(client, [event()])

    unknown = client.get("/v1/customers/nobody/badge")
    unscored = client.get(f"/v1/customers/{CUSTOMER}/badge")
    assert (unknown.status_code, unscored.status_code) == (200, 200)
    assert (unknown.json()["message"], unscored.json()["message"]) == ("unknown", "not scored")
    assert {unknown.json()["color"], unscored.json()["color"]} == {"lightgrey"}


def test_the_image_says_in_text_what_its_colour_says(client, with_history, rescore):
    rescore()
    message = client.get(f"/v1/customers/{with_history}/badge").json()["message"]
    response = client.get(f"/v1/customers/{with_history}/badge.svg")

    image = ET.fromstring(response.text)  # noqa: S314 - our own
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert image.attrib["role"] == "img"
    assert image.findtext(TITLE) == f"churn risk: {message}"
    assert [text.text for text in image.iter(TEXT)] == ["churn risk", message]


def test_an_image_that_did_not_change_is_not_sent_again(client, with_history, rescore):
    path = f"/v1/customers/{with_history}/badge.svg"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    rescore()
    changed = client.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200
    assert first.headers["cache-control"] == "private, max-age=60"


@pytest.mark.parametrize("color", [*COLORS.values(), NO_COLOR_SVG, "#444444"])
def test_white_text_can_be_read_on_every_colour(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert 1.05 / (luminance + 0.05) >= 4.5  # WCAG 2.2, 1.4.3
