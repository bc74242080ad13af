"""The clinic with IDENT on an account of the amoCRM sandbox: the preset, of which only the address is another one."""

from pathlib import Path
from typing import Any

from dentsync.config import preset_text
from dentsync.sandbox.server import Running
from tests.account import SPEED, AmoClinic


def ident_clinic(box: Running, folder: Path, read: Any, account: str = "smile") -> AmoClinic:
    """A fresh account, set up, of which the search knows everything at once: what is there was there for hours.

    The token of the account has to be in ``DENTSYNC_TOKEN``.
    """
    door = next(door for door in box.doors if door.name == account)
    box.admin("POST", f"reset?account={account}", {})
    box.admin("POST", f"settings?account={account}", {"speed": SPEED, "search_lag": [0, 0]})
    clinic = AmoClinic(folder, box, read)
    (folder / "inbox").mkdir(parents=True)
    text = preset_text("ident-amocrm").replace('"example.amocrm.ru"', f'"{door.url}"\nspeed   = {SPEED}')
    (folder / "config.toml").write_text(text, encoding="utf-8")
    assert clinic.say("setup").code == 0
    assert clinic.say("check").code == 0
    return clinic
