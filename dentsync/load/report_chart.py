"""Native charts of report tables: steps of time stand, everything else lies, so that long words have room."""

from typing import Any

from dentsync.load.report_page import PageTable

_STANDING = 8.0
"""Centimetres."""
_MOST = 30
"""Bars of one chart; more cannot be read, and stand in the table."""
_ROW = 0.53
"""Height of a row of 15 points, in centimetres."""
_PIXELS = 96 / 2.54
"""Of a centimetre."""
_COLOURS = ("#1F5C7A", "#E08A3C")


def height_in_rows(table: PageTable) -> int:
    """Rows of the sheet that the chart covers."""
    return int(_height(table) / _ROW) + 2


def _height(table: PageTable) -> float:
    return _STANDING if _stands(table) else 2.0 + 0.7 * min(len(table.rows), _MOST)


def _stands(table: PageTable) -> bool:
    return {"new", "returned"} <= set(table.keys) and table.head == "Когда"


def chart_of(book: Any, sheet: str, table: PageTable, first: int, width: int) -> Any:
    """The chart of the table whose rows begin at ``first`` (from 0) of a sheet, so many pixels wide."""
    stands = _stands(table)
    drawn = [table.keys.index(key) for key in ("new", "returned")] if stands else [table.bar]
    last = first + (len(table.rows) if stands else min(len(table.rows), _MOST)) - 1
    kind = {"type": "column", "subtype": "stacked"} if stands else {"type": "bar"}
    percents = table.draws_percent and not stands
    chart = book.add_chart(kind)
    for index, colour in zip(drawn, _COLOURS, strict=False):
        column = _column_of(table, index) + percents
        series = {
            "name": table.titles[index],
            "categories": [sheet, first, 0, last, 0],
            "values": [sheet, first, column, last, column],
            "fill": {"color": colour},
            "gap": 60 if stands else 45,
        }
        chart.add_series(series if stands else series | {"data_labels": {"value": True}})
    shape = {"min": 0, "num_format": "0%" if percents else "#,##0"}
    if stands:
        chart.set_y_axis({**shape, "major_gridlines": {"visible": True, "line": {"color": "#E3E7EA"}}})
    else:  # y is the axis that stands; the first row is the upper one
        chart.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
        chart.set_x_axis({**shape, "visible": False, "major_gridlines": {"visible": False}})
    chart.set_title({"none": True})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": width, "height": round(_height(table) * _PIXELS)})
    return chart


def _column_of(table: PageTable, index: int) -> int:
    """Where a figure stands in the sheet: shares have columns of their own."""
    return 1 + sum(2 if table.is_share(before) else 1 for before in range(index))
