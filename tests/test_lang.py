"""Every line for the terminal has its Russian: found in the source, looked up in the catalogue."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dentsync import lang
from dentsync.cli import cli, run
from dentsync.cli_help import Command, labels_of, names_of, paragraphs_of

PACKAGE = Path(__file__).parents[1] / "dentsync"


def texts_of(path: Path) -> set[str]:
    """Arguments of ``_()`` in a module."""
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    named = (call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "_" and call.args)
    return {call.args[0].value for call in named if isinstance(call.args[0], ast.Constant)}


TEXTS = {text for path in PACKAGE.rglob("*.py") for text in texts_of(path)}


def commands_of(command: click.Command) -> Iterator[click.Command]:
    yield command
    for one in getattr(command, "commands", {}).values():
        yield from commands_of(one)


def words_of(command: click.Command) -> Iterator[str]:
    """What the help of a command shows."""
    context = click.Context(command)
    for block in paragraphs_of(command.help or ""):
        yield from labels_of(block) if block.startswith("\b") else [block]
    for param in command.get_params(context):
        yield getattr(param, "help", None) or ""
        yield from () if getattr(param, "is_flag", False) else names_of(param.make_metavar(ctx=context))


COMMANDS = list(commands_of(cli))
HELP = {word for command in COMMANDS for word in words_of(command) if word}
UNSEEN = re.compile(
    r"prompt|deprecated|UUID|boolean|Choice\(|twice|iterable|{nargs}|date|executable|Aborted|Error:|Try |unknown error|"
    r"Could not|start character|{param_type}|{param_name}|{len_type}|the format|Arguments take|\(dynamic\)|Name '|"
    r"Boolean option|No options defined"
)
"""What click says about things that no command of ours has: prompts, dates, several values."""


def texts_of_click() -> set[str]:
    modules = (click.core, click.exceptions, click.formatting, click.parser, click.types)
    calls = [node for module in modules for node in ast.walk(ast.parse(Path(module.__file__ or "").read_text("utf-8")))
             if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext")]  # fmt: skip
    texts = {arg.value for call in calls for arg in call.args if isinstance(arg, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and not UNSEEN.search(text)}


NAMES_OF_TYPES = {"file", "directory", "path"}  # of click.Path; the Russian lines do without


def places(text: str) -> set[str]:
    return {name.split(".")[0].split("!")[0] for _text, name, _spec, _conv in string.Formatter().parse(text) if name}


def test_every_line_is_translated_and_no_translation_is_left_over() -> None:
    assert TEXTS
    assert set(lang._catalogue()) >= TEXTS, sorted(TEXTS - set(lang._catalogue()))


def test_a_translation_fills_the_same_places() -> None:
    lines = lang._catalogue().items()
    said_by_click = texts_of_click()  # which tells more than a Russian line needs
    wrong = [text for text, russian in lines if text not in said_by_click and places(text) != places(russian)]
    assert wrong == []
    assert [text for text, russian in lines if not places(russian) <= places(text)] == []


def test_the_help_of_every_command_is_translated() -> None:
    assert [command.name for command in COMMANDS if not isinstance(command, Command)] == []
    assert set(lang._catalogue()) >= HELP, sorted(HELP - set(lang._catalogue()))


def test_what_click_says_is_translated() -> None:
    missing = texts_of_click() - NAMES_OF_TYPES - set(lang._catalogue())
    assert not missing, sorted(missing)


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    try:
        return run(argv), *capsys.readouterr()
    finally:
        lang.choose("en")


@pytest.mark.parametrize("command", [[], ["sync"], ["diff"], ["state", "restore"], ["report"]])
def test_help_speaks_one_language_at_a_time(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    code, russian, err = said(capsys, "--lang", "ru", *command, "--help")
    assert (code, err) == (0, "")
    assert "Usage" not in russian
    assert "Options" not in russian
    assert "Показать эту справку и выйти." in russian
    assert max(map(len, russian.splitlines())) <= 100
    english = said(capsys, "--lang", "en", *command, "--help")[1]
    assert "Show this message and exit." in english
    assert not re.search("Вызов|Пример|Параметры|Показать|ФАЙЛ", english)


@pytest.mark.parametrize(
    ("argv", "line", "command"),
    [
        ("synk", "Нет команды synk. Может быть, 'sync'?", "dentsync"),
        ("sync --stric", "Нет параметра --stric. Может быть, '--strict'?", "dentsync sync"),
        ("import a.csv", "Не указан параметр '--feed'.", "dentsync import"),
        ("import --feed", "Параметру --feed нужно значение.", "dentsync import"),
        ("whois", "Не указан аргумент 'ТЕЛЕФОН'.", "dentsync whois"),
        ("whois 1 2", "Лишнее слово: 2.", "dentsync whois"),
        ("sandbox serve --port x", "Неверное значение '--port': «x» — не число.", "dentsync sandbox serve"),
        ("payroll decide a.xlsx", "Неверное значение 'КНИГА': нет файла a.xlsx.", "dentsync payroll decide"),
    ],
)
def test_a_usage_error_is_one_line_with_the_way_out(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    argv: str,
    line: str,
    command: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said(capsys, "--lang", "ru", *argv.split()) == (2, "", f"dentsync: {line} Справка: {command} --help\n")


def test_a_usage_error_is_in_the_language_of_the_locale_also_before_lang_is_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DENTSYNC_LANG", "ru")
    assert said(capsys, "--nope")[2] == "dentsync: Нет параметра --nope. Справка: dentsync --help\n"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [("ru_RU.UTF-8", "делать нечего"), ("en_US.UTF-8", "nothing to do"), ("C", "nothing to do")],
)
def test_the_locale_chooses_the_language(monkeypatch: pytest.MonkeyPatch, environ: str, expected: str) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "DENTSYNC_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", environ)
    lang.choose()
    try:
        assert lang._("nothing to do") == expected
    finally:
        lang.choose("en")
