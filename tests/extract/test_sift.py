from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dentsync.errors import SourceError
from dentsync.extract.sift import Sift
from tests.extract.build import HEADER, ROWS, read, text_of, write, write_xlsx, xml_of

FRESH = [["1", "Котова Анна", ""], ["2", "Ёлкин Пётр", "8 916 555-01-23"], ["3", "Сомов Илья", ""]]


def sifted(path: Path, known: Sequence[int] = (), salt: str = "") -> tuple[Sift, list[int]]:
    sift = Sift(read(path), known, salt=salt)
    return sift, [fingerprint for _line, fingerprint, _raw in sift.fresh()]


def test_second_look_at_the_same_rows_finds_nothing_new(tmp_path: Path) -> None:
    for path in (
        write(tmp_path, text_of([HEADER, *FRESH])),
        write(tmp_path, xml_of([{"ФИО": "Котова"}, {"ФИО": "Ёлкин"}, {"ФИО": "Сомов"}]), "a.xml"),
        write_xlsx(tmp_path, [HEADER, *FRESH]),
    ):
        _first, known = sifted(path)
        second, fresh = sifted(path, known)
        assert (len(known), fresh) == (3, [])
        assert (second.unchanged, second.vanished) == (3, frozenset())


def test_changed_row_is_fresh_and_its_old_fingerprint_has_vanished(tmp_path: Path) -> None:
    _first, known = sifted(write(tmp_path, text_of([HEADER, *FRESH])))
    changed = [FRESH[2], ["2", "Ёлкин Пётр", "8 916 555-01-24"], FRESH[0]]
    second, fresh = sifted(write(tmp_path, text_of([HEADER, *changed])), known)
    assert (second.taken, second.unchanged, len(fresh)) == (1, 2, 1)
    assert second.vanished == {known[1]}


def test_exact_repeat_is_counted_once_as_row_and_then_as_duplicate(tmp_path: Path) -> None:
    path = write(tmp_path, text_of([HEADER, FRESH[0], FRESH[1], FRESH[0], FRESH[0]]))
    first, known = sifted(path)
    second, _fresh = sifted(path, known)
    assert (first.taken, first.duplicates, first.read) == (2, 2, 4)
    assert (second.unchanged, second.duplicates, second.read) == (2, 2, 4)


def test_last_row_without_line_end_is_the_same_row(tmp_path: Path) -> None:
    text = text_of([HEADER, *FRESH])
    _first, known = sifted(write(tmp_path, text))
    second, fresh = sifted(write(tmp_path, text.rstrip("\r\n")), known)
    assert (fresh, second.unchanged) == ([], 3)


def test_same_bytes_under_another_header_or_salt_are_fresh(tmp_path: Path) -> None:
    _first, known = sifted(write(tmp_path, text_of([HEADER, *FRESH])))
    renamed = write(tmp_path, text_of([["Номер карты", "Комментарий", "ФИО"], *FRESH]))
    assert len(sifted(renamed, known)[1]) == 3
    again = write(tmp_path, text_of([HEADER, *FRESH]))
    assert sifted(again, known)[1] == []
    assert len(sifted(again, known, salt="rules 2")[1]) == 3


def test_fingerprints_are_signed_64_bit_and_do_not_change_between_versions(tmp_path: Path) -> None:
    """A change of these numbers makes every clinic read everything anew: never by accident."""
    _sift, known = sifted(write(tmp_path, text_of([HEADER, *ROWS])))
    assert known == [3173756339946846008, -2300650451983363193]
    assert all(-(2**63) <= number < 2**63 for number in known)


def test_noise_is_ignored_every_time_and_never_becomes_known(tmp_path: Path) -> None:
    path = write(tmp_path, text_of([HEADER, FRESH[0], ["", "", ""], HEADER, ["Итого", "1", ""]]))
    for _time in range(2):
        sift, known = sifted(path)
        assert (sift.ignored, len(known)) == ({"blank": 1, "header": 1, "footer": 1}, 1)


def test_pass_that_was_broken_off_proves_no_absence(tmp_path: Path) -> None:
    _first, known = sifted(write(tmp_path, text_of([HEADER, *FRESH])))
    sift = Sift(read(write(tmp_path, text_of([HEADER, ["9", "Новый", ""], FRESH[0]]))), known)
    list(islice(sift.fresh(), 1))
    assert sift.vanished == frozenset()


def test_file_that_breaks_off_while_it_is_read_proves_no_absence(tmp_path: Path) -> None:
    path = write(tmp_path, xml_of([{"ФИО": f"Котова {number}"} for number in range(5000)]))
    sift = Sift(read(path), [1, 2, 3])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SourceError, match="cut off"):
        list(sift.fresh())
    assert sift.vanished == frozenset()


cell = st.text(st.sampled_from('аБё1 -"\n\r;,\t\xa0Итого'), max_size=12)
quoted = cell.map(lambda text: '"' + text.replace('"', '""') + '"')
row = st.lists(cell | quoted, min_size=1, max_size=4).map(";".join)


@settings(max_examples=150, deadline=None)
@given(st.lists(row, max_size=30), st.data())
def test_every_row_is_fresh_unchanged_a_duplicate_or_ignored(rows: list[str], data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = write(Path(folder), text_of([HEADER]) + "\r\n".join(rows))
        total = len(list(read(path).rows()))
        first, fingerprints = sifted(path)
        known = data.draw(st.lists(st.sampled_from(fingerprints), unique=True)) if fingerprints else []
        second, fresh = sifted(path, [*known, 17])
    for sift in (first, second):
        assert sift.read == sift.taken + sift.unchanged + sift.duplicates
        assert sift.read + sum(sift.ignored.values()) == total
    assert set(fresh) == set(fingerprints) - set(known)
    assert second.vanished == {17}
    assert second.duplicates == first.duplicates
