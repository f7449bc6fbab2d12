"""Tables for other programs' sheets: a cell that a sheet would take for a formula is made text."""

import csv
import io
from collections.abc import Iterable, Iterator

#: What begins a formula in one spreadsheet program or another, in either width.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(value: object) -> str:
    """The value as text; an apostrophe before what would be calculated, sent, or run when the sheet is opened."""
    text = "" if value is None else str(value)
    # Programs skip what cannot be seen before they look for a formula.
    begins = text.lstrip(" \t\r\n\x0b\x0c\xa0\ufeff")
    return f"'{text}" if begins.startswith(_FORMULA) or text[:1] in ("\t", "\r", "\n") else text


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Each row as a line of CSV, safe to open in a sheet."""
    page = io.StringIO()
    writer = csv.writer(page)
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
        yield page.getvalue()
        page.seek(0)
        page.truncate()
