"""Writes tests/hostile/files: export files with every kind of dirt that clinics' programs make, in the real bytes.

Run from the project's root: ``python -m tools.make_hostile``. The same bytes every time; everybody in them is invented,
their numbers are of the form 8 (9xx) 555-NN-NN. What each file is for, and what has to come of it, stands in
``tests/hostile/cases.toml`` and ``tests/hostile/golden``.
"""

from collections.abc import Mapping
from pathlib import Path

import click

from tools import hostile_books, hostile_tables, hostile_values, hostile_xml

TARGET = Path("tests/hostile/files")


def files_of() -> Mapping[str, bytes]:
    """All files, by name."""
    found: dict[str, bytes] = {}
    for module in (hostile_tables, hostile_values, hostile_xml, hostile_books):
        made = module.files()
        assert found.keys().isdisjoint(made)
        found |= made
    return found


@click.command()
def main() -> None:
    """Write the files; remove those that are no longer made."""
    TARGET.mkdir(parents=True, exist_ok=True)
    made = files_of()
    for path in TARGET.iterdir():
        if path.name not in made:
            path.unlink()
    for name, content in made.items():
        (TARGET / name).write_bytes(content)
    click.echo(f"{TARGET}: {len(made)} files")


if __name__ == "__main__":
    main()
