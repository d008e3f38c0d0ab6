"""Files in a request's body: multipart/form-data, streamed to the disk, never whole in memory."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from resolvers.faults import Code, Fault, fault
from resolvers.words import Message
from web.request import headers_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.datastructures import FormData
    from starlette.types import Message as Event

STALLED_SECONDS: Final = 60.0
"""Whoever sends nothing for so long has left."""
BESIDE: Final = 65_536
"""Bytes that all else than the file may have."""
FIELDS: Final = 20


def is_form(request: Request) -> bool:
    """Whether the body is said to be a form with files."""
    return headers_of(request).get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data"


@asynccontextmanager
async def form_of(request: Request, limit: int) -> AsyncIterator[FormData]:
    """The form that the body is; its files are on the disk until the block ends.

    Raises `unsupported_media_type`, `payload_too_large` as soon as that is known, `parse_error`.
    """
    if not is_form(request):
        raise Fault(Code.UNSUPPORTED_MEDIA_TYPE, Message("multipart_expected"))
    declared = headers_of(request).get("content-length", "")
    if declared.isdecimal() and (len(declared) > len(str(limit)) + 1 or int(declared) > limit + BESIDE):
        raise fault(Code.PAYLOAD_TOO_LARGE, limit=limit)
    try:
        form = await _counted(request, limit).form(max_files=1, max_fields=FIELDS, max_part_size=BESIDE)
    except (HTTPException, AssertionError) as error:
        raise _malformed() from error
    except (TimeoutError, ClientDisconnect):
        raise fault(Code.PARSE_ERROR, detail=Message("body_incomplete")) from None
    try:
        yield form
    finally:
        await form.close()


def _malformed() -> Fault:
    return fault(Code.PARSE_ERROR, detail=Message("multipart_malformed"))


def _counted(request: Request, limit: int) -> Request:
    """The same request, whose body may not be longer, and may not stall."""
    size = 0

    async def receive() -> Event:
        nonlocal size
        async with asyncio.timeout(STALLED_SECONDS):
            event = await request.receive()
        size += len(event.get("body", b""))
        if size > limit + BESIDE:
            raise fault(Code.PAYLOAD_TOO_LARGE, limit=limit)
        return event

    return Request(request.scope, receive)


def file_in(form: FormData) -> UploadFile | None:
    """The file of a form."""
    found = form.get("file")
    return found if isinstance(found, UploadFile) else None


def texts_in(form: FormData) -> dict[str, str]:
    """Whatever else a form has."""
    return {name: value for name, value in form.items() if isinstance(value, str)}
