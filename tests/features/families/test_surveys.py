from math import isnan

from tests.strategies import event, measured

NUMBERS = "5938062dae8b83bb"  # see tests/features/test_catalogue.py


def answer(days_ago, survey, value):
    return event("survey_answered", days_ago, detail=survey, amount=value)


def test_the_last_answer_to_each_survey_counts():
    found = measured(answer(50, "nps", 9.0), answer(20, "nps", 4.0), answer(30, "csat", 3.0))

    assert found["nps_last"] == 4
    assert found["csat_last"] == 3
    assert found["days_since_survey"] == 20


def test_an_answer_of_zero_is_an_answer():
    assert measured(answer(1, "nps", 0.0))["nps_last"] == 0


def test_an_answer_without_a_number_leaves_the_one_before():
    found = measured(answer(50, "nps", 9.0), event("survey_answered", 5, detail="nps"))

    assert found["nps_last"] == 9
    assert found["days_since_survey"] == 5


def test_other_surveys_say_neither():
    found = measured(answer(3, "other", 2.0))

    assert isnan(found["nps_last"])
    assert isnan(found["csat_last"])
    assert found["days_since_survey"] == 3
