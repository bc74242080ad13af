"""The director's book of a month: once, whatever the server, cron and the power do."""

from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from tests.reports.test_command import NOW, TITLES, Said, Say, folder, say
from tests.telling.conftest import authority, post, trusted
from tests.telling.post import PASSWORD, USER, Mailroom

__all__ = ["authority", "folder", "post", "say", "trusted"]
AFTER = "2026-11-01T08:00"


@pytest.fixture
def mailed(folder: Path, say: Say, post: Mailroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """``report month --email`` on the first of the month, in a folder of its own for each letter."""
    path = folder / "config.toml"
    text = path.read_text(encoding="utf-8").partition("\n[mail]")[0]
    account = f'\n[mail]\nhost = "127.0.0.1"\nport = {post.port}\nuser = "{USER}"\npassword = "file:secret"\n'
    path.write_text(f'{text}{account}[reports]\nmail = ["director@clinic.example"]\n', encoding="utf-8")
    (folder / "secret").write_text(PASSWORD + "\n", encoding="utf-8")
    (folder / "secret").chmod(0o600)
    monkeypatch.chdir(tmp_path)

    def command(*argv: str, now: str = AFTER) -> Said:
        return say("month", "--email", *argv, now=now)

    return command


def test_the_book_of_last_month_goes_out_once_for_a_month(mailed: Say, post: Mailroom) -> None:
    said = mailed()
    assert (said.code, said.all) == (0, "the letter is sent\n")
    [letter] = post.letters
    assert letter["Subject"] == "Ваша улыбка: отчёты за октябрь 2026"
    assert letter["To"] == "director@clinic.example"
    text, page = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert text
    assert page
    rows = {tuple(line.split()) for line in text.get_content().splitlines()}
    # October: Anna twice in a day and Ivan; before the store nothing is known of September
    assert ("Приёмов", "состоялось", "3", "0") in rows
    assert ("Не", "пришли", "1", "(25,0%)", "0") in rows
    assert "<td" in page.get_content()
    [attached] = letter.iter_attachments()
    assert attached.get_filename() == "Отчёты 2026-10.xlsx"
    book = openpyxl.load_workbook(BytesIO(attached.get_content()))
    assert set(TITLES.values()) <= set(book.sheetnames)
    again = mailed()
    assert (again.code, len(post.raw)) == (0, 1)
    assert again.out.startswith("the letter about reports 2026-10 went out on")
    assert mailed("--again").code == 0
    assert len(post.raw) == 2


def test_a_letter_of_unknown_fate_is_told_and_not_repeated(mailed: Say, post: Mailroom) -> None:
    post.does = "hang up"
    said = mailed("--month", "2026-01")
    assert (said.code, len(post.raw)) == (4, 1)
    assert said.out.startswith("unknown whether the letter arrived")
    post.does = "take"
    said = mailed("--month", "2026-01")
    assert (said.code, len(post.raw), said.out.count("\n")) == (4, 1, 1)
    assert "reports 2026-01, begun on" in said.out


def test_a_letter_that_was_not_taken_goes_with_the_next_run(mailed: Say, post: Mailroom) -> None:
    post.does = "refuse"
    said = mailed("--branch", "Центральный")
    assert (said.code, post.raw) == (1, [])
    assert "(554)" in said.err
    post.does = "take"
    assert mailed("--branch", "Центральный").code == 0
    assert post.letters[0]["Subject"] == "Ваша улыбка: отчёты за октябрь 2026, Центральный"


def test_a_dry_run_writes_the_letter_and_sends_nothing(mailed: Say, post: Mailroom, tmp_path: Path) -> None:
    assert mailed("--dry-run").out == "written: reports-2026-10.eml\n"
    path = tmp_path / "reports-2026-10.eml"
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    letter = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert "Соколова" not in str(letter)
    assert post.raw == []


@pytest.mark.parametrize(
    ("argv", "now", "line"),
    [
        (("--month", "2026-10"), NOW, "октябрь 2026 is not over yet: its reports are sent after it"),
        (("--month", "2027-05"), NOW, "май 2027 is not over yet: its reports are sent after it"),
        (("--month", "2020-01"), NOW, "nothing of январь 2020 was read: no letter is sent"),
        (("--from", "01.10.2026"), NOW, "--email sends the book of a month: dentsync report month --email"),
        (("--xlsx", "a.xlsx"), NOW, "--email sends the book of a month: dentsync report month --email"),
    ],
)
def test_what_cannot_be_sent_is_one_line(
    mailed: Say, post: Mailroom, argv: tuple[str, ...], now: str, line: str
) -> None:
    said = mailed(*argv, now=now)
    assert (said.code in (1, 2), said.out, said.err.count("\n"), post.raw) == (True, "", 1, [])
    assert said.err.startswith(f"dentsync: {line}")


def test_without_a_mailbox_or_a_receiver_the_way_out_is_told(mailed: Say, folder: Path) -> None:
    path = folder / "config.toml"
    path.write_text(path.read_text(encoding="utf-8").partition("[reports]")[0], encoding="utf-8")
    said = mailed()
    line = "dentsync: config.toml: to send letters write [mail], and the director's address into reports.mail\n"
    assert (said.code, said.err) == (2, line)


def test_a_month_is_every_report_of_last_month(say: Say) -> None:
    assert say("month", now=AFTER).out == say("all", "--month", "2026-10", now=AFTER).out
    assert say("primary", "--dry-run").err == "dentsync: --dry-run and --again go with --email\n"
