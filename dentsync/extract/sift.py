"""What is new in a file: every record is hashed, only those never seen before are looked at."""

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from struct import Struct

from dentsync.extract.export import Export

_SIGNED = Struct("<q")


class Sift:
    """One pass over an export. ``known`` are the fingerprints of the rows that were taken before.

    Fingerprints are 64-bit BLAKE2b hashes of raw record bytes without line end, as signed integers (SQLite keeps
    these). Bytes that a file of another layout, or another ``salt`` (mapping, version of the rules), gives another
    meaning have another fingerprint.

    Counts: ``taken`` (handed out by ``fresh``), ``unchanged`` (known), ``duplicates`` (exact repeats of a row of this
    file); ``ignored`` is what is no data, by kind: preamble, blank, header, footer, other. ``vanished`` are the known
    fingerprints that the file does not have; it stays empty until the file was read to its end, for a pass that was
    broken off proves no absence. ``last`` is the last record of all, as it stands in the file.
    """

    def __init__(self, export: Export, known: Iterable[int] = (), *, salt: str = "") -> None:
        self._export = export
        self._seen = dict.fromkeys(known, False)
        self._mask = _SIGNED.unpack(blake2b(f"{export.layout.signature}\x1e{salt}".encode(), digest_size=8).digest())[0]
        self.taken = self.unchanged = self.duplicates = 0
        self.ignored: Counter[str] = Counter(export.set_aside)
        self.vanished: frozenset[int] = frozenset()
        self.last = (0, b"")

    @property
    def read(self) -> int:
        """All rows that are data: ``taken + unchanged + duplicates``."""
        return self.taken + self.unchanged + self.duplicates

    def fresh(self) -> Iterator[tuple[int, int, bytes]]:
        """Line, fingerprint and raw bytes of each record that is neither known nor a repeat. To be iterated once.

        Raises ``SourceError`` when the file cannot be read on: what was handed out before is then not to be trusted.
        """
        seen, mask, unpack = self._seen, self._mask, _SIGNED.unpack
        unchanged = 0
        line, raw = self.last
        for line, raw in self._export.rows():
            (number,) = unpack(blake2b(raw.rstrip(b"\r\n"), digest_size=8).digest())
            fingerprint = number ^ mask
            before = seen.get(fingerprint)
            if before is False:
                seen[fingerprint] = True
                unchanged += 1
            elif before:
                self.duplicates += 1
            elif noise := self._export.noise(raw):
                self.ignored[noise] += 1
            else:
                seen[fingerprint] = True
                self.taken += 1
                self.unchanged = unchanged
                yield line, fingerprint, raw
        self.unchanged = unchanged
        self.last = line, raw
        self.vanished = frozenset(fingerprint for fingerprint, here in seen.items() if not here)
