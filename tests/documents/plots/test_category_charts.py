from app.documents.plots.axes import axis_covering
from app.documents.plots.category_charts import bar_chart, interval_chart
from tests.pages import parsed


def test_entries_keep_their_order_and_escape_and_shorten_their_names():
    axis = axis_covering("x", [-1.0, 1.0])
    intervals = interval_chart(
        "T", "d", axis, [("<one>", -2, 0, 0.5, "0"), ("two", -1, 1, 3, "1")], reference=0
    )
    bars = bar_chart("T", "d", axis, [("<one>", 0.5, "50 %"), ("n" * 99, 0.1, "10 %")])

    for chart in (intervals, bars):
        names = [t.text for t in parsed(chart).iter("text") if t.get("class") == "name"]
        assert names[0] == "<one>"
        assert all(len(name) <= 34 for name in names)
