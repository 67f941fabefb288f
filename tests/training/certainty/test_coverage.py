"""Groups of back-tests are counted as covered where chance and the shared spread allow."""

from training.certainty.coverage import covered_groups

MET = [(0.2, 0.21, 400), (0.6, 0.58, 400)]


def test_groups_near_their_prediction_are_covered_and_others_are_not():
    far = [(0.2, 0.9, 400), (0.6, 0.58, 400)]

    assert covered_groups([MET, MET], [], coverage=0.9) == (4, 4)
    assert covered_groups([far, MET], [], coverage=0.9) == (3, 4)


def test_none_of_few_is_no_surprise():
    assert covered_groups([[(0.005, 0.0, 300)]], [], coverage=0.9) == (1, 1)


def test_no_back_test_covers_nothing():
    assert covered_groups([], [], coverage=0.9) == (0, 0)
