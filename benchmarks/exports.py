"""Scenario 1: two exports are compared. `dentsync diff` against csv-diff at its best."""

import json
import re
from collections import Counter
from pathlib import Path

from benchmarks import data, peers, state
from benchmarks.measure import Command, Run, alternated, dentsync, middle, once, ratio
from benchmarks.report import Table, aim, megabytes, seconds, thousands, times

AIMS = {30_000: (0.15, 30), 300_000: (0.8, 65), 1_000_000: (3.0, 170)}
"""Seconds and MB, by the number of rows."""

HEAD = ("rows", "dentsync diff", "aim", "csv-diff", "ratio", "peak memory", "aim", "csv-diff", "ratio")


def measured(work: Path, counts: tuple[int, ...], runs: int) -> Table:
    """The table; each size is prepared first, which takes minutes for a million rows."""
    remarks = (
        "1 % of the rows changed, 0.1 % new, 0.1 % gone; 12 columns. dentsync reads cp1251 with `;` and compares with"
        " its state; csv-diff reads both files, in UTF-8 with commas, with the format and the key named.",
    )
    rows = [row(work, count, runs) for count in counts]
    command = f"python -m benchmarks diff --rows {' --rows '.join(map(str, counts))}"
    return Table("Two exports compared", command, HEAD, rows, remarks)


def row(work: Path, count: int, runs: int) -> list[str]:
    """One size."""
    found = alternated(commands(work, count), runs)
    ours, theirs = found["dentsync"], found["csv-diff"]
    wall, memory = middle(ours, "wall"), middle(ours, "memory")
    most = AIMS.get(count, (0.0, 0))
    return [
        thousands(count),
        seconds(wall),
        aim(wall, most[0], seconds(most[0])) if most[0] else "",
        seconds(middle(theirs, "wall")),
        times(ratio(ours, theirs, "wall")),
        megabytes(memory),
        aim(memory, most[1], megabytes(most[1])) if most[1] else "",
        megabytes(middle(theirs, "memory")),
        times(ratio(ours, theirs, "memory")),
    ]


def commands(work: Path, count: int) -> dict[str, Command]:
    """Both programs on the same two exports; each run has to find exactly what is different."""
    return {"dentsync": ours(work, count), "csv-diff": theirs(work, count)}


def ours(work: Path, count: int) -> Command:
    """`dentsync diff` with the second export in the inbox. It leaves no trace, so it can be repeated."""
    config = state.after_first(work / f"state-{count}", count)
    data.write(config.parent / "inbox" / "patients_2.csv", data.second(count))
    diff = Command(dentsync("diff", "-c", str(config), "--now", data.NOW))
    changed, new, _gone = data.changes(count)
    assert planned(diff) == {"create": new, "update": changed}, planned(diff)
    return diff


def planned(diff: Command) -> Counter[str]:
    """How many operations of each kind the plan has."""
    run = once(Command((*diff.argv, "--json")))
    return Counter(operation["action"] for operation in json.loads(run.out)["operations"])


def theirs(work: Path, count: int) -> Command:
    """csv-diff with everything it would otherwise have to guess."""
    folder = work / f"state-{count}"
    old = data.as_plain_csv(folder / "patients_1.csv", folder / "old.csv")
    new = data.as_plain_csv(folder / "inbox" / "patients_2.csv", folder / "new.csv")
    program = str(peers.environment(work) / "csv-diff")
    argv = (program, str(old), str(new), "--key", "Номер карты", "--format", "csv")
    return Command(argv, check=lambda run: _check_theirs(run, count))


def _check_theirs(run: Run, count: int) -> None:
    head = re.sub(r"\D+", " ", run.out.split("\n", 1)[0]).split()
    assert [int(number) for number in head] == list(data.changes(count)), head
