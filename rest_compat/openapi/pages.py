"""Where the documentation is read: for programs (OpenAPI) and for people; open to all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from resolvers.words import Language
from rest_compat.http import address_of, answer
from rest_compat.openapi.document import document
from web.pages import rest_page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from resolvers.context import Context
    from rest_compat.http import Endpoint


@dataclass(frozen=True, slots=True, eq=False)
class Description:
    """The handler of the OpenAPI document: in the caller's language, or the one that `?lang=` names."""

    endpoints: tuple[Endpoint, ...]
    prefix: str

    async def __call__(self, request: Request, context: Context) -> Response:
        language = _language(request, context)
        return answer(_written(self, language, context.settings.root_path), language)


@lru_cache(maxsize=4)
def _written(description: Description, language: Language, root: str) -> bytes:
    return orjson.dumps(document(description.endpoints, description.prefix, language, root))


@dataclass(frozen=True, slots=True)
class Pages:
    """The handler of the pages, where one can log in and try every call."""

    openapi: str
    """Address of the document that they show."""

    async def __call__(self, request: Request, context: Context) -> Response:
        language = _language(request, context)
        return rest_page(language, context.settings.root_path, openapi=f"{self.openapi}?lang={language}")


@dataclass(frozen=True, slots=True)
class Index:
    """The handler of the API's root: where its lists and its documentation are."""

    names: tuple[str, ...]

    async def __call__(self, request: Request, context: Context) -> Response:
        root = address_of(request).rstrip("/")
        return answer(orjson.dumps({name: f"{root}/{name}/" for name in self.names}), context.language)


def _language(request: Request, context: Context) -> Language:
    wanted = request.query_params.get("lang")
    return Language(wanted) if wanted in {Language.RU, Language.EN} else context.language
