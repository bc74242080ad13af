"""The arrows between rooms, read from the code itself."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "dentsync"
CORE = {"errors", "lang", "model", "redact"}
READERS = {f"config_{table}" for table in ("alerts", "checks", "crm", "feeds", "routes")}
ALLOWED = {
    "model": set(),
    "errors": set(),
    "lang": set(),
    "redact": set(),
    "extract": CORE,
    "transform": CORE,
    "load": CORE,
    "store": CORE,
    "sandbox": {"errors", "lang", "redact"},
    "config": CORE,
    "config_tables": CORE,
    "config_payroll": CORE | {"config", "config_checks", "config_payroll_tables", "config_reader", "transform"},
    "config_payroll_tables": CORE | {"config_tables"},
    "config_checks": CORE | {"config_tables"},
    "config_alerts": CORE | {"config", "config_checks", "config_tables"},
    "config_crm": CORE | {"config", "config_checks", "config_tables"},
    "config_feeds": CORE | {"config", "config_checks", "config_tables"},
    "config_routes": CORE | {"config", "config_checks", "config_feeds", "config_tables"},
    "config_reader": CORE | {"config", "config_tables", *READERS},
}
"""Who may import whom inside the package; a room may always import itself. What is not listed is the shell."""


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """Rooms of dentsync imported anywhere in a module, also inside functions and under TYPE_CHECKING."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "dentsync":
            names = [node.module] if node.module != "dentsync" else [f"dentsync.{a.name}" for a in node.names]
        elif isinstance(node, ast.Import):
            names = [a.name for a in node.names if a.name.split(".")[0] == "dentsync"]
        else:
            continue
        found |= {name.split(".")[1] for name in names if "." in name}
    return found - {"__version__"}


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_what_its_arrows_allow(room: str) -> None:
    files = [path for path in PACKAGE.rglob("*.py") if room_of(path) == room]
    assert files
    for path in files:
        assert imports_of(path) <= ALLOWED[room] | {room}, path.name


def test_model_imports_only_the_standard_library() -> None:
    own = {f"dentsync.model.{part}" for part in ("fields", "records", "settings", "plans")}
    for path in (PACKAGE / "model").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert modules <= own | {"dataclasses", "collections.abc", "datetime", "decimal", "enum", "typing"}


def test_the_redactor_imports_only_the_standard_library() -> None:
    tree = ast.parse((PACKAGE / "redact.py").read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {module.split(".")[0] for module in modules} <= sys.stdlib_module_names


def test_exceptions_of_all_kinds_are_caught_only_at_the_command_line() -> None:
    def catches_all(path: Path) -> bool:
        handlers = [
            n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.ExceptHandler)
        ]
        return any(h.type is None or (isinstance(h.type, ast.Name) and h.type.id == "Exception") for h in handlers)

    assert [path.name for path in PACKAGE.rglob("*.py") if catches_all(path)] == ["cli.py"]


def test_transform_is_pure() -> None:
    """No clock, files, network, randomness or logging: time comes in as an argument."""
    forbidden = {"os", "sys", "io", "time", "random", "secrets", "logging", "socket", "pathlib", "requests", "sqlite3"}
    for path in (PACKAGE / "transform").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {n.module.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
        modules |= {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        assert not modules & forbidden, path.name
        calls = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        assert not calls & {"now", "today", "utcnow"}, path.name
