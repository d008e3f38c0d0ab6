"""What both doors take from a request: strict JSON, body limits, languages, addresses, tokens (contract §3–4)."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from time import perf_counter

import pytest
from starlette.requests import Request

from models.users import Role
from resolvers.faults import Code, Fault
from resolvers.words import Language
from tests.schema.door import code
from web.request import client_address, idempotency_key, language_of, read_json, require_json

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(sqlite_settings):
    """No statement here differs between the databases."""
    return sqlite_settings


def request(client="203.0.113.9", **headers):
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "headers": named, "client": (client, 1)})


# --- JSON ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ("1000.00", Decimal("1000.00")),
        ("0.1", Decimal("0.1")),
        ("1e2", Decimal("1E+2")),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('"Иванов"', "Иванов"),
        ('"\\u0438"', "и"),
        ("[" * 64 + "]" * 64, None),
    ],
)
def test_json_is_read_exactly(text, value):
    read = read_json(text.encode())
    assert value is None or read == value
    assert not isinstance(read, float)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e99999999999999999999}',
        b'"\xff"',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b'"\n"',
        b"9" * 5_000,
        b"[" * 65 + b"]" * 65,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 500_000 + b"]" * 500_000,
        b"[" + b"1," * 200_000 + b"1]",
    ],
)
def test_what_is_not_strict_json_is_refused_at_once(body):
    started = perf_counter()
    with pytest.raises(Fault) as refused:
        read_json(body)
    assert refused.value.code is Code.PARSE_ERROR
    assert perf_counter() - started < 0.1


def test_lone_surrogates_are_left_to_the_fields_that_they_stand_in():
    assert read_json(b'{"name": "\\ud800"}') == {"name": "\ud800"}


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"', "application/json;"],
)
def test_json_in_utf_8_is_taken(content_type):
    require_json(request(content_type=content_type))


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "application/jsonp"],
)
def test_other_media_types_are_refused(content_type):
    with pytest.raises(Fault) as refused:
        require_json(request(content_type=content_type))
    assert refused.value.code is Code.UNSUPPORTED_MEDIA_TYPE


# --- bodies -------------------------------------------------------------------------------------------------------


async def test_a_body_of_the_limit_is_read_and_one_byte_more_refused(door, settings):
    padding = settings.max_body_bytes - len('{"query": ""}')
    assert (await door.send(f'{{"query": "{" " * padding}"}}')).status_code == 400
    response = await door.send(f'{{"query": "{" " * (padding + 1)}"}}')
    assert (response.status_code, code(response)) == (413, "PAYLOAD_TOO_LARGE")


async def test_a_body_without_a_length_is_held_to_the_limit_too(door, settings):
    async def chunks():
        for _ in range(settings.max_body_bytes // 65_536 + 2):
            yield b" " * 65_536

    response = await door.send(chunks())
    assert response.status_code == 413


async def test_a_body_that_does_not_arrive_whole_is_refused(app):
    sent = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"x"), (b"content-type", b"application/json"), (b"content-length", b"100")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers, "query_string": b""}
    await app({**scope, "client": ("127.0.0.1", 1), "root_path": "", "scheme": "http"}, receive, send)
    assert sent[0]["status"] == 400


# --- who is calling -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_of_a_token_is_read_in_any_case(door, scheme):
    token = door.bearer(Role.ADMIN).partition(" ")[2]
    response = await door.ask("{ me { role } }", role=None, headers={"Authorization": f"{scheme} {token}"})
    assert response.json() == {"data": {"me": {"role": "ADMIN"}}}


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer x", "Bearer a.b.c", "Bearer " + "x" * 5_000])
async def test_a_bad_token_is_told_from_none(door, authorization):
    response = await door.ask("{ me { id } }", role=None, headers={"Authorization": authorization})
    assert (response.status_code, code(response)) == (401, "TOKEN_NOT_VALID")


@pytest.mark.parametrize("authorization", ["", "Basic YWRtaW46YWRtaW4=", "Token abc"])
async def test_other_schemes_are_no_token(door, authorization):
    response = await door.ask("{ me { id } }", role=None, headers={"Authorization": authorization})
    assert (response.status_code, code(response)) == (401, "NOT_AUTHENTICATED")


# --- languages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "ru"),
        ("en", "en"),
        ("EN", "en"),
        ("en-US,en;q=0.9,ru;q=0.8", "en"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("ru;q=0.5, en;q=0.6", "en"),
        ("de", "ru"),
        ("de, en;q=0.1", "en"),
        ("*", "ru"),
        ("en;q=0", "ru"),
        ("en, *;q=0.5", "en"),
        ("ru;q=0, *", "en"),
        ("en;q=broken", "ru"),
        (",;=,", "ru"),
    ],
)
def test_russian_unless_english_is_liked_better(header, language):
    assert language_of(header) is Language(language)


# --- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        ("203.0.113.9", "198.51.100.1", (), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", ("10.0.0.1",), "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", ("10.0.0.1",), "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, 198.51.100.1", ("10.0.0.1",), "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, nonsense", ("10.0.0.1",), "10.0.0.1"),
        ("10.0.0.1", "", ("10.0.0.1",), "10.0.0.1"),
        ("10.0.0.1", "2001:db8::1", ("10.0.0.1",), "2001:db8::1"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", ("10.0.0.1",), "198.51.100.1"),
    ],
)
def test_only_trusted_proxies_may_name_the_client(peer, forwarded, trusted, address):
    assert client_address(request(peer, x_forwarded_for=forwarded), trusted) == address


# --- idempotency keys ---------------------------------------------------------------------------------------------


def test_a_request_without_a_key_has_none():
    assert idempotency_key(request()) is None


@pytest.mark.parametrize("key", ["", "k" * 256, "ключ", "a\tb"])
def test_a_key_that_could_not_be_kept_is_refused(key):
    with pytest.raises(Fault) as refused:
        idempotency_key(Request({"type": "http", "headers": [(b"idempotency-key", key.encode())]}))
    assert refused.value.code is Code.VALIDATION


async def test_a_slow_body_is_waited_for_only_so_long(app):
    app.state.settings = replace(app.state.settings, body_seconds=0.05)
    sent = []

    async def receive():
        await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"x"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers, "query_string": b""}
    await app({**scope, "client": ("127.0.0.1", 1), "root_path": "", "scheme": "http"}, receive, send)
    assert sent[0]["status"] == 400
