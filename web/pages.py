"""The pages for people: the console, GraphiQL, and what REST's documentation needs for its own.

They load nothing from elsewhere and run no script or style but from files of ours, which a strict policy holds browsers
to. Their large parts are fetched at set-up (`web/vendor.py`); where that could not be, a plain page still logs in
and runs queries.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from web import console, vendor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from resolvers.words import Language

OWN: Final = Path(__file__).parent / "assets"
STATIC: Final = "/static"
MEDIA_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml",
}
FILES: Final = (
    {path.name: path for path in OWN.iterdir() if path.suffix in MEDIA_TYPES}
    | {name: vendor.FOLDER / name for package in vendor.PACKAGES for name in package.files.values()}
    | {name: console.BUILT / name for name in console.FILES}
)
"""All that is served under `STATIC`."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self' data:; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served."""

    media_type: str
    etag: str
    plain: bytes
    packed: bytes
    """The same, by gzip."""


def asset_routes() -> list[BaseRoute]:
    """The files that pages are made of."""
    return [Route(f"{STATIC}/{{name}}", serve)]


async def serve(request: Request) -> Response:
    """One file; browsers ask each time whether it has changed, and mostly it has not."""
    name = request.path_params["name"]
    asset = await run_in_threadpool(_load, name) if name in FILES else None
    if asset is None:
        return PlainTextResponse("Not found", 404)
    headers = {"ETag": asset.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.plain, headers=headers, media_type=asset.media_type)


@lru_cache(maxsize=64)
def _load(name: str) -> Asset | None:
    path = FILES.get(name)
    if path is None or not path.exists():
        return None
    content = path.read_bytes()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Asset(MEDIA_TYPES[path.suffix], etag, content, gzip.compress(content, mtime=0))


def have(*names: str) -> bool:
    """Whether all these files are here to be served."""
    return all(FILES[name].exists() for name in names)


PAGE: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="{static}/icon.svg">
{styles}
</head>
<body>
<div id="page"{data}></div>
{scripts}
<script type="module" src="{static}/{module}"></script>
</body>
</html>
"""


def page(
    title: str,
    language: Language,
    *,
    styles: Sequence[str],
    scripts: Sequence[str],
    module: str,
    root: str,
    data: Mapping[str, str] | None = None,
) -> Response:
    """A page of scripts: `scripts` in their order, then the `module`, which fills the element `#page`.

    All are names of files under `STATIC`, below the prefix `root`; `data` are that element's `data-…` attributes.
    """
    static = root + STATIC
    html = PAGE.format(
        title=escape(title),
        language=language.value,
        static=static,
        styles="\n".join(f'<link rel="stylesheet" href="{static}/{name}">' for name in styles),
        scripts="\n".join(f'<script src="{static}/{name}"></script>' for name in scripts),
        module=module,
        data="".join(f' data-{name}="{escape(value)}"' for name, value in (data or {}).items()),
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY, "Vary": "Accept, Accept-Language"})


def graphiql_page(language: Language, root: str) -> Response:
    """GraphiQL with a box to log in and examples; the plain page where its files are missing."""
    title = "Abonent · GraphQL"
    if have("react.js", "react-dom.js", "graphiql.js", "graphiql.css"):
        scripts = ("react.js", "react-dom.js", "graphiql.js")
        return page(
            title, language, styles=("graphiql.css", "page.css"), scripts=scripts, module="graphiql-page.js", root=root
        )
    return page(title, language, styles=("page.css",), scripts=(), module="plain-page.js", root=root)


def rest_page(language: Language, root: str, *, openapi: str) -> Response:
    """The documentation of a REST API, to read and to try, by its OpenAPI document at `openapi` below the prefix."""
    title, data = "Abonent · REST", {"openapi": root + openapi}
    if have("swagger-ui.js", "swagger-ui.css"):
        styles, scripts = ("swagger-ui.css", "page.css"), ("swagger-ui.js",)
        return page(title, language, styles=styles, scripts=scripts, module="rest-page.js", root=root, data=data)
    return page(title, language, styles=("page.css",), scripts=(), module="plain-rest-page.js", root=root, data=data)


def console_page(language: Language, root: str) -> Response | None:
    """The staff's application, whichever of its screens is asked for; None where it has not been built."""
    if not have(*console.FILES):
        return None
    data = {"root": root}
    return page("Abonent", language, styles=("console.css",), scripts=(), module="console.js", root=root, data=data)
