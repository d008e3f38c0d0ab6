"""Answers above 1 kB are sent in gzip to whoever takes it, through both doors; what is told does not change."""

from __future__ import annotations

import gzip

import pytest
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.abonent.test_app import serving

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

PASSWORD = "a long enough password"
LONG = '{"x": "' + "long " * 400 + '"}'


@pytest.fixture
async def bearer(http, factory):
    user = await factory.user(password=PASSWORD)
    for _ in range(5):
        await factory.customer()
    answer = await http.post("/api/auth/login/", json={"username": user.username, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['access']}"}


async def raw(client, method, url, **arguments):
    """An answer with its body as it came over the wire."""
    async with client.stream(method, url, **arguments) as answer:
        return answer, b"".join([chunk async for chunk in answer.aiter_raw()])


QUERY = {
    "query": "{ customers { nodes { id fullName phone email address notes createdAt updatedAt documentNumber } } }"
}
DOORS = {"REST": ("GET", "/api/customers/", {}), "GraphQL": ("POST", "/graphql", {"json": QUERY})}


@pytest.mark.parametrize("door", DOORS)
async def test_a_long_answer_is_compressed_for_who_takes_it(http, bearer, door):
    method, url, more = DOORS[door]
    plain, body = await raw(http, method, url, headers={**bearer, "Accept-Encoding": "identity"}, **more)
    packed, smaller = await raw(http, method, url, headers={**bearer, "Accept-Encoding": "br, gzip"}, **more)
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(smaller) == body
    assert int(packed.headers["content-length"]) == len(smaller) < len(body) / 2
    for answer in (plain, packed):
        assert "accept-encoding" in answer.headers["vary"].lower()
    assert "authorization" in packed.headers["vary"].lower() or door == "GraphQL"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0, *", None),
        ("br", None),
        ("", None),
    ],
)
async def test_only_who_takes_gzip_gets_it(http, accepted, encoding):
    answer, _ = await raw(http, "GET", "/api/schema/", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("content-encoding") == encoding


async def test_a_refusal_in_a_few_words_is_sent_as_it_is(http):
    answer, body = await raw(http, "GET", "/api/customers/", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert body.startswith(b'{"status"')


async def test_head_tells_what_get_would(http):
    answer, _ = await raw(http, "HEAD", "/api/schema/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"


async def stream(_request):
    async def parts():
        for _ in range(10):
            yield "data: " + "x" * 1000 + "\n\n"

    return StreamingResponse(parts(), media_type="text/event-stream")


async def long(_request):
    return Response(LONG * 100, media_type="application/json")


async def done_already(_request):
    return Response(gzip.compress(LONG.encode() * 99, 0), headers={"Content-Encoding": "gzip"}, media_type="text/plain")


async def binary(_request):
    return Response(b"\0" * 5000, media_type="application/octet-stream")


async def varying(_request):
    return PlainTextResponse(LONG, headers={"Vary": "Origin"})


OWN = [Route(f"/{name.__name__}", name) for name in (stream, long, done_already, binary, varying)]


@pytest.mark.parametrize("path", ["/stream", "/binary"])
async def test_streams_and_what_is_no_text_are_left_alone(settings, path):
    async with serving(settings, *OWN) as http:
        answer, body = await raw(http, "GET", path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert body[:4] in {b"data", b"\0\0\0\0"}


async def test_what_is_compressed_already_is_not_compressed_again(settings):
    async with serving(settings, *OWN) as http:
        answer, body = await raw(http, "GET", "/done_already", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(body).startswith(LONG.encode())


async def test_very_long_answers_too(settings):
    async with serving(settings, *OWN) as http:
        _, body = await raw(http, "GET", "/long", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(body).decode() == LONG * 100


async def test_what_an_answer_depended_on_already_is_kept(settings):
    async with serving(settings, *OWN) as http:
        answer, _ = await raw(http, "GET", "/varying", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["vary"] == "Origin, Accept-Encoding"
