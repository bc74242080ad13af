"""A coverage-guided fuzzer over the readers of export files: any bytes end in rows, faulty rows or a refusal.

Run from the project's root, with ``pip install -e '.[fuzz]'`` (Linux)::

    python -m tools.fuzz_readers csv --minutes 10
    python -m tools.fuzz_readers xml --minutes 10

The first byte of an input chooses how the feed reads its files; the rest is the file. Seeds are the files of
tests/hostile; what led somewhere new is kept in the corpus, and an input that breaks a promise stops the run and is
written beside it.
"""

import sys
import tempfile
from pathlib import Path

import atheris
import click

with atheris.instrument_imports(include=["dentsync.extract"]):
    from dentsync.errors import SourceError
    from dentsync.extract import carried, export, merged, xml_export  # noqa: F401  imported to be instrumented
    from dentsync.extract.columns import match_columns, words_of
    from dentsync.extract.layout import RowFault
    from dentsync.extract.sift import Sift

SEEDS = Path("tests/hostile/files")
ALIASES = {
    "card_number": ["Номер карты", "Номер медкарты"],
    "full_name": ["ФИО", "Ф.И.О.", "Имя клиента", "Surname"],
    "phones": ["Телефон", "ClientPhone"],
    "start_on": ["Дата приёма"],
    "start_time": ["Время приёма"],
    "doctor": ["Врач"],
    "service": ["Услуга"],
    "amount": ["Сумма"],
    "appointment_id": ["ID приёма", "ID"],
}
WORDS = words_of(ALIASES)
PADS, REJOINS, GROUPS, MERGES = 1, 2, 4, 8


class Promise(AssertionError):
    """What the readers promise was not so."""


def read_all(path: Path, how: int) -> None:
    """Read a file to its end, in the way that the bits of ``how`` say. Raises Promise, or what nobody expects."""
    try:
        found = export.open_export(path, WORDS, pad=bool(how & PADS), rejoin=bool(how & REJOINS))
        if how & GROUPS:
            found = carried.carried(found, ["start_on", "doctor"], ["start_time"], ALIASES, "it")
        columns = match_columns(found.layout.header, ALIASES, feed="it", file=path.name)
        if how & MERGES:
            found = merged.merged(found, columns, ["appointment_id"], ["service", "amount"])
        first = read_rows(found)
        if read_rows(found) != first:
            raise Promise("the same file, read twice, has other rows")
    except SourceError as error:
        if "\n" in str(error):
            raise Promise("a refusal has more than one line") from None


def read_rows(found: export.Export) -> list[int]:
    """Fingerprints of all rows; every row has a line, as many cells as the header, or a reason."""
    sift = Sift(found)
    fingerprints = []
    for line, fingerprint, raw in sift.fresh():
        fingerprints.append(fingerprint)
        found.loose(raw)
        try:
            cells = found.cells(raw)
        except RowFault:
            continue
        if line < 1 or len(cells) != len(found.layout.header):
            raise Promise(f"line {line}: {len(cells)} cells of {len(found.layout.header)}")
    if sift.read < len(fingerprints):
        raise Promise("rows are not accounted for")
    return fingerprints


def seeds(folder: Path, kind: str) -> None:
    """The hostile files of a kind, each in several ways of reading."""
    for path in SEEDS.iterdir():
        if path.suffix in (".csv", ".txt", ".tsv") if kind == "csv" else path.suffix == ".xml":
            for how in (0, PADS | REJOINS, GROUPS, MERGES | GROUPS):
                (folder / f"{path.name}_{how}").write_bytes(bytes([how]) + path.read_bytes())


@click.command()
@click.argument("kind", type=click.Choice(["csv", "xml"]))
@click.option("--minutes", default=10.0, show_default=True)
@click.option("--corpus", type=click.Path(path_type=Path, file_okay=False), help="Kept from run to run.")
def main(kind: str, minutes: float, corpus: Path | None) -> None:
    """Look for bytes that break a promise."""
    folder = corpus or Path(tempfile.mkdtemp(prefix="corpus-"))
    folder.mkdir(parents=True, exist_ok=True)
    seeds(folder, kind)
    path = folder.parent / f"{folder.name}.input"

    def one(data: bytes) -> None:
        path.write_bytes(data[1:])
        read_all(path, data[0] if data else 0)

    limits = [f"-max_total_time={round(minutes * 60)}", "-max_len=8192", "-timeout=20", "-rss_limit_mb=2048"]
    atheris.Setup([sys.argv[0], str(folder), f"-artifact_prefix={folder}-", "-print_final_stats=1", *limits], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
