"""A name while it is being read: what is left of the text, what was found, what was set aside."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

NoteKind = Literal[
    "note", "representative", "do_not_contact", "deceased", "duplicate", "deleted", "namesake", "title", "company",
    "maiden_name", "phone", "email", "date", "placeholder",
]  # fmt: skip


class Note(NamedTuple):
    """Something else than a name that stood in the field, verbatim."""

    kind: NoteKind
    text: str

    def __repr__(self) -> str:
        return f"Note({self.kind!r}, …)"


@dataclass(slots=True)
class Draft:
    """A name being read: what is left of the text, codes of what was found or done, notes set aside."""

    text: str = field(repr=False)
    codes: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list, repr=False)
