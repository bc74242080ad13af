"""HTTP: the routes, real drops of a connection, and the protocol class that makes them possible."""

import asyncio
import json
import socket
import struct
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from dentsync.errors import DentsyncError
from dentsync.sandbox import admin, board
from dentsync.sandbox.exchange import Request as Asked
from dentsync.sandbox.house import House
from dentsync.sandbox.loopback import is_ours

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
"""The board loads nothing from anywhere."""


class Protocol(H11Protocol):
    """uvicorn's protocol that lets a response reach the transport, to reset it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Dropped(Response):
    """No answer at all: the connection is reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        transport: asyncio.Transport = scope["state"]["transport"]
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


def app_of(house: House) -> Starlette:
    """The application of one CRM."""

    async def api(request: Request) -> Response:
        reply = house.answer(await _read(request))
        if reply.later:
            delay, work = reply.later
            asyncio.get_running_loop().call_later(delay, work)
        if reply.wait:
            await asyncio.sleep(reply.wait)
        if reply.status == 0:
            return Dropped()
        return Response(reply.body, reply.status, dict(reply.headers), media_type=reply.content_type or None)

    async def page(_request: Request) -> Response:
        return HTMLResponse(board.page(), headers={"Content-Security-Policy": POLICY})

    async def data(request: Request) -> Response:
        return _json(house.board(request.query_params))

    async def card(request: Request) -> Response:
        kind, number = request.path_params["kind"], request.path_params["number"]
        return _found(house.card(kind, number, request.query_params) if kind in ("contact", "deal") else None)

    async def administer(request: Request) -> Response:
        if not is_ours(request.headers.get("host", ""), request.headers.get("origin")):
            return _json({"error": "not from here"}, 403)
        body = await request.body()
        try:
            sent = json.loads(body) if body else {}
            return _json(house.administer(request.method, request.path_params["name"], request.query_params, sent))
        except (ValueError, msgspec.ValidationError, DentsyncError, admin.Unknown) as error:
            return _json({"error": str(error)}, 404 if isinstance(error, admin.Unknown) else 400)

    return Starlette(
        routes=[
            Route("/", page),
            Route("/board", page),
            Route("/board/data", data),
            Route("/board/{kind}/{number:int}", card),
            Route("/admin/{name}", administer, methods=["GET", "POST", "DELETE"]),
            *(Route(path, api, methods=list(house.verbs)) for path in house.paths),
        ]
    )


async def _read(request: Request) -> Asked:
    return Asked(
        verb=request.method,
        path=request.scope["path"],
        query=request.scope["query_string"].decode("latin-1"),
        content_type=request.headers.get("content-type", ""),
        body=await request.body(),
        source=request.client.host if request.client else "",
        host=request.headers.get("host", ""),
        secure=request.url.scheme == "https",
        headers=request.headers,
    )


def _found(value: Any) -> Response:
    return _json(value, 404 if value is None else 200)


def _json(value: Any, status: int = 200) -> Response:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(body, status, media_type="application/json; charset=utf-8")
