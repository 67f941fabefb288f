import operator
from dataclasses import replace

import pytest

from app.domain.conditions import Comparison
from app.domain.interventions import InterventionRule, InterventionStep, StepRule

SILENT = Comparison(0, operator.ge, 60.0)
EMAIL = InterventionStep("email", 0, 6, "Write")
WIN_BACK = InterventionRule("win_back", "retention", 1, "Write", (StepRule(EMAIL),))


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        (InterventionStep("pigeon", 0, 6, "Write"), "a channel is one of internal, web"),
        (InterventionStep("email", 6, 0, "Write"), "until_hours must lie in 6 to"),
        (InterventionStep("email", -1, 0, "Write"), "after_hours must lie in 0 to"),
        (InterventionStep("email", 0, 6, ""), "action needs 1 to 500 characters"),
    ],
)
def test_a_touch_has_a_channel_a_window_and_an_action(step, complaint):
    with pytest.raises(ValueError, match=complaint):
        StepRule(step)


def test_an_intervention_has_touches_in_order_and_one_for_everybody():
    later = InterventionStep("sms", 12, 24, "Write again")
    with pytest.raises(ValueError, match="in order of after_hours"):
        replace(WIN_BACK, steps=(StepRule(later), StepRule(EMAIL)))
    with pytest.raises(ValueError, match="for everybody"):
        replace(WIN_BACK, steps=(StepRule(EMAIL, SILENT),))
    with pytest.raises(ValueError, match="priority must lie in 1 to 99, got 0"):
        replace(WIN_BACK, priority=0)
