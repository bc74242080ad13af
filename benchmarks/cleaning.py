"""Scenario 6: how many rows a second are judged that were never seen. Each run is a process of its own, caches cold."""

import sys
import time
from pathlib import Path

from benchmarks import data, state
from benchmarks.measure import Command, alternated
from benchmarks.report import Table, thousands

HEAD = ("rows", "columns", "rows/s, median", "worst–best")


def measured(work: Path, count: int, runs: int) -> Table:
    """The table."""
    state.founded(work / "cleaning")
    argv = (sys.executable, "-m", "benchmarks.cleaning", str(work / "cleaning" / "config.toml"), str(count))
    speeds = sorted(count / float(run.out) for run in alternated({"clean": Command(argv)}, runs)["clean"])
    row = [thousands(count), "12", thousands(round(speeds[len(speeds) // 2])), _range(speeds)]
    return Table("Cleaning", f"python -m benchmarks clean --rows {count}", HEAD, [row])


def _range(speeds: list[float]) -> str:
    return f"{thousands(round(speeds[0]))}–{thousands(round(speeds[-1]))}"


def seconds_of(config: Path, count: int) -> float:
    """Seconds that the cleaner takes for the first export, reading not counted. Every row has to be good."""
    from dentsync.config_reader import load
    from dentsync.extract.columns import match_columns, words_of
    from dentsync.extract.export import open_export
    from dentsync.model import Origin, RawRecord, Record
    from dentsync.transform.clean import Cleaner

    feed = load(config).feeds["patients"]
    export = open_export(data.write(config.with_name("patients_1.csv"), data.first(count)), words_of(feed.aliases))
    columns = match_columns(export.layout.header, feed.aliases, feed=feed.name, file="patients_1.csv")
    origin = Origin("patients_1.csv", "0" * 12, 2)
    raw = [RawRecord(feed.name, origin, columns.pick(export.cells(row))) for _line, row in export.rows()]
    cleaner = Cleaner(feed.rules)
    started = time.perf_counter()
    good = sum(isinstance(cleaner.clean(row), Record) for row in raw)
    seconds = time.perf_counter() - started
    assert good == len(raw) == count
    return seconds


if __name__ == "__main__":
    print(seconds_of(Path(sys.argv[1]), int(sys.argv[2])))
