"""What goes through the door: a request in, a reply out, free of any web framework."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """What came in. ``secure``: over TLS. ``headers`` have lower-case names."""

    verb: str
    path: str
    query: str
    content_type: str
    body: bytes = field(repr=False)
    source: str = "127.0.0.1"
    host: str = "127.0.0.1"
    secure: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out. Status 0 drops the connection. ``wait`` and the delay of ``later`` are real seconds."""

    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    later: tuple[float, Callable[[], None]] | None = None


DROPPED = Reply(0)


def page(status: int, title: str) -> Reply:
    """A page for people where a program expects JSON."""
    html = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Reply(status, html.encode(), HTML)
