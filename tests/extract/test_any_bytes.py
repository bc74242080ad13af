"""Whatever bytes are dropped into the inbox: a refusal, a faulty row or cells; nothing else, and always an end."""

import io
import random
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dentsync.errors import SourceError
from dentsync.extract.carried import carried
from dentsync.extract.columns import match_columns
from dentsync.extract.export import Export
from dentsync.extract.layout import RowFault
from dentsync.extract.merged import merged
from dentsync.extract.sift import Sift
from tests.extract.build import ALIASES, HEADER, ROWS, read, text_of, xml_of

pieces = st.sampled_from(
    [
        *(word.encode(encoding) for word in [*HEADER, "Итого"] for encoding in ("cp1251", "utf-8", "utf-16-le")),
        *(
            b";",
            b",",
            b"\t",
            b'"',
            b'""',
            b"\r",
            b"\n",
            b"\r\n",
            b"\0",
            b"\x98",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"\xfe\xff",
        ),
        *(
            b"<",
            b">",
            b"/",
            b"<a>",
            b"</a>",
            b"<a b='1'/>",
            b"&amp;",
            b"&x;",
            b"<!--",
            b"]]>",
            b"<?xml ",
            b"PK\x03\x04",
        ),
    ]
)
content = st.lists(pieces | st.binary(max_size=8), max_size=60).map(b"".join)


PLAIN: dict[str, bool] = {}
SHAPED = {"pad": True, "rejoin": True}


def read_all(content: bytes, how: dict[str, bool] = PLAIN) -> int:
    """How many rows could be read. Raises what no caller expects."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        path.write_bytes(content)
        try:
            export = reshaped(read(path, **how)) if how else read(path)
            return sum(is_read(export, line, raw) for line, _fingerprint, raw in Sift(export).fresh())
        except SourceError:
            return 0


def reshaped(export: Export) -> Export:
    """Groups, cells filled down, several rows for one record: all at once."""
    export = carried(export, ["doctor"], ["phones"], ALIASES | {"doctor": ["Врач"]}, "it")
    columns = match_columns(export.layout.header, ALIASES, feed="it", file="f")
    return merged(export, columns, ["card_number"], ["comment"])


def is_read(export: Export, line: int, raw: bytes) -> bool:
    assert line > 0
    export.loose(raw)
    try:
        cells = export.cells(raw)
    except RowFault:
        return False
    assert len(cells) == len(export.layout.header)
    return True


@settings(max_examples=300, deadline=None)
@given(content, st.sampled_from([PLAIN, SHAPED]))
def test_any_bytes_end_in_cells_faults_or_a_refusal(content: bytes, how: dict[str, bool]) -> None:
    read_all(content, how)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([b"", b"\xff\xfe", b"<?xml version='1.0'?>", b"PK\x03\x04", b"<a>"]), content)
def test_any_bytes_behind_any_beginning_end_too(beginning: bytes, content: bytes) -> None:
    read_all(beginning + content)


def workbook() -> dict[str, bytes]:
    book = openpyxl.Workbook()
    for row in [HEADER, *ROWS]:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


WORKBOOK = workbook()
TEXTS = [
    *(text_of([HEADER, *ROWS * 5]).encode(encoding) for encoding in ("cp1251", "utf-8-sig", "utf-16")),
    *(xml_of([{"ФИО": "Котова"}] * 5).encode(encoding) for encoding in ("cp1251", "utf-8")),
]


def damaged(content: bytes, chance: random.Random) -> bytes:
    text = bytearray(content)
    for _time in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(text) + 1)
        text[at : at + chance.randrange(4)] = chance.randbytes(chance.randrange(3))
    return bytes(text)


def damaged_workbook(chance: random.Random) -> bytes:
    """A whole archive of damaged parts: what a reader of workbooks meets after the archive was found to be sound."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in WORKBOOK.items():
            archive.writestr(name, damaged(part, chance) if chance.random() < 0.3 else part)
    return out.getvalue()


def sweep(seed: int, times: int) -> None:
    chance = random.Random(seed)
    for _time in range(times):
        read_all(damaged(chance.choice(TEXTS), chance), chance.choice((PLAIN, SHAPED)))
        read_all(damaged_workbook(chance), chance.choice((PLAIN, SHAPED)))


def test_damaged_files_end_in_cells_faults_or_a_refusal() -> None:
    sweep(1, 150)


@pytest.mark.slow
def test_many_damaged_files_end_in_cells_faults_or_a_refusal() -> None:
    sweep(2, 10_000)


def test_undamaged_files_are_read() -> None:
    assert [read_all(text) for text in TEXTS] == [2, 2, 2, 1, 1]
