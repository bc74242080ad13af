"""Formats that are not read, by the first bytes of a file: what it is, and how to get a table out of that program."""

import re
from dataclasses import dataclass

_SAVE = "save it as XLSX or CSV"
_UNPACK = "unpack it, and drop what is in it"


@dataclass(frozen=True, slots=True)
class Foreign:
    """English texts, which are looked up in the catalogue where they are shown."""

    name: str
    way_out: str = _SAVE


_MXL = Foreign(
    "a 1C table document (MXL)",
    "save it as XLSX or CSV: in 1C, File - Save as; in the export job,"
    " ТабличныйДокумент.Записать(Имя, ТипФайлаТабличногоДокумента.XLSX)",
)
_HTML_PAGE = Foreign("an HTML page", "open it in Excel, and save it as XLSX or CSV; or let the program export a table")
_SIGNS = (
    (b"MOXCEL", _MXL),
    (b"\xd0\xcf\x11\xe0", Foreign("an old Excel workbook (XLS) or a workbook with a password")),
    (b"%PDF", Foreign("a PDF document", "let the program export a table: XLSX, CSV or XML")),
    (b"{\\rtf", Foreign("an RTF document")),
    (b"Rar!\x1a", Foreign("a packed archive (RAR)", _UNPACK)),
    (b"7z\xbc\xaf", Foreign("a packed archive (7z)", _UNPACK)),
    (b"\x1f\x8b", Foreign("a packed archive (GZIP)", _UNPACK)),
    (b"SQLite format 3\0", Foreign("a database file", "let the program export a table: XLSX, CSV or XML")),
    (b"\xff\xd8\xff", Foreign("a picture", "let the program export a table: XLSX, CSV or XML")),
    (b"\x89PNG", Foreign("a picture", "let the program export a table: XLSX, CSV or XML")),
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|meta|body|table)\b", re.IGNORECASE)
_TEXTS = (
    (re.compile(rb"MIME-Version:", re.IGNORECASE), Foreign("a web archive (MHTML)", _HTML_PAGE.way_out)),
    (re.compile(rb"<\?xml[^>]*>\s*<\?mso-application|<(?:\w+:)?Workbook\b"), Foreign("an Excel 2003 workbook in XML")),
    (re.compile(rb"[{\[]\s*[{\[\"]"), Foreign("JSON", "let the program export a table: XLSX, CSV or XML")),
)
# A table of dBase or FoxPro: version, a date that exists, then the sizes of its head.
_DBF = re.compile(rb"[\x03\x30\x31\x83\x8b\xf5][\x00-\xff](?:[\x01-\x0c][\x01-\x1f])", re.DOTALL)
_DBF_TABLE = Foreign("a dBase or FoxPro table (DBF)", "open it in Excel or LibreOffice, and save it as XLSX or CSV")


def foreign_format(head: bytes, start: bytes) -> Foreign | None:
    """What a file is by its first bytes, if it is nothing that is read.

    ``start``: its first characters, without a BOM and without the NULs of a wide encoding.
    """
    if _HTML.match(start):
        return _HTML_PAGE
    by_sign = next((foreign for sign, foreign in _SIGNS if head.startswith(sign)), None)
    by_text = next((foreign for sign, foreign in _TEXTS if sign.match(start)), None)
    return by_sign or by_text or (_DBF_TABLE if _DBF.match(head) and b"\0" in head[:32] else None)
