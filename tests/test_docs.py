"""What the documents say is so."""

import re
from pathlib import Path

from click.testing import CliRunner

from dentsync.cli import cli
from dentsync.config_tables import ExpectTable, FeedTable, RouteTable
from dentsync.errors import ExitCode
from dentsync.model import FIELDS, Status

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


def test_every_exit_code_is_in_the_readme() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert documented == {code.value for code in ExitCode}


def test_every_command_is_in_the_readme() -> None:
    missing = [name for name in cli.commands if not re.search(rf"`[^`\n]*\b{name}\b", README)]
    assert missing == []


def test_every_command_has_help_with_an_example() -> None:
    def leaves(group, path):  # type: ignore[no-untyped-def]
        for name, command in group.commands.items():
            yield from leaves(command, [*path, name]) if hasattr(command, "commands") else [[*path, name]]

    for path in leaves(cli, []):
        shown = CliRunner().invoke(cli, [*path, "--help"])
        assert shown.exit_code == 0
        assert f"Example:  dentsync {' '.join(path)}" in shown.output, path


def test_every_key_field_and_status_is_in_the_configuration_page() -> None:
    keys = {*FeedTable.__struct_fields__, *RouteTable.__struct_fields__, *ExpectTable.__struct_fields__} - {"source"}
    missing = [word for word in (*sorted(keys), *FIELDS, *Status) if not re.search(rf"\b{word}\b", CONFIGURATION)]
    assert missing == []


def test_links_lead_somewhere() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md"):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
