"""Delimited text: CSV as clinics' programs write it."""

import csv
import io
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from dentsync.errors import SourceError
from dentsync.extract.charset import candidates, is_wide, likeness, sample_of
from dentsync.extract.files import opened
from dentsync.extract.footers import BEGINNINGS, SIGNATURE
from dentsync.extract.header import HEADER_ROWS, header_of
from dentsync.extract.layout import MAX_RECORD, Layout, Noise, Reading, RowFault, noise_of
from dentsync.extract.records import is_open, lines_of, records
from dentsync.lang import _

DELIMITERS = (";", ",", "\t")
RARE_DELIMITERS = ("|",)
RARE_ENCODINGS = ("koi8-r",)
"""Tried where nothing else brings known names to light, and believed for two of them: letters alone prove nothing."""
PROOF = 2

_BLANK = b" \t\r\n;,|-\"'"
_SIGNATURE = SIGNATURE.encode()


@dataclass(frozen=True, slots=True)
class CsvExport:
    """An opened delimited file. ``rows`` hands out bytes; only ``cells`` decodes and parses them.

    ``charset`` is the encoding of these bytes: wide encodings are recoded on the way, and a BOM is taken away.
    """

    path: Path
    layout: Layout
    set_aside: Mapping[str, int]
    preamble: tuple[str, ...] = field(repr=False)
    pad: bool
    rejoin: bool
    charset: str
    headers_raw: frozenset[bytes] = field(repr=False)
    footers: tuple[bytes, ...] = field(repr=False)
    bent: Counter[str] = field(default_factory=Counter, compare=False)

    def rows(self) -> Iterator[tuple[int, bytes]]:
        with opened(self.path) as file:
            delimiter = self.layout.delimiter.encode()
            found = records(lines_of(file, self.layout.encoding), delimiter)
            if self.layout.header_line:
                next((line for line, _raw in found if line >= self.layout.header_line), None)
            if self.rejoin:
                from dentsync.extract.rejoined import rejoined

                most = len(self.layout.header)
                found = rejoined(found, delimiter, (most - self.pad, most), self._is_noise, self.bent)
            yield from found

    def noise(self, raw: bytes) -> Noise | None:
        start = raw.removeprefix(BOM_UTF8).lstrip(_BLANK)
        if not start:
            return "blank"
        if start.startswith(self.footers) or _SIGNATURE in start:
            return noise_of(self.loose(raw))
        return "header" if _bare(raw) in self.headers_raw else None

    def _is_noise(self, raw: bytes) -> bool:
        return self.noise(raw) is not None

    def loose(self, raw: bytes) -> list[str]:
        return _cells_at_best(_bare(raw[: MAX_RECORD + 1]).decode(self.charset, "replace"), self.layout.delimiter)

    def cells(self, raw: bytes) -> list[str]:
        text = self._text(raw)
        cells = split_cells(text, self.layout.delimiter, self.bent)
        wanted = len(self.layout.header)
        if len(cells) < wanted and self.pad:
            return cells + [""] * (wanted - len(cells))
        if len(cells) != wanted:
            raise RowFault(f"в строке {_counted(len(cells))} вместо {wanted}")
        return cells

    def _text(self, raw: bytes) -> str:
        if len(raw) > MAX_RECORD:
            raise RowFault(f"строка длиннее {MAX_RECORD // 1024} КиБ")
        if b"\0" in raw:
            raise RowFault("в строке нулевые байты")
        try:
            return _bare(raw).decode(self.charset)
        except UnicodeDecodeError:
            raise RowFault(f"строка не читается в кодировке {self.layout.encoding}") from None


def open_csv(path: Path, reading: Reading) -> CsvExport:
    """Choose encoding, delimiter and header by the known names they bring to light. Raises ``SourceError``."""
    with opened(path) as file:
        sample = sample_of(file)
    encodings = (reading.encoding,) if reading.encoding else candidates(sample)
    rank, export = _best(path, sample, reading, encodings, DELIMITERS)
    if rank[0] < PROOF:
        rare = (*encodings, *RARE_ENCODINGS) if "cp1251" in encodings and not reading.encoding else encodings
        least, found = _best(path, sample, reading, rare, (*DELIMITERS, *RARE_DELIMITERS))
        export = found if least[0] >= PROOF else export
    if is_wide(export.layout.encoding) and path.stat().st_size % 2:
        text = _("{file}: breaks off in the middle of a character ({encoding}); export it again")
        raise SourceError(text.format(file=path.name, encoding=export.layout.encoding))
    return export


_Rank = tuple[int, float, int]


def _best(
    path: Path, sample: bytes, reading: Reading, encodings: Iterable[str], delimiters: Iterable[str]
) -> tuple[_Rank, CsvExport]:
    guesses = [_guess(path, sample, encoding, delimiter, reading) for encoding in encodings for delimiter in delimiters]
    return max(guesses, key=lambda guess: guess[0])


def _guess(path: Path, sample: bytes, encoding: str, delimiter: str, reading: Reading) -> tuple[_Rank, CsvExport]:
    """The file read in one encoding with one delimiter, and how much speaks for that: names, letters, width."""
    charset = "utf-8" if encoding == "utf-8-sig" or is_wide(encoding) else encoding
    found = list(islice(records(lines_of(io.BytesIO(sample), encoding), delimiter.encode()), HEADER_ROWS))
    texts = [_bare(raw).decode(charset, "replace") for _line, raw in found]
    rows = [_cells_at_best(text, delimiter) for text in texts]
    header = header_of(rows, reading.words)
    names = tuple(name.replace("\ufeff", "").strip() for name in header.names)
    layout = Layout("csv", encoding, delimiter, names, found[header.last][0] if names else 0, header.hits)
    rank = (header.hits, round(likeness("\n".join(texts)), 2), header.width)
    return rank, CsvExport(
        path=path,
        layout=layout,
        set_aside=header.set_aside,
        preamble=tuple(texts[: header.first]),
        pad=reading.pad,
        rejoin=reading.rejoin,
        charset=charset,
        headers_raw=frozenset(_bare(raw) for _line, raw in found[header.first : header.last + 1] if names),
        footers=tuple(word.encode(charset) for word in (*BEGINNINGS, "(")),
    )


def _bare(raw: bytes) -> bytes:
    """A record without its line end and without a BOM (files that were appended to each other have several)."""
    return raw.removeprefix(BOM_UTF8).rstrip(b"\r\n")


def split_cells(text: str, delimiter: str, bent: Counter[str]) -> list[str]:
    """The cells of one record, verbatim. Raises ``RowFault`` where quotes leave it open what belongs together.

    ``bent`` counts the records whose quotes are not as they should be, and are understood.
    """
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        pass
    if is_open(text.encode(), delimiter.encode(), False):
        raise RowFault("кавычка открыта и не закрыта")
    cells = text.split(delimiter)
    if any(cell.startswith('"') and not (cell.endswith('"') and len(cell) > 1) for cell in cells):
        raise RowFault("лишняя кавычка внутри ячейки")
    # quotes inside a quoted cell that were not doubled: «"ООО "Ромашка""»
    bent["quotes"] += 1
    return [cell[1:-1].replace('""', '"') if cell.startswith('"') else cell for cell in cells]


def _cells_at_best(text: str, delimiter: str) -> list[str]:
    try:
        return split_cells(text, delimiter, Counter())
    except RowFault:
        return text.split(delimiter)


def _counted(number: int) -> str:
    """«1 ячейка», «2 ячейки», «5 ячеек»."""
    last, tens = number % 10, number % 100 // 10
    if tens == 1 or last == 0 or last > 4:
        return f"{number} ячеек"
    return f"{number} {'ячейка' if last == 1 else 'ячейки'}"
