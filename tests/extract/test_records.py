"""The record splitter against the standard library's CSV reader, and against its own promises."""

import csv
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from dentsync.extract.layout import MAX_LINES
from dentsync.extract.records import records

rows = st.lists(st.lists(st.text(st.sampled_from('аб;"\n 1'), max_size=8), min_size=2, max_size=4), max_size=20)


def split(content: bytes) -> list[tuple[int, bytes]]:
    lines: Iterator[bytes] = iter(content.splitlines(keepends=True))
    return list(records(lines, b";"))


@given(rows, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_well_formed_csv_is_split_as_the_standard_library_splits_it(table: list[list[str]], quoting: int) -> None:
    class Sink(list[str]):
        write = list.append

    sink = Sink()
    csv.writer(sink, delimiter=";", quoting=quoting, lineterminator="\n").writerows(table)  # type: ignore[arg-type]
    expected, line = [], 1
    for text in sink:
        expected.append((line, text.encode()))
        line += text.count("\n")
    assert split("".join(sink).encode()) == expected


@given(st.lists(st.text(st.sampled_from('аб;"'), max_size=6), max_size=120))
def test_no_byte_is_lost_and_no_line_is_moved_whatever_the_quotes(texts: list[str]) -> None:
    lines = [f"{text}\n".encode() for text in texts]
    found = split(b"".join(lines))
    assert b"".join(raw for _line, raw in found) == b"".join(lines)
    for line, raw in found:
        assert raw.startswith(lines[line - 1])


@given(st.lists(st.text(st.sampled_from('аб;"'), max_size=6), max_size=40), st.integers(0, 40))
def test_rows_after_a_closed_record_do_not_depend_on_what_was_before(texts: list[str], skip: int) -> None:
    lines = [f"{text}\n".encode() for text in texts]
    whole = split(b"".join(lines))
    starts = {line for line, _raw in whole}
    if skip + 1 in starts:
        rest = split(b"".join(lines[skip:]))
        assert [(line + skip, raw) for line, raw in rest] == [found for found in whole if found[0] > skip]


def test_even_quotes_never_join_lines_whatever_stands_before() -> None:
    lines = [b'x"y;"z\n', b"2;b\n", b'3;c"\n']
    before = [b'1;"open\n', *[b"0;a\n"] * (MAX_LINES - 3)]
    assert split(b"".join(lines)) == list(enumerate(lines, 1))
    assert split(b"".join(before + lines)) == list(enumerate(before + lines, 1))
