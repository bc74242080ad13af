"""``dentsync check`` looks at what the director gets: one line for each thing that is not in place."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dentsync.cli import run
from tests.reports.test_command import NOW, folder

__all__ = ["folder"]


Problems = Callable[[str], list[str]]


@pytest.fixture
def problems(folder: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Problems]:
    """What ``check`` says of the clinic with these sections."""
    path = folder / "config.toml"
    plain = path.read_text(encoding="utf-8")

    def found(sections: str) -> list[str]:
        path.write_text(f"{plain}\n{sections}", encoding="utf-8")
        capsys.readouterr()
        run(["--lang", "en", "check", "-c", str(path), "--now", NOW])
        said = capsys.readouterr()
        return [line for line in said.err.splitlines() if "reports" in line or "payroll" in line or "mail" in line]

    yield found
    path.write_text(plain, encoding="utf-8")


REPORTS = """
[reports]
mail = ["director@clinic.example"]
waitlist = ["patients"]
[reports.specialisations]
"Детство" = ["Лапина", "Хирургия", "Ортопедия", "Петрушкин"]
"""
PAYROLL = """
[payroll]
rates = "pay/rates*.csv"
plan = "pay/plan.csv"
mail = ["director@clinic.example"]
[payroll.feeds]
visits = []
"""


def test_reports_that_name_what_is_not_there(problems: Problems) -> None:
    assert problems(REPORTS) == [
        "reports.waitlist: feed 'patients' is not of appointments",
        "reports.specialisations: no doctor and no specialty is called Ортопедия, Петрушкин in what was read; "
        "correct it",
        "config.toml: to send letters write [mail], and the director's address into reports.mail",
    ]


def test_a_mailbox_whose_password_cannot_be_had(problems: Problems) -> None:
    mail = '[mail]\nhost = "smtp.example.ru"\nuser = "a@clinic.example"\npassword = "file:nowhere"\n'
    (line,) = problems('[reports]\nmail = ["director@clinic.example"]\n' + mail)
    assert "nowhere" in line


def test_pay_without_its_files(problems: Problems) -> None:
    assert problems(PAYROLL) == [
        "payroll.rates: no file matches pay/rates*.csv; put it there, or leave the key out",
        "payroll.plan: no file matches pay/plan.csv; put it there, or leave the key out",
        "payroll.feeds.visits: no feed of visits; name it, or nobody's bookings are counted",
        "config.toml: to send letters write [mail], and the director's address into payroll.mail",
    ]
    (line,) = problems(PAYROLL.replace("visits = []", 'visits = ["moon"]'))
    assert line.startswith("config.toml: payroll.feeds.visits: no feed 'moon' (there are: ")


def test_sections_that_are_left_out_are_no_problem(problems: Problems) -> None:
    assert problems("") == []
    assert problems('[reports.specialisations]\n"Детство" = ["ЛАПИНА"]\n') == []
