import pytest

from app.api.contract.negotiation import preferred

OFFERED = ("text/markdown", "text/html")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("*/*", "text/markdown"),
        ("text/*", "text/markdown"),
        ("text/html", "text/html"),
        ("text/html;q=0.5, text/markdown", "text/markdown"),
        ("text/html, */*;q=0.8", "text/html"),
        ("TEXT/HTML ; Q=0.9 , text/markdown;q=0.1", "text/html"),
        ("text/html;q=0, */*", "text/markdown"),
        ("application/json", "text/markdown"),
        ("text/html;q=high", "text/markdown"),
        ("", "text/markdown"),
    ],
)
def test_the_preferred_type_is_chosen(accept, chosen):
    assert preferred(accept, OFFERED) == chosen
