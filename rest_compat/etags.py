"""Entity tags: the state of a row as one caller reads it, so that nobody overwrites what they have not seen.

A tag is the moment of the row's last change and a hash of the representation as it was answered: in the caller's
language, with what the caller's role may see. A proxy that compresses makes it a weak one, which is taken as well.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import orjson
from starlette.responses import Response

from resolvers.identity.permissions import Permission, require
from resolvers.write.conflicts import EVER
from rest_compat.representations import read
from web.request import headers_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from models.database import Reader
    from models.entity import Entity
    from resolvers.context import Context

ANY: Final = "*"
_TAG: Final = re.compile(r'"([^"]*)"')
_OWN: Final = re.compile(r"(?P<moment>[0-9T:.-]{26}Z)-[0-9a-f]{32}")


def tag_of(body: bytes) -> str:
    """The tag of a representation, without its quotes."""
    return f"{orjson.loads(body)['updated_at']}-{hashlib.sha256(body).hexdigest()[:32]}"


def tagged(request: Request, response: Response) -> Response:
    """An answered representation with its tag; nothing but that where the client has it already (304)."""
    tag = tag_of(bytes(response.body))
    response.headers["ETag"] = f'"{tag}"'
    if not _names(headers_of(request).get("if-none-match"), tag):
        return response
    kept = {name: value for name, value in response.headers.items() if name in {"etag", "vary", "content-language"}}
    return Response(status_code=304, headers=kept)


def _names(header: str | None, tag: str) -> bool:
    """Whether a list of tags has this one in it."""
    return header is not None and (header.strip() == ANY or tag in _TAG.findall(header))


@dataclass(frozen=True, slots=True)
class Tagged:
    """The state of a call's target that its `If-Match` names."""

    header: str

    async def missed(self, context: Context, reader: Reader, target: Entity) -> datetime | None:
        """As of `Expected`."""
        if self.header.strip() == ANY:
            return None
        role = require(context, Permission.READ).role
        body = await read(reader, type(target).__name__, target.id, role, context.language)
        return None if _names(self.header, tag_of(body)) else self._since()

    def _since(self) -> datetime:
        """The last of the moments that the tags name."""
        own = [found for tag in _TAG.findall(self.header) if (found := _OWN.fullmatch(tag))]
        try:
            return max((datetime.fromisoformat(one["moment"]) for one in own), default=EVER)
        except ValueError:  # a tag that only looks like one of ours
            return EVER


def expected_by(request: Request) -> Tagged | None:
    """The state in which the request expects its target."""
    header = headers_of(request).get("if-match")
    return None if header is None else Tagged(header)
