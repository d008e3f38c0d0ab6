"""The front door: the page at `/`, and what orchestrators ask (`/healthz`, `/readyz`)."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from starlette.responses import HTMLResponse, JSONResponse, Response

from models.database import Unavailable
from resolvers.events.log import log_of
from schema.endpoint.response import RETRY_AFTER
from web.pages import console_page
from web.request import language_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from models.database import Database

PING_SECONDS: Final = 3.0
WORTH_TELLING: Final = 1.0
"""Seconds of delay of the event feed that `/readyz` tells."""
PLACES: Final[Mapping[str, str]] = {
    "graphql": "/graphql",
    "rest": "/api/",
    "rest_docs": "/api/docs/",
    "openapi": "/api/schema/",
    "health": "/healthz",
    "ready": "/readyz",
}
STYLE: Final = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.5rem;color:#1c2733;"
    "background:#fff}a{color:#0b5cad}dt{font-weight:600}dd{margin:0 0 1rem}"
    "@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#10161d}a{color:#7cb8ff}}"
)
STYLE_HASH: Final = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PAGE: Final = """<!doctype html>
<html lang="ru"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Abonent</title><style>{style}</style>
<h1>Abonent</h1>
<p lang="ru">Консоль сотрудников не собрана: выполните <code>make setup</code> там, где доступен реестр пакетов npm.</p>
<p lang="en">The staff's console is not built: run <code>make setup</code> where the npm registry can be reached.</p>
<dl>
<dt><a href="{root}/graphql">GraphQL</a></dt><dd>GraphiQL: схема, запросы, примеры · the schema, queries, examples</dd>
<dt><a href="{root}/api/docs/">REST</a></dt><dd>Документация, где можно войти и вызвать · docs to log in and try</dd>
<dt><a href="{root}/api/schema/">OpenAPI</a></dt><dd>Описание REST для программ · REST described for programs</dd>
</dl>
</html>"""
PAGE_POLICY: Final = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'"


async def index(request: Request) -> Response:
    """The console for browsers; where to go, as JSON, for programs."""
    root: str = request.app.state.settings.root_path
    if "text/html" in request.headers.get("accept", ""):
        return await console(request)
    places = {name: root + path for name, path in PLACES.items()}
    return JSONResponse({"name": "Abonent", **places}, headers={"Vary": "Accept"})


async def console(request: Request) -> Response:
    """One of the console's screens, which are all one page; where it is not built, a page says how."""
    root: str = request.app.state.settings.root_path
    page = console_page(language_of(request.headers.get("accept-language", "")), root)
    if page is not None:
        return page
    plain = PAGE.format(style=STYLE, root=root)
    return HTMLResponse(plain, headers={"Content-Security-Policy": PAGE_POLICY, "Vary": "Accept"})


async def healthz(_request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """The database answers too; and by how much open transactions delay the event feed, where they do."""
    database: Database = request.app.state.database
    try:
        async with asyncio.timeout(PING_SECONDS):
            await database.ping()
            delay = await log_of(database).held_back()
    except (Unavailable, TimeoutError):
        return JSONResponse({"status": "unavailable"}, 503, {"Retry-After": str(RETRY_AFTER)})
    return JSONResponse({"status": "ok", **({"events_delay": round(delay, 1)} if delay >= WORTH_TELLING else {})})
