"""Letters that may have gone out, each for one issue: a month of pay and its version, the reports of a month."""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostedLetter:
    """A letter about an issue. ``result`` is empty while nobody knows what became of it."""

    id: int
    issue: str
    result: str
    began_at: str


class Letters:
    """A journal that only grows. Every method is one statement, or runs inside the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def last(self, issue: str) -> PostedLetter | None:
        """The last letter about this issue that was not certainly refused."""
        sql = (
            "SELECT id, issue, result, began_at FROM pay_letters WHERE issue = ? AND result <> 'refused'"
            " ORDER BY id DESC LIMIT 1"
        )
        row = self.db.execute(sql, (issue,)).fetchone()
        return PostedLetter(*row) if row else None

    def begin(self, issue: str, at: str) -> int:
        """From now on it may have been sent."""
        sql = "INSERT INTO pay_letters(issue, result, began_at) VALUES (?, '', ?)"
        return int(self.db.execute(sql, (issue, at)).lastrowid or 0)

    def end(self, number: int, result: str) -> None:
        """What became of it: sent, refused, unknown."""
        self.db.execute("UPDATE pay_letters SET result = ? WHERE id = ?", (result, number))
