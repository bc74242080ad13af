"""Phone cells: how many are read right, by category, and how many a second, beside `phonenumbers` alone.

Each run of the speed is a process of its own, so that nothing was seen before.
"""

import json
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Command, alternated
from benchmarks.report import Table, thousands

CASES = Path(__file__).parents[1] / "tests" / "cases"
LISTS = {"phones.jsonl": "given", "phones_held_out.jsonl": "held out", "phones_held_out_2.jsonl": "held out, second"}
CODES = "473 4732"
REMARK = (
    "Right: exactly the numbers expected, in their order. Wrong: a number that nobody wrote is given for use."
    " Of `dentsync`, flags, types, extensions and notes are held by the tests."
)

Given = Callable[[str, str, str], tuple[list[str], list[str]]]
"""Cell, region, area codes -> all numbers that are read, and those that are given for use."""


def accuracy() -> Table:
    """By category: right and wrong."""
    readers: dict[str, Given] = {
        "dentsync": ours,
        "phonenumbers": parsed,
        "PhoneNumberMatcher": matched,
        "digits": digits,
    }
    counts: defaultdict[tuple[str, str], list[list[int]]] = defaultdict(lambda: [[0, 0] for _ in readers])
    totals: defaultdict[tuple[str, str], int] = defaultdict(int)
    for name, label in LISTS.items():
        for case in map(json.loads, (CASES / name).read_text(encoding="utf-8").splitlines()):
            for key in ((label, case["category"]), (label, "all")):
                totals[key] += 1
                for index, read in enumerate(readers.values()):
                    right, wrong = judged(case, read)
                    counts[key][index][0] += right
                    counts[key][index][1] += wrong
    rows = [
        (*key, str(totals[key]), *(f"{right}, {wrong} wrong" if wrong else str(right) for right, wrong in counts[key]))
        for key in sorted(totals, key=lambda key: (key[0], key[1] == "all"))
    ]
    return Table("Phone cells", "python -m benchmarks phones", ("list", "category", "cases", *readers), rows, (REMARK,))


def judged(case: dict[str, Any], read: Given) -> tuple[bool, bool]:
    """Whether exactly what is expected was read, and whether something wrong is given for use."""
    expected, config = [phone["e164"] for phone in case["expected"]["phones"]], case["config"]
    codes = dict.fromkeys((config["default_area_code"], *config["local_number_lengths"].values()))
    numbers, given = read(case["raw"], config["default_region"], " ".join(codes).strip())
    return numbers == expected, not set(given) <= set(expected)


def ours(text: str, region: str, codes: str) -> tuple[list[str], list[str]]:
    """The parser of dentsync."""
    from dentsync.transform.phones import parse_phones

    cell = parse_phones(text, region, codes)
    return list(cell.numbers), list(cell.usable)


def parsed(text: str, region: str, _codes: str) -> tuple[list[str], list[str]]:
    """`phonenumbers.parse` and its judgement."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return [], []
    if not phonenumbers.is_valid_number(number):
        return [], []
    found = [phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)]
    return found, found


def matched(text: str, region: str, _codes: str) -> tuple[list[str], list[str]]:
    """What the same library finds in a text."""
    import phonenumbers

    form = phonenumbers.PhoneNumberFormat.E164
    matches = phonenumbers.PhoneNumberMatcher(text, region)
    found = list(dict.fromkeys(phonenumbers.format_number(match.number, form) for match in matches))
    return found, found


def digits(text: str, _region: str, _codes: str) -> tuple[list[str], list[str]]:
    """What most scripts do: keep the digits, put +7 before the last ten."""
    kept = re.sub(r"\D", "", text)
    found = ["+7" + kept[-10:]] if len(kept) >= 10 else []
    return found, found


# ── speed ─────────────────────────────────────────────────────────────────────────────────────


def speed(count: int, runs: int) -> Table:
    """Cells a second that were never seen."""
    commands = {
        f"{mix}, {who}": Command((sys.executable, "-m", "benchmarks.phones", mix, who, str(count)))
        for mix in ("plain", "mixed")
        for who in ("dentsync", "phonenumbers")
    }
    rows = []
    for name, done in alternated(commands, runs).items():
        speeds = sorted(count / float(run.out) for run in done)
        spread = f"{thousands(round(speeds[0]))}–{thousands(round(speeds[-1]))}"
        rows.append((name, thousands(count), thousands(round(speeds[len(speeds) // 2])), spread))
    head = ("cells", "count", "cells/s, median", "worst–best")
    remark = (
        "Mixed: 70 % one number in a common spelling, the rest with words, two numbers, extensions, Excel's damage."
    )
    return Table("Phone cells a second, one core", f"python -m benchmarks phones --rows {count}", head, rows, (remark,))


def seconds_of(mix: str, who: str, count: int) -> float:
    """CPU seconds for so many cells, none of which was seen before; the library is loaded."""
    read = ours if who == "dentsync" else parsed
    read("89165550123 мама", "RU", CODES)
    texts = cells(count, mix)
    started = time.process_time()
    for text in texts:
        read(text, "RU", CODES)
    return time.process_time() - started


def cells(count: int, mix: str) -> Sequence[str]:
    """Invented cells, all different."""
    chance = random.Random(1)
    return [_cell(chance, national, mix) for national in chance.sample(range(9_000_000_000, 10**10), count)]


def _cell(chance: random.Random, national: int, mix: str) -> str:
    d = str(national)
    grouped = f"({d[:3]}) {d[3:6]}-{d[6:8]}-{d[8:]}"
    plain = chance.choice((f"8 {grouped}", f"+7 {grouped}", f"8{d}", f"+7{d}", d, f"8-{d[:3]}-{d[3:6]}-{d[6:]}"))
    share = 0.0 if mix == "plain" else chance.random()
    if share < 0.7:
        return plain
    if share < 0.8:
        return f"8 (473) 2{d[3:5]}-{d[5:7]}-{d[7:9]}"
    if share < 0.9:
        return plain + " " + chance.choice(("мама", "раб.", "Анна", "не звонить", "WhatsApp", "муж"))
    if share < 0.95:
        return f"{plain}, 89{chance.randrange(10**9):09}"
    odd = ("7,91656E+10", d[:9], f"{d[3:6]}-{d[6:8]}-{d[8:]}", f"37529{d[3:]}", plain + " доб. 12", f"8{d}.0")
    return chance.choice(odd)


if __name__ == "__main__":
    print(seconds_of(sys.argv[1], sys.argv[2], int(sys.argv[3])))
