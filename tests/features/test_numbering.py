import numpy as np

from app.features.numbering import number_hashes, places_of


def test_codes_count_from_zero_in_the_order_of_appearance():
    codes, firsts = number_hashes(np.array([7, -3, 7, 9, -3]))

    assert codes.tolist() == [0, 1, 0, 2, 1]
    assert firsts.tolist() == [0, 1, 3]


def test_the_table_grows_with_the_number_of_different_hashes():
    hashes = np.random.default_rng(1).integers(-(2**63), 2**63 - 1, 20_000).repeat(2)
    codes, firsts = number_hashes(hashes)

    assert len(firsts) == 20_000
    assert np.array_equal(hashes[firsts][codes], hashes)


def test_what_is_not_known_has_the_other_place():
    places = places_of(np.array([5, 4, 6]), np.array([4, 5]), other=-1)

    assert places.tolist() == [1, 0, -1]


def test_of_nothing_there_are_no_codes():
    codes, firsts = number_hashes(np.empty(0, np.int64))

    assert (len(codes), len(firsts)) == (0, 0)


def test_codes_do_not_depend_on_how_many_are_expected():
    hashes = np.random.default_rng(2).integers(-(2**63), 2**63, 5_000)[
        np.random.default_rng(3).integers(0, 5_000, 20_000)
    ]
    for n_expected in (1, 700, 20_000, 10_000_000):
        codes, firsts = number_hashes(hashes, n_expected=n_expected)
        plain_codes, plain_firsts = number_hashes(hashes)
        assert (codes == plain_codes).all()
        assert (firsts == plain_firsts).all()
