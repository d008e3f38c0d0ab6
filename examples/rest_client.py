"""A small client of the REST API, and the five worked examples of its document.

    ABONENT_URL=http://localhost:8000 ABONENT_USER=operator ABONENT_PASSWORD=… python examples/rest_client.py

It refreshes its token when that has expired, and sends each change with an `Idempotency-Key`, so that a call that got
no answer can be repeated without doing anything twice.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SHOWN = 110
"""Characters of each answer."""


class Refused(Exception):
    """An answer that is no success: its status, and the JSON that says why."""

    def __init__(self, status: int, told: dict[str, Any]) -> None:
        super().__init__(status, told)
        self.status = status
        self.told = told


class Abonent:
    """Calls as a user who logs in with the first one."""

    def __init__(self, http: httpx.AsyncClient, username: str, password: str) -> None:
        self._http = http
        self._login = {"username": username, "password": password}
        self._tokens: dict[str, str] = {}

    async def get(self, path: str, **params: str) -> Any:
        """What is at a path below `/api`."""
        return await self._call("GET", path, params=params)

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The answer to a change, repeated once if there was none."""
        key = {"Idempotency-Key": str(uuid4())}
        try:
            return await self._call("POST", path, json=body or {}, headers=key)
        except httpx.TransportError:
            return await self._call("POST", path, json=body or {}, headers=key)

    async def stream(self, path: str, last: str | None = None) -> AsyncIterator[tuple[str, dict[str, Any] | None]]:
        """What is told behind a cursor, each time with the cursor behind it; None: nothing, but the cursor moves on.

        Ends when the connection does, and is then to be begun anew behind the last cursor.
        """
        await self._logged_in()
        bearer = {"Authorization": f"Bearer {self._tokens['access']}", "Accept": "text/event-stream"}
        known = {"Last-Event-ID": last} if last else {}
        async with self._http.stream("GET", f"/api{path}", headers={**bearer, **known}) as response:
            if response.status_code == httpx.codes.UNAUTHORIZED:
                await self._refresh()
                return
            if response.is_error:
                await response.aread()
                _answer(response)
            fields: dict[str, str] = {}
            async for line in response.aiter_lines():
                name, _, value = line.partition(": ")
                if line:
                    fields[name] = value
                    continue
                if fields.get("event") != "end" and "id" in fields:
                    yield fields["id"], json.loads(fields["data"]) if "data" in fields else None
                fields = {}

    async def _logged_in(self) -> None:
        if not self._tokens:
            self._tokens = await self._token("login", self._login)

    async def _refresh(self) -> None:
        self._tokens = await self._token("refresh", {"refresh": self._tokens["refresh"]})

    async def _call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **rest: Any) -> Any:
        await self._logged_in()
        response = await self._send(method, path, headers or {}, **rest)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            await self._refresh()
            response = await self._send(method, path, headers or {}, **rest)
        return _answer(response)

    async def _send(self, method: str, path: str, headers: dict[str, str], **rest: Any) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {self._tokens['access']}"}
        return await self._http.request(method, f"/api{path}", headers={**headers, **bearer}, **rest)

    async def _token(self, way: str, body: dict[str, str]) -> dict[str, str]:
        tokens: dict[str, str] = _answer(await self._http.post(f"/api/auth/{way}/", json=body))
        return tokens


def _answer(response: httpx.Response) -> Any:
    told = response.json() if response.content else None
    if response.is_error:
        raise Refused(response.status_code, told)
    return told


async def worked_examples(api: Abonent, contract: int, sim: int, payment: int) -> list[Any]:
    """The document's five examples, on rows that are there; gives what each answered."""
    ivan = {
        "first_name": "Иван",
        "last_name": "Иванов",
        "middle_name": "Иванович",
        "phone": "+996550123456",
        "email": "ivan@example.com",
        "document_type": "passport",
        "document_number": "ID1234567",
        "passport_issued_by": "МВД КР",
        "passport_issue_date": "2020-01-01",
        "address": "г. Бишкек, ул. Ленина 1",
    }
    return [
        await api.get("/customers/", status="active"),
        await api.post("/customers/", ivan),
        await api.post(f"/contracts/{contract}/activate/", {"sim_id": sim}),
        await api.post(f"/payments/{payment}/process/"),
        await api.get("/tickets/statistics/"),
    ]


async def main() -> None:
    """Make the rows that the examples need, and run them against a running server."""
    async with httpx.AsyncClient(base_url=os.environ.get("ABONENT_URL", "http://localhost:8000")) as http:
        api = Abonent(http, os.environ["ABONENT_USER"], os.environ["ABONENT_PASSWORD"])
        drafts = await api.get("/contracts/", status="draft")
        free = await api.get("/sims/free/")
        pending = await api.get("/payments/pending/")
        rows = [listed["results"][0]["id"] for listed in (drafts, free, pending)]
        for told in await worked_examples(api, *rows):
            text = json.dumps(told, ensure_ascii=False)
            print(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


if __name__ == "__main__":
    import asyncio

    asyncio.run(main())
