"""The director's letter: once for each month and version, whatever the server, cron and the power do."""

import os
import ssl
import subprocess
import sys
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from tests.pay.test_command import PAYROLL, TIME, Desk, desk
from tests.telling.conftest import authority, post, trusted
from tests.telling.post import PASSWORD, USER, Mailroom, mailroom

__all__ = ["authority", "desk", "post", "trusted"]
ROOT = Path(__file__).parents[2]


def write_mail(desk: Desk, port: int, *, to: str = '["director@clinic.example"]', more: str = "") -> None:
    account = f'\n[mail]\nhost = "127.0.0.1"\nport = {port}\nuser = "{USER}"\npassword = "file:secret"\n{more}'
    desk.write(payroll=PAYROLL + f"mail = {to}\n" + account)
    secret = desk.folder / "secret"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    secret.chmod(0o600)


@pytest.fixture
def posted(desk: Desk, post: Mailroom) -> Desk:
    write_mail(desk, post.port)
    return desk


def mail(desk: Desk, *argv: str) -> tuple[int, str]:
    code, out, err = desk.say("--email", *argv, month="last")
    return code, out + err


def test_the_director_gets_a_summary_as_text_and_page_and_the_workbook(posted: Desk, post: Mailroom) -> None:
    assert mail(posted) == (0, "the letter is sent\n")
    [letter] = post.letters
    assert letter["Subject"] == "Ваша улыбка: зарплата администраторов и операторов за октябрь 2026 (черновик)"
    assert letter["To"] == "director@clinic.example"
    text, page = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert text
    assert page
    for body in (text.get_content(), page.get_content()):
        assert "Котова Анна Ильинична" in body
        assert "8 775,00" in body
        assert "13 527,00" in body
    [attached] = letter.iter_attachments()
    assert attached.get_filename() == "Зарплата 2026-10.xlsx"
    book = openpyxl.load_workbook(BytesIO(attached.get_content()), data_only=True)
    assert book["Итоги"]["Q8"].value == 13527


def test_cron_twice_is_one_letter_and_a_closed_month_is_another(posted: Desk, post: Mailroom) -> None:
    mail(posted)
    code, said = mail(posted)
    assert (code, len(post.raw)) == (0, 1)
    assert "the letter about 2026-10 draft 1 went out on" in said
    assert posted.run("payroll", "close", "--month", "last")[0] == 0
    assert mail(posted) == (0, "the letter is sent\n")
    assert [subject.endswith("(черновик)") for subject in post.subjects] == [True, False]
    assert "2026-10 version 1 went out" in mail(posted)[1]
    assert len({letter["Message-ID"] for letter in post.letters}) == len(post.raw) == 2


def test_an_open_question_is_told_in_the_letter(posted: Desk, post: Mailroom) -> None:
    (posted.folder / "pay" / "time_10.csv").write_text("\r\n".join(TIME[:-1]), encoding="cp1251")
    code, said = mail(posted)
    assert (code, "questions 1:" in said) == (0, True)
    body = post.letters[0].get_body(("plain",))
    assert body
    assert "Открытых вопросов: 1." in body.get_content()


@pytest.mark.parametrize(
    ("does", "why"),
    [("full", "full or the letter too large (452)"), ("no room", "too large (552)"), ("refuse", "(554)")],
)
def test_a_letter_that_was_certainly_not_taken_is_sent_by_the_next_run(
    posted: Desk, post: Mailroom, does: str, why: str
) -> None:
    post.does = does
    code, said = mail(posted)
    assert (code, post.raw) == (1, [])
    assert why in said
    assert said.count("\n") == 1
    post.does = "take"
    assert mail(posted)[0] == 0
    assert len(post.raw) == 1


def test_a_refused_login_is_one_line_without_the_password(posted: Desk, post: Mailroom) -> None:
    (posted.folder / "secret").write_text("wr0ng-Canary\n", encoding="utf-8")
    code, said = mail(posted)
    assert (code, post.raw, said.count("\n")) == (1, [], 1)
    assert "535" in said
    assert "wr0ng" not in said


def test_a_connection_that_drops_after_the_letter_is_unknown_and_not_repeated(posted: Desk, post: Mailroom) -> None:
    post.does = "hang up"
    code, said = mail(posted)
    assert (code, len(post.raw)) == (4, 1)
    assert said.startswith("unknown whether the letter arrived")
    post.does = "take"
    code, said = mail(posted)
    assert (code, len(post.raw)) == (4, 1)
    assert "2026-10 draft 1, begun on" in said
    assert mail(posted, "--again")[0] == 0
    assert len(post.raw) == 2
    assert "went out on" in mail(posted)[1]


def test_a_run_that_dies_after_sending_is_unknown_and_not_repeated(
    posted: Desk, post: Mailroom, authority: tuple[Path, ssl.SSLContext]
) -> None:
    command = [sys.executable, "-c", "from dentsync.cli import main; main()", "payroll", "--month", "last", "--email"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "SSL_CERT_FILE": str(authority[0])}
    given = ["--now", "2026-11-01T08:00", "-c", str(posted.folder / "config.toml")]
    with subprocess.Popen([*command, *given], env=environ) as process:
        post.then = process.kill
        assert process.wait(timeout=30) < 0
    post.then = lambda: None
    assert len(post.raw) == 1
    code, said = mail(posted)
    assert (code, len(post.raw)) == (4, 1)
    assert "unknown whether it arrived" in said


def test_two_runs_of_cron_at_once_are_one_letter(
    posted: Desk, post: Mailroom, authority: tuple[Path, ssl.SSLContext]
) -> None:
    command = [sys.executable, "-c", "from dentsync.cli import main; main()", "payroll", "--month", "last", "--email"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "SSL_CERT_FILE": str(authority[0])}
    given = ["--now", "2026-11-01T08:00", "-c", str(posted.folder / "config.toml")]
    codes: list[int] = []
    post.then = lambda: codes.append(subprocess.run([*command, *given], env=environ, capture_output=True).returncode)
    assert mail(posted) == (0, "the letter is sent\n")
    assert (codes, len(post.raw)) == ([6], 1)


def test_one_address_that_is_refused_does_not_cost_the_other_its_letter(posted: Desk, post: Mailroom) -> None:
    write_mail(posted, post.port, to='["director@clinic.example", "gone@clinic.example"]')
    post.unwanted = ("gone@clinic.example",)
    code, said = mail(posted)
    assert (code, said) == (4, "the letter is sent, but addresses refused: 1\n")
    assert "gone" not in said


def test_a_letter_travels_under_tls_from_the_start(desk: Desk, trusted: ssl.SSLContext) -> None:
    with mailroom(trusted, "tls") as room:
        write_mail(desk, room.port, more='security = "tls"\n')
        config = desk.folder / "config.toml"
        text = config.read_text(encoding="utf-8")
        config.write_text(
            text.replace(f'user = "{USER}"\npassword = "file:secret"', f'from = "{USER}"'), encoding="utf-8"
        )
        assert mail(desk) == (0, "the letter is sent\n")
    assert len(room.raw) == 1


def test_a_rehearsal_writes_the_letter_and_sends_and_remembers_nothing(
    posted: Desk, post: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(posted.folder)
    (posted.folder / "secret").unlink()
    assert mail(posted, "--dry-run") == (0, "written: payroll-2026-10.eml\n")
    file = posted.folder / "payroll-2026-10.eml"
    assert file.stat().st_mode & 0o077 == 0
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert [part.get_filename() for part in letter.iter_attachments()] == ["Зарплата 2026-10.xlsx"]
    assert post.raw == []
    (posted.folder / "secret").write_text(PASSWORD, encoding="utf-8")
    assert mail(posted)[1].endswith("the letter is sent\n")


def test_nobody_to_write_to_is_one_line(desk: Desk) -> None:
    code, said = mail(desk)
    assert (code, said.count("\n")) == (2, 1)
    assert "payroll.mail" in said


def test_a_name_that_looks_like_a_page_stays_a_name() -> None:
    from dentsync.load.letter_page import row_of

    assert "<b>" not in row_of("<b>x</b>", "1")
