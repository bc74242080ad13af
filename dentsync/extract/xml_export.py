"""XML, as 1C writes it: Cyrillic tags, a declared encoding that need not be true.

A file is read to its end before its first row is handed out: a file that breaks off gives no rows at all.
"""

import re
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from dentsync.errors import SourceError
from dentsync.extract.charset import bom_of, is_utf8, known_encoding
from dentsync.extract.columns import fold_header
from dentsync.extract.files import opened
from dentsync.extract.layout import MAX_RECORD, Layout, Noise, Reading, noise_of, pack, unpack
from dentsync.lang import _

MAX_DEPTH = 32
MAX_PATHS = 2000

_CHUNK = 64 * 1024
_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*?\?>")
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_SPACES = str.maketrans({"\x0b": " ", "\x0c": " ", "\0": "\ufffd", "\ufffe": "\ufffd", "\uffff": "\ufffd"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_GONE = re.compile("[\x01-\x08\x0e-\x1f]")
_SCHEMA_WORDS = frozenset({"nil", "type", "schemaLocation", "noNamespaceSchemaLocation"})

_Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class XmlExport:
    """An XML file whose records are the elements at ``record``; what is inside them are the columns.

    A column is named by its tag or attribute without the namespace, or ``Пациент.ФИО`` where several are called «ФИО».
    Several values of one column become the lines of one cell; one that a record lacks is an empty cell.
    """

    path: Path
    layout: Layout
    set_aside: Mapping[str, int]
    record: _Path
    columns: Mapping[_Path, int]
    bent: Counter[str] = field(default_factory=Counter, compare=False)
    preamble: tuple[str, ...] = ()

    def rows(self) -> Iterator[tuple[int, bytes]]:
        if self.columns:
            handler = _Rows(self.record, self.columns)
            for _chunk in _parsed(self.path, self.layout.encoding, handler):
                yield from handler.taken()

    def noise(self, raw: bytes) -> Noise | None:
        return None if len(raw) > MAX_RECORD else noise_of(unpack(raw))

    def cells(self, raw: bytes) -> list[str]:
        return unpack(raw)

    def loose(self, raw: bytes) -> list[str]:
        return unpack(raw) if len(raw) <= MAX_RECORD else []


def open_xml(path: Path, reading: Reading) -> XmlExport:
    """Read the whole file once and find what repeats in it. Raises ``SourceError``: damaged, cut off, DOCTYPE."""
    encoding, declared = _encoding_of(path)
    encoding = reading.encoding or encoding
    bent = Counter[str](declared=bool(declared and not encoding.startswith(declared)))
    survey = _Survey(path.name)
    for _chunk in _parsed(path, encoding, survey, bent):
        pass
    record = survey.record(reading.words)
    columns = survey.columns(record)
    header = _names(record, columns)
    hits = len(reading.words & set(map(fold_header, header)))
    others = survey.others(record)
    layout = Layout("xml", encoding, "", header, 0, hits)
    places = {column: index for index, column in enumerate(columns)}
    return XmlExport(path, layout, {"other": others} if others else {}, record, places, +bent)


def _encoding_of(path: Path) -> tuple[str, str | None]:
    """By the bytes: BOM, then strict UTF-8, then the declaration, then cp1251; and what is declared."""
    with opened(path) as file:
        head = file.read(_CHUNK)
        file.seek(0)
        found = _DECLARED.search(head)
        declared = known_encoding(found[1].decode()) if found else None
        if bom := bom_of(head):
            return bom, declared
        if head.startswith((b"<\0", b"\0<")):
            return "utf-16-le" if head.startswith(b"<") else "utf-16-be", declared
        if is_utf8(iter(lambda: file.read(_CHUNK), b"")):
            return "utf-8", declared if found else "utf-8"
    return "cp1251" if declared is None or declared.startswith("utf") else declared, declared if found else "cp1251"


def _parsed(path: Path, encoding: str, handler: ContentHandler, bent: Counter[str] | None = None) -> Iterator[None]:
    """Feed a file to a handler; a turn for each chunk. ``bent`` counts control characters. Raises ``SourceError``."""
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(handler)
    handler.setDocumentLocator(parser)
    try:
        with opened(path) as file:
            for text in _texts(file, encoding, Counter() if bent is None else bent):
                parser.feed(text)
                yield
            parser.close()
            yield
    except SAXParseException as error:
        message = _("{file}: the XML is damaged or cut off at line {line}, column {column} ({reason}); export it again")
        place = {"line": error.getLineNumber(), "column": error.getColumnNumber(), "reason": error.getMessage()}
        raise SourceError(message.format(file=path.name, **place)) from None
    except DefusedXmlException:
        message = _("{file}: the XML has a DOCTYPE or entities, which no export needs; export it without them")
        raise SourceError(message.format(file=path.name)) from None


def _texts(file: BinaryIO, encoding: str, bent: Counter[str]) -> Iterator[str]:
    """Decoded chunks without the declaration (the parser would believe it) and without what XML forbids.

    Control characters that break lines become spaces, others are dropped; what shows that letters are lost (a NUL, a
    noncharacter) becomes U+FFFD, so that the cell that had it can be seen to be damaged.
    """
    decoder = getincrementaldecoder(encoding)("replace")
    text = decoder.decode(file.read(_CHUNK)).removeprefix("\ufeff")
    declaration = _DECLARATION.match(text)
    if declaration:
        text = "\n" * declaration[0].count("\n") + text[declaration.end() :]
    while text:
        if found := len(_CONTROL.findall(text)):
            bent["control"] += found
            text = _GONE.sub("", text.translate(_SPACES))
        yield text
        chunk = file.read(_CHUNK)
        text = decoder.decode(chunk, final=not chunk)


def _local(name: str) -> str:
    """A tag or attribute without its namespace prefix."""
    return name.rpartition(":")[2]


def _attributes(attrs: AttributesImpl) -> Iterator[tuple[str, str]]:
    """Name and text of the attributes that are data: not namespaces, not ``xsi:nil`` and the like."""
    for name, text in attrs.items():
        prefix, _colon, local = name.rpartition(":")
        if name != "xmlns" and prefix != "xmlns" and not (prefix and local in _SCHEMA_WORDS):
            yield local, text


@dataclass(slots=True)
class _Shape:
    """What was seen of the elements at one path. ``repeats``: several of them inside one parent."""

    count: int = 0
    repeats: bool = False
    has_text: bool = False
    has_children: bool = False
    attributes: dict[str, None] = field(default_factory=dict)


class _Survey(ContentHandler):
    """Walks the whole file and remembers its paths, not its rows."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self._file = file
        self._shapes: dict[_Path, _Shape] = {}
        self._open: list[tuple[_Path, set[str]]] = [((), set())]

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name SAX calls
        parent, seen = self._open[-1]
        local = _local(name)
        path = (*parent, local)
        shape = self._shapes.get(path) or self._added(path)
        shape.count += 1
        if local in seen:
            shape.repeats = True
        seen.add(local)
        if attrs.getLength():
            shape.attributes.update((attribute, None) for attribute, _text in _attributes(attrs))
        self._open.append((path, set()))

    def _added(self, path: _Path) -> _Shape:
        if len(path) > MAX_DEPTH or len(self._shapes) >= MAX_PATHS:
            message = _("{file}: the XML is nested too deeply or has too many different tags to be a table of records")
            raise SourceError(message.format(file=self._file))
        if len(path) > 1:
            self._shapes[path[:-1]].has_children = True
        return self._shapes.setdefault(path, _Shape())

    def characters(self, content: str) -> None:
        if not content.isspace():
            self._shapes[self._open[-1][0]].has_text = True

    def endElement(self, name: str) -> None:  # noqa: N802, ARG002
        self._open.pop()

    def record(self, words: frozenset[str]) -> _Path:
        """The path of the records: most known names inside, then the one that repeats; empty if nothing does."""
        ranks = {
            path: self._rank(path, shape.count, words)
            for path, shape in self._shapes.items()
            if len(path) > 1 and (shape.has_children or shape.attributes)
        }
        best = max(ranks, key=ranks.__getitem__, default=())
        return best if best and any(ranks[best][:2]) else ()

    def _rank(self, path: _Path, count: int, words: frozenset[str]) -> tuple[int, bool, int, int]:
        """What is inside elements that repeat there does not count: these are records of their own."""
        names = [
            (path + column)[-1]
            for column in self.columns(path)
            if not any(self._shapes[path + column[:end]].repeats for end in range(1, len(column)))
        ]
        return len(words & set(map(fold_header, names))), count > 1, len(names), len(path)

    def columns(self, record: _Path) -> tuple[_Path, ...]:
        """Everything with a text inside the records, by its path from there, in the order of first appearance."""
        found: dict[_Path, None] = {}
        depth = len(record)
        for path, shape in self._shapes.items():
            if record and path[:depth] == record:
                if shape.has_text or (len(path) > depth and not (shape.has_children or shape.attributes)):
                    found[path[depth:]] = None
                found.update(((*path[depth:], attribute), None) for attribute in shape.attributes)
        return tuple(found)

    def others(self, record: _Path) -> int:
        """How many elements with something inside stand beside the records and are none."""
        return sum(
            shape.count
            for path, shape in self._shapes.items()
            if record and path != record and path[:-1] == record[:-1] and shape.has_children
        )


def _names(record: _Path, columns: tuple[_Path, ...]) -> tuple[str, ...]:
    """The last tag where it is unique, all of them where it is not."""
    ends = [column[-1] if column else record[-1] for column in columns]
    return tuple(
        end if ends.count(end) == 1 else ".".join(column) or end for end, column in zip(ends, columns, strict=True)
    )


class _Rows(ContentHandler):
    """Turns the records of a file into raw rows, each with the line where it begins."""

    def __init__(self, record: _Path, columns: Mapping[_Path, int]) -> None:
        super().__init__()
        self._record = list(record)
        self._columns = columns
        self._open: list[str] = []
        self._texts: list[list[str]] = []
        self._cells: list[str] = []
        self._size = self._line = 0
        self._ready: list[tuple[int, bytes]] = []
        self._locator: Locator

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802
        self._locator = locator

    def taken(self) -> list[tuple[int, bytes]]:
        """The rows that are complete since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        self._open.append(_local(name))
        if not self._texts:
            if self._open != self._record:
                return
            self._cells, self._size, self._line = [""] * len(self._columns), 0, self._locator.getLineNumber() or 0
        self._texts.append([])
        for attribute, text in _attributes(attrs) if attrs.getLength() else ():
            self._size += len(text)
            self._put((*self._here(), attribute), text)

    def characters(self, content: str) -> None:
        if self._texts:
            self._size += len(content)
            if self._size <= MAX_RECORD:
                self._texts[-1].append(content)

    def endElement(self, name: str) -> None:  # noqa: N802, ARG002
        if self._texts:
            self._put(self._here(), "".join(self._texts.pop()).strip())
            if not self._texts:
                self._ready.append(
                    (self._line, pack(self._cells) + b" " * (MAX_RECORD if self._size > MAX_RECORD else 0))
                )
        self._open.pop()

    def _here(self) -> _Path:
        return tuple(self._open[len(self._record) :])

    def _put(self, column: _Path, text: str) -> None:
        place = self._columns.get(column)
        if text and place is not None:
            self._cells[place] = f"{self._cells[place]}\n{text}" if self._cells[place] else text
