"""A dirty file of patients: from disk to clean records, then the same file with one row in a hundred changed."""

import json
import sys
from collections import Counter
from pathlib import Path

from benchmarks import data, people, state
from benchmarks.measure import Command, alternated, middle, spread
from benchmarks.report import Table, megabytes, seconds, thousands

HEAD = ("step", "wall, median", "best–worst", "CPU", "peak memory", "what came of it")
DIFF = (sys.executable, "-m", "dentsync.cli", "--lang", "en", "diff", "--now", data.NOW, "--json", "-c")


def measured(work: Path, count: int, runs: int) -> Table:
    """The table."""
    steps = commands(work, count)
    rows = []
    for step, done in alternated(steps, runs).items():
        best, worst = spread(done, "wall")
        wall, cpu = seconds(middle(done, "wall")), seconds(middle(done, "cpu"))
        memory = megabytes(middle(done, "memory"))
        rows.append((step, wall, f"{best:.2f}–{worst:.2f}", cpu, memory, what_came(done[0].out)))
    remarks = (
        f"{thousands(count)} patients, 12 columns, cp1251; names and phones as people type them, one in four in a way"
        " of its own, nearly all different. The first step reads, judges and stores nothing. `diff` compares with the"
        " state and plans; a row whose fingerprint is known is neither judged nor planned.",
    )
    return Table("A dirty file", f"python -m benchmarks cleaning --rows {count}", HEAD, rows, remarks)


def commands(work: Path, count: int) -> dict[str, Command]:
    """The three steps, each a process of its own that leaves no trace."""
    export = data.write(work / "dirty.csv", people.first(count))
    new = state.founded(work / f"dirty-new-{count}")
    data.write(new.parent / "inbox" / "patients_1.csv", people.first(count))
    known = state.after_first(work / f"dirty-known-{count}", count, people.first)
    data.write(known.parent / "inbox" / "patients_2.csv", people.second(count))
    return {
        "from disk to clean records": Command((sys.executable, "-m", "benchmarks.dirty", str(new), str(export))),
        "`dentsync diff`, all of it new": Command((*DIFF, str(new))),
        "`dentsync diff`, 1 % changed": Command((*DIFF, str(known))),
    }


def what_came(out: str) -> str:
    """Counts, of rows by what the cleaner made of them or of operations by kind."""
    told = json.loads(out)
    counts = Counter(operation["action"] for operation in told["operations"]) if "operations" in told else told
    return ", ".join(f"{thousands(number)} {what}" for what, number in sorted(counts.items()))


def judged(config: Path, file: Path) -> dict[str, int]:
    """How many rows became records and how many were refused; nothing but the counts is kept."""
    from dentsync.config_reader import load
    from dentsync.extract.columns import match_columns, words_of
    from dentsync.extract.export import open_export
    from dentsync.model import Origin, RawRecord, Record
    from dentsync.transform.clean import Cleaner

    feed = load(config).feeds["patients"]
    cleaner, export = Cleaner(feed.rules), open_export(file, words_of(feed.aliases))
    columns = match_columns(export.layout.header, feed.aliases, feed=feed.name, file=file.name)
    counts: Counter[str] = Counter()
    for line, row in export.rows():
        raw = RawRecord(feed.name, Origin(file.name, "0" * 12, line), columns.pick(export.cells(row)))
        counts["records" if isinstance(cleaner.clean(raw), Record) else "refused"] += 1
    return dict(counts)


if __name__ == "__main__":
    print(json.dumps(judged(Path(sys.argv[1]), Path(sys.argv[2]))))
