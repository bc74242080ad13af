"""A name while it is being read: what is left of the text, what was found, what was set aside."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from dentsync.transform.name_order import Lean
from dentsync.transform.names import Parts

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


@dataclass(slots=True)
class Reading:
    """A name being put together: the words as they are believed, and everything found.

    ``columns``: the pattern that the headers of columns say. ``others``: further readings. ``order``: how this name
    says that the file is typed.
    """

    words: list[str]
    draft: Draft
    lean: Lean = ""
    columns: str = ""
    others: tuple[Parts, ...] = ()
    order: Lean = ""

    @property
    def codes(self) -> set[str]:
        """What was found."""
        return self.draft.codes
