"""Retention, a copy that is put back, a store begun anew: no closed month changes silently, no letter goes twice."""

import os
import sqlite3
from contextlib import closing
from typing import Any

from dentsync.cli import run
from tests.pay.test_command import TIME, Desk, desk
from tests.pay.test_pay_closing import close, late, write_time, year
from tests.pay.test_pay_mail import mail, posted
from tests.telling.conftest import authority, post, trusted
from tests.telling.post import Mailroom

__all__ = ["authority", "desk", "post", "posted", "trusted", "year"]
TABLES = ("pay_versions", "pay_decisions", "pay_letters", "pay_pulls")


def state(desk: Desk, *argv: str) -> tuple[int, str]:
    desk.read()
    code = run(["--lang", "en", *argv, "-c", str(desk.folder / "config.toml")])
    captured = desk.read()
    return code, captured.out + captured.err


def kept(desk: Desk) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(desk.folder / "state" / "dentsync.db")) as db:
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}


def test_retention_takes_nothing_of_pay(posted: Desk, post: Mailroom) -> None:
    close(posted)
    assert mail(posted)[0] == 0
    before = kept(posted)
    config = posted.folder / "config.toml"
    text = config.read_text(encoding="utf-8")
    for key in ("journal", "runs", "rejects", "archive"):
        text = "\n".join(f'{key} = "1d"' if line.startswith(f"{key} ") else line for line in text.splitlines())
    config.write_text(text, encoding="utf-8")
    assert state(posted, "prune")[0] == 0
    assert kept(posted) == before
    assert len(before["pay_versions"]) == len(before["pay_letters"]) == 1
    assert close(posted)[1] == "2026-10 is closed as version 1 already; nothing has changed since\n"


def test_a_month_that_was_closed_after_the_copy_stays_closed_when_the_copy_is_put_back(year: Desk) -> None:
    year.say("--out", str(year.folder / "book.xlsx"))
    assert state(year, "state", "backup")[0] == 0
    close(year)
    late(year)
    close(year)
    before = kept(year)
    code, said = state(year, "state", "restore")
    assert (code, "pay that was closed" in said) == (0, False)
    assert kept(year) == before
    assert close(year)[1] == "2026-10 is closed as version 2 already; nothing has changed since\n"


def test_a_letter_that_went_out_after_the_copy_is_not_sent_again_when_the_copy_is_put_back(
    posted: Desk, post: Mailroom
) -> None:
    posted.say()
    assert state(posted, "state", "backup")[0] == 0
    assert mail(posted)[0] == 0
    assert state(posted, "state", "restore")[0] == 0
    assert "went out on" in mail(posted)[1]
    assert len(post.raw) == 1


def test_what_a_copy_without_its_ledger_may_have_forgotten_is_told_and_no_letter_is_repeated(
    posted: Desk, post: Mailroom
) -> None:
    close(posted)
    assert state(posted, "state", "backup")[0] == 0
    assert mail(posted)[0] == 0
    for path in (posted.folder / "state").glob("*.*"):
        os.utime(path, (0, 0))  # hours ago: there is nothing to wait for
    code, said = state(posted, "state", "restore", "--as-was")
    assert code == 0
    assert "mailed since the copy was made is not known; closed in it: 2026-10\n" in said
    code, said = mail(posted)
    assert (code, len(post.raw)) == (4, 1)
    assert said.startswith("unknown whether the letter about 2026-10 version 1 went out before the store was restored")
    assert mail(posted, "--again")[0] == 0
    assert len(post.raw) == 2
    assert "went out on" in mail(posted)[1]


def test_a_store_that_begins_anew_says_that_the_month_may_have_been_closed(year: Desk) -> None:
    close(year)
    assert state(year, "state", "new", "--yes")[0] == 0
    said = close(year)[1]
    assert said.startswith("2026-10 is closed as version 1: 13 527.00; the store was restored on ")
    assert "compare with the workbook" in said
    assert close(year)[1].endswith("nothing has changed since\n")


def test_a_letter_about_a_month_that_is_not_over_does_not_stand_for_the_one_on_the_first(
    posted: Desk, post: Mailroom
) -> None:
    write_time(posted, TIME[:1])
    for now in ("2026-10-01T07:00", "2026-10-01T07:30", "2026-11-01T08:00"):
        posted.say("--email", now=now)
    assert len(post.raw) == 2
