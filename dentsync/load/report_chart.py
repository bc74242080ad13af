"""Native charts of report tables: steps of time stand, everything else lies, so that long words have room."""

from typing import TYPE_CHECKING

from dentsync.load.report_page import PageTable

if TYPE_CHECKING:
    from openpyxl.chart import BarChart
    from openpyxl.worksheet.worksheet import Worksheet

_STANDING = 8.0
"""Centimetres."""
_MOST = 30
"""Bars of one chart; more cannot be read, and stand in the table."""
_ROW = 0.53
"""Height of a row of 15 points, in centimetres."""
_COLOURS = ("1F5C7A", "E08A3C")


def height_in_rows(table: PageTable) -> int:
    """Rows of the sheet that the chart covers."""
    return int(_height(table) / _ROW) + 2


def _height(table: PageTable) -> float:
    return _STANDING if _stands(table) else 2.0 + 0.7 * min(len(table.rows), _MOST)


def _stands(table: PageTable) -> bool:
    return {"new", "returned"} <= set(table.keys) and table.head == "Когда"


def chart_of(sheet: "Worksheet", table: PageTable, first: int, width: float) -> "BarChart":
    """The chart of the table whose rows begin at ``first``, so many centimetres wide."""
    from openpyxl.chart import BarChart, Reference
    from openpyxl.chart.label import DataLabelList
    from openpyxl.chart.series import SeriesLabel

    chart = BarChart()
    stands = _stands(table)
    drawn = [table.keys.index(key) for key in ("new", "returned")] if stands else [table.bar]
    last = first + min(len(table.rows), _MOST if not stands else len(table.rows)) - 1
    for index, colour in zip(drawn, _COLOURS, strict=False):
        column = _column_of(table, index) + (1 if not stands and table.draws_percent else 0)
        chart.add_data(Reference(sheet, min_col=column, min_row=first, max_row=last))
        series = chart.series[-1]
        series.tx = SeriesLabel(v=table.titles[index])
        series.graphicalProperties.solidFill = colour
    chart.set_categories(Reference(sheet, min_col=1, min_row=first, max_row=last))
    chart.type, chart.grouping, chart.gapWidth = ("col", "stacked", 60) if stands else ("bar", "clustered", 45)
    chart.overlap = 100 if stands else None
    chart.title = None
    chart.width, chart.height = width, _height(table)  # type: ignore[assignment]
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.majorGridlines = None if not stands else chart.y_axis.majorGridlines
    chart.y_axis.scaling.min = 0
    chart.y_axis.number_format = "0%" if not stands and table.draws_percent else "#,##0"
    if not stands:
        chart.x_axis.scaling.orientation = "maxMin"  # the first row is the upper one
        chart.y_axis.delete = True
        chart.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    if chart.legend:
        chart.legend.position = "b"
    return chart


def _column_of(table: PageTable, index: int) -> int:
    """Where a figure stands in the sheet: shares have columns of their own."""
    return 2 + sum(2 if table.is_share(before) else 1 for before in range(index))
