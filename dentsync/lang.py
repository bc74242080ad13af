"""The language of the terminal: English in the source, Russian from a catalogue.

``_("text")`` returns the Russian line when the chosen language is ``ru``. What goes to the clinic
(workbooks, mail, reasons of rejects) is always Russian and does not pass through here.
"""

import os
from functools import cache
from pathlib import Path

_language = "en"


def choose(language: str | None = None) -> None:
    """Set the terminal's language: ``en``, ``ru``, or ``None`` to follow DENTSYNC_LANG and the locale."""
    global _language
    wanted = language or os.environ.get("DENTSYNC_LANG") or _locale()
    _language = "ru" if wanted.lower().startswith("ru") else "en"


def _locale() -> str:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next((os.environ[name] for name in names if os.environ.get(name)), "en")


def is_russian() -> bool:
    """Whether the terminal speaks Russian: what the clinic's books say may then be said as it stands there."""
    return _language == "ru"


@cache
def _catalogue() -> dict[str, str]:
    import tomllib

    text = Path(__file__).with_name("lang_ru.toml").read_text(encoding="utf-8")
    return {str(key): str(value) for key, value in tomllib.loads(text).items()}


def _(text: str) -> str:
    """The line in the chosen language; English where the catalogue has none."""
    return _catalogue().get(text, text) if _language == "ru" else text
