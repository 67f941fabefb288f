import operator

import pytest

from app.domain.conditions import Comparison
from app.domain.signals import Severity, SignalKind, SignalLevel, SignalRule
from app.domain.text_templates import TextTemplate

SILENT = Comparison(0, operator.ge, 60.0)


def level(severity=Severity.MEDIUM, hours=48):
    return SignalLevel(severity, hours, SILENT)


def rule(**changes):
    values = {
        "name": "dormancy",
        "kind": SignalKind.LAGGING,
        "indication": "no activity for 60 days",
        "owner": "retention",
        "text": TextTemplate("silent for {:.0f} days", (0,), "no activity for 60 days"),
        "intervention": "win_back",
        "levels": (level(Severity.HIGH), level(Severity.MEDIUM)),
    }
    return SignalRule(**(values | changes))


@pytest.mark.parametrize("hours", [0, -1, 24 * 90 + 1])
def test_a_response_time_lies_between_an_hour_and_a_quarter(hours):
    with pytest.raises(ValueError, match="respond_within_hours must lie in 1 to 2160 hours"):
        level(hours=hours)


@pytest.mark.parametrize("name", ["", "Dormancy", "win back", "x" * 61, "1st", None, ["sales"]])
def test_a_name_is_a_lower_case_word(name):
    with pytest.raises(ValueError, match="signal must be a name"):
        rule(name=name)
    with pytest.raises(ValueError, match="owner must be a name"):
        rule(owner=name)


@pytest.mark.parametrize(
    "levels",
    [
        (),
        (level(Severity.MEDIUM), level(Severity.HIGH)),
        (level(Severity.LOW), level(Severity.LOW)),
    ],
)
def test_levels_go_from_the_most_severe_to_the_least_each_once(levels):
    with pytest.raises(ValueError, match="most severe to the least"):
        rule(levels=levels)


def test_an_indication_is_never_empty():
    with pytest.raises(ValueError, match="indication needs 1 to 500 characters"):
        rule(indication=" ")
