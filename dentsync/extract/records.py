"""From lines to records: a quoted cell may hold line breaks, an unclosed quote must not swallow the file.

This is the pass over the whole export: everything that is done for each line is done here, in bytes.
"""

import io
from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from dentsync.extract.charset import is_wide
from dentsync.extract.layout import MAX_LINES, MAX_RECORD

_QUOTE = ord('"')  # looked for as a byte it is found twice as fast as b'"'


def lines_of(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    """Physical lines with their ends, in pieces of at most ``MAX_RECORD + 1`` bytes; wide encodings as UTF-8.

    A file whose only line ends are CR is split at these.
    """
    old_mac = _is_old_mac(file, encoding)
    if not is_wide(encoding) and not old_mac:
        return iter(partial(file.readline, MAX_RECORD + 1), b"")
    return _recoded(file, encoding, "\r" if old_mac else "\n")


def _recoded(file: BinaryIO, encoding: str, end: str) -> Iterator[bytes]:
    through, out = (encoding, "utf-8") if is_wide(encoding) else ("latin-1", "latin-1")  # latin-1 changes no byte
    text = io.TextIOWrapper(file, through, errors="replace", newline=end)
    try:
        for line in iter(partial(text.readline, MAX_RECORD + 1), ""):
            yield line.encode(out)
    finally:
        text.detach()  # the file is its opener's to close


def _is_old_mac(file: BinaryIO, encoding: str) -> bool:
    head = file.read(MAX_RECORD).decode(encoding, "replace")
    file.seek(0)
    return "\n" not in head and "\r" in head.rstrip("\r")


def records(lines: Iterator[bytes], delimiter: bytes) -> Iterator[tuple[int, bytes]]:
    """Number of the first physical line (from 1) and bytes of each record.

    A record that does not close within ``MAX_LINES`` and ``MAX_RECORD`` is its first line alone: a faulty row, after
    which reading resumes at the next line. A longer line is cut after ``MAX_RECORD + 1`` bytes, also a faulty row.
    """
    number = 0
    pending: deque[bytes] = deque()
    while True:
        for line in lines:
            number += 1
            if len(line) > MAX_RECORD or (_QUOTE in line and line.count(_QUOTE) & 1):
                break
            yield number, line
        else:
            return
        pending.append(line)
        while pending:
            first = pending.popleft()
            block = _block(first, pending, lines, delimiter)
            yield number, b"".join(block)
            number += len(block) if pending else len(block) - 1


def _block(first: bytes, pending: deque[bytes], lines: Iterator[bytes], delimiter: bytes) -> list[bytes]:
    """The lines of one record; those read in vain go back to ``pending``."""
    if len(first) > MAX_RECORD:
        _skip_line(first, pending, lines)
        return [first]
    # the same question as for every line, so that a record is the same whatever stands before it
    inside = first.count(_QUOTE) % 2 == 1 and is_open(first, delimiter, False)
    block, size = [first], len(first)
    while inside and len(block) < MAX_LINES:
        line = pending.popleft() if pending else next(lines, b"")
        size += len(line)
        if not line or size > MAX_RECORD:
            pending.extendleft([line] if line else [])
            break
        block.append(line)
        inside = is_open(line, delimiter, True)
    if not inside:
        return block
    pending.extendleft(reversed(block[1:]))
    return [first]


def _skip_line(piece: bytes, pending: deque[bytes], lines: Iterator[bytes]) -> None:
    """Drop the rest of a line of which this piece was taken."""
    while piece and not piece.endswith((b"\n", b"\r")):
        piece = pending.popleft() if pending else next(lines, b"")


def is_open(line: bytes, delimiter: bytes, inside: bool) -> bool:
    """Whether a quoted cell is still open after this line. A quote opens a cell only where the cell begins."""
    at, end = 0, len(line)
    while at < end:
        if inside or line.startswith(b'"', at):
            at = _closing(line, at if inside else at + 1)
            if at < 0:
                return True
            inside = False
        at = line.find(delimiter, at) + 1
        if not at:
            return False
    return inside


def _closing(line: bytes, at: int) -> int:
    """Position after the quote that closes a cell, or -1. A doubled quote closes nothing."""
    while (at := line.find(b'"', at)) >= 0:
        if not line.startswith(b'""', at):
            return at + 1
        at += 2
    return at
