"""The board: one self-contained page that shows the portal as a person in the clinic would see it."""

from functools import cache
from importlib.resources import files


@cache
def page() -> str:
    """The page: HTML with its style and its script inside. It names nothing of the portal; the data does."""
    folder = files("dentsync.sandbox.board")
    html, style, script = (
        folder.joinpath(name).read_text(encoding="utf-8") for name in ("board.html", "board.css", "board.js")
    )
    return html.replace("/*style*/", style).replace("/*script*/", script)
