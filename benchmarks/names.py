"""Names: how many are read right, by category, beside the parsers of others; how many a second; what the dictionary
costs.

Each run of the speed is a process of its own, so that nothing was seen before.
"""

import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import peers, people
from benchmarks.measure import Command, alternated, middle
from benchmarks.report import Table, megabytes, milliseconds, thousands

CASES = Path(__file__).parents[1] / "tests" / "cases"
LISTS = {"names.jsonl": "given", "names_held_out.jsonl": "held out", "names_held_out_2.jsonl": "held out, second"}
OTHERS = ("nameparser", "russiannames")
READERS = ("nameparser==2.6.0", "russiannames==2.0.0")
SLOW = {"nameparser": 10, "russiannames": 100}
"""Of how many names one is given to the others: they would need minutes."""

Parts = tuple[str, str, str]


class Answer(NamedTuple):
    """Surname, given name, patronymic, "" for none; whether a person has to look first."""

    parts: Parts
    asked: bool = False


class Case(NamedTuple):
    """One name of a list, and what should come of it."""

    label: str
    category: str
    text: str
    answer: Answer
    right: Parts


def cases() -> list[Case]:
    """All of the lists, read by dentsync."""
    found = []
    for name, label in LISTS.items():
        for case in map(json.loads, (CASES / name).read_text(encoding="utf-8").splitlines()):
            columns = case.get("fields") or {"text": case["raw"]}
            right = tuple(case["expected"][part] or "" for part in ("surname", "given", "patronymic"))
            text = " ".join(filter(None, columns.values()))
            found.append(Case(label, case["category"], text, ours(case), right))
    return found


def ours(case: Mapping[str, Any]) -> Answer:
    """What dentsync makes of it."""
    from dentsync.transform.names import join_name, parse_name

    sex = case.get("hint", {}).get("sex", "")
    name = join_name(*case["fields"].values(), sex) if "fields" in case else parse_name(case["raw"], sex)
    return Answer(name.parts, name.action not in ("keep", "auto"))


def answers_of(library: str, work: Path, texts: Sequence[str]) -> tuple[float, list[Parts]]:
    """CPU seconds and parts, by the parser of others."""
    python = peers.environment(work, "readers", READERS) / "python"
    argv = [python, Path(__file__).with_name("name_reader.py"), library]
    ran = subprocess.run(argv, input=json.dumps(texts), stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(ran.stdout)
    return told["seconds"], [tuple(parts) for parts in told["answers"]]


def accuracy(work: Path, others: Sequence[str] = OTHERS) -> Table:
    """By category of the lists that the rules were not written for, and each list as a whole."""
    found = cases()
    read = {library: answers_of(library, work, [case.text for case in found])[1] for library in others}
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for place, case in enumerate(found):
        keys = [(case.label, "all")] + ([("held out, both", case.category)] if case.label != "given" else [])
        said = {"dentsync": case.answer, **{library: Answer(read[library][place]) for library in others}}
        for key in keys:
            counts[key].update(f"{who} {verdict(answer, case.right)}" for who, answer in said.items())
    head = ("list", "category", "cases", "dentsync", "asks", *others)
    rows = [_row(key, count, others) for key, count in sorted(counts.items(), key=lambda item: item[0])]
    remark = (
        "Right: surname, given name and patronymic are exactly those expected, for certain or as a proposal. Wrong:"
        " others are given for use. Asks: a person is to look before dentsync uses the name; many of these cases want"
        " that. The others read all columns of a row as one text, and never ask."
    )
    return Table("Names", "python -m benchmarks cleaning", head, rows, (remark,))


def verdict(answer: Answer, right: Parts) -> str:
    """``right``, ``right, asked``, ``asked`` or ``wrong``."""
    if answer.parts == right:
        return "right, asked" if answer.asked else "right"
    return "asked" if answer.asked else "wrong"


def _row(key: tuple[str, str], count: Counter[str], others: Sequence[str]) -> list[str]:
    right = count["dentsync right"] + count["dentsync right, asked"]
    asks = count["dentsync right, asked"] + count["dentsync asked"]
    wrong = f", {count['dentsync wrong']} wrong" if count["dentsync wrong"] else ""
    of_others = (f"{count[f'{who} right']}, {count[f'{who} wrong']} wrong" for who in others)
    total = right + count["dentsync asked"] + count["dentsync wrong"]
    return [*key, str(total), f"{right}{wrong}", str(asks), *of_others]


# ── speed ─────────────────────────────────────────────────────────────────────────────────────


def speed(work: Path, count: int, runs: int, others: Sequence[str] = OTHERS) -> Table:
    """Names a second that were never seen."""
    commands = {
        what: Command((sys.executable, "-m", "benchmarks.names", what, str(count)))
        for what in ("plain", "mixed", "again")
    }
    rows = []
    for what, done in alternated(commands, runs).items():
        speeds = sorted(count / float(run.out) for run in done)
        spread = f"{thousands(round(speeds[0]))}–{thousands(round(speeds[-1]))}"
        rows.append((f"dentsync, {what}", thousands(count), thousands(round(speeds[len(speeds) // 2])), spread))
    for library in others:
        few = people.names(count // SLOW[library], "mixed")
        seconds, _answers = answers_of(library, work, few)
        rows.append((f"{library}, mixed", thousands(len(few)), thousands(round(len(few) / seconds)), "one run"))
    remarks = (
        "Plain: «Фамилия Имя Отчество», one given name in seven rare, most surnames in no dictionary. Mixed: two"
        " thirds of these, in capitals or not, the rest in another order, with initials, notes, former names, slips."
        " Again: the mixed ones once more, in the same process.",
    )
    head = ("names", "count", "names/s, median", "worst–best")
    return Table("Names a second, one core", f"python -m benchmarks cleaning --rows {count}", head, rows, remarks)


def seconds_of(what: str, count: int) -> float:
    """CPU seconds for so many names that were never seen, the loading of the dictionary among them."""
    from dentsync.transform.names import parse_name

    texts = people.names(count, what)
    for text in texts if what == "again" else ():
        parse_name(text)
    started = time.process_time()
    for text in texts:
        parse_name(text)
    return time.process_time() - started


# ── the dictionary ────────────────────────────────────────────────────────────────────────────

STARTED = (
    "import sys, time; from dentsync.transform.names import parse_name;"
    " from dentsync.transform.name_lists import COMMON_FEMALE; started = time.perf_counter(); "
)
TOLD = "; print(time.perf_counter() - started, 'pymorphy3' in sys.modules)"
NEW = {
    "80 ordinary names": "[parse_name(f'Соколова {x.title()} Викторовна') for x in COMMON_FEMALE if len(x) > 3]",
    "one that the lists do not know": "parse_name('Пейсах Гусь')",
    "100 of these": "[parse_name(f'Пейсах Гус{x}{y}') for x in 'абвгд' for y in 'клмнопрсту' * 2]",
}


def dictionary(runs: int) -> Table:
    """What a run pays that has a few new names."""
    commands = {what: Command((sys.executable, "-c", STARTED + read + TOLD)) for what, read in NEW.items()}
    rows = []
    for what, done in alternated(commands, runs).items():
        seconds = sorted(float(run.out.split()[0]) for run in done)[runs // 2]
        opened = "yes" if done[0].out.split()[1] == "True" else "no"
        rows.append((what, opened, milliseconds(seconds), megabytes(middle(done, "memory"))))
    head = ("new names in a run", "dictionary", "time", "peak memory of the process")
    return Table("What the dictionary costs", "python -m benchmarks cleaning", head, rows)


if __name__ == "__main__":
    print(seconds_of(sys.argv[1], int(sys.argv[2])))
