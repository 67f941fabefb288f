import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.contract import cursors
from app.domain.errors import InvalidCursor

POSITION = [7, "c-1042"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.integers(0, 2**62)))
def test_a_cursor_decodes_to_its_position(position):
    cursor = cursors.encode("listing", position)

    assert cursors.decode(cursor, "listing", kinds=[type(p) for p in position]) == position


def test_a_cursor_belongs_to_its_listing():
    cursor = cursors.encode("customers:high:None", POSITION)

    with pytest.raises(InvalidCursor, match="start again"):
        cursors.decode(cursor, "customers:low:None", kinds=[int, str])


@given(st.text(max_size=60))
def test_a_made_up_cursor_is_refused(text):
    with pytest.raises(InvalidCursor):
        cursors.decode(text, "listing", kinds=[int, str])


@given(st.integers(0, 40), st.integers(1, 255))
def test_a_changed_cursor_is_refused(position, change):
    cursor = bytearray(cursors.encode("listing", POSITION).encode())
    i = position % len(cursor)
    cursor[i] ^= change

    if bytes(cursor).strip(b"=") != cursors.encode("listing", POSITION).encode():
        with pytest.raises(InvalidCursor):
            cursors.decode(cursor.decode("latin-1"), "listing", kinds=[int, str])


def test_a_cursor_of_another_kind_of_position_is_refused():
    cursor = cursors.encode("listing", ["c-1042"])

    with pytest.raises(InvalidCursor):
        cursors.decode(cursor, "listing", kinds=[int])


def test_listings_with_long_names_have_different_cursors():
    long = "scores:" + "x" * 100
    cursor = cursors.encode(long + "a", POSITION)

    with pytest.raises(InvalidCursor):
        cursors.decode(cursor, long + "b", kinds=[int, str])
