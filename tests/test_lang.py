"""Every line for the terminal has its Russian: found in the source, looked up in the catalogue."""

import ast
import string
from pathlib import Path

import pytest

from dentsync import lang

PACKAGE = Path(__file__).parents[1] / "dentsync"


def texts_of(path: Path) -> set[str]:
    """Arguments of ``_()`` in a module."""
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    named = (call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "_" and call.args)
    return {call.args[0].value for call in named if isinstance(call.args[0], ast.Constant)}


TEXTS = {text for path in PACKAGE.rglob("*.py") for text in texts_of(path)}


def places(text: str) -> set[str]:
    return {name.split(".")[0].split("!")[0] for _text, name, _spec, _conv in string.Formatter().parse(text) if name}


def test_every_line_is_translated_and_no_translation_is_left_over() -> None:
    assert TEXTS
    assert set(lang._catalogue()) >= TEXTS, sorted(TEXTS - set(lang._catalogue()))


def test_a_translation_fills_the_same_places() -> None:
    wrong = [text for text, russian in lang._catalogue().items() if places(text) != places(russian)]
    assert wrong == []


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
