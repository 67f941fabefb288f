import pytest

from app.bundle.folder.feature_columns import validate_feature_columns
from app.domain.errors import BundleRefused

NAMES = ("silence", "orders")


def text(names):
    return f"tree\nversion=v4\nfeature_names={names}\nfeature_infos=none\n\nTree=0\n"


def test_the_columns_that_the_manifest_lists_are_accepted():
    validate_feature_columns(text("silence orders"), NAMES, source="booster.txt")


def test_columns_without_names_are_accepted():
    validate_feature_columns(text("Column_0 Column_1"), NAMES, source="booster.txt")


@pytest.mark.parametrize(
    ("names", "complaint"),
    [("orders silence", "column 0 is 'orders'"), ("silence age", "column 1 is 'age'")],
)
def test_other_columns_are_refused_by_name(names, complaint):
    with pytest.raises(BundleRefused, match=complaint):
        validate_feature_columns(text(names), NAMES, source="booster.txt")


def test_a_tree_cannot_pass_itself_off_as_the_header():
    with pytest.raises(BundleRefused):
        validate_feature_columns(
            text("orders silence") + "feature_names=silence orders\n", NAMES, source="booster.txt"
        )
